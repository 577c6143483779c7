package rabbitmq

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"faultline/bench"
)

// TestFigures reads answers as RabbitMQ 4.0 gives them, shortened.
func TestFigures(t *testing.T) {
	answers := map[string]string{
		"/api/overview": `{"rabbitmq_version":"4.0.5","message_stats":{"ack":900,"redeliver":17},"queue_totals":{"messages":40,"messages_ready":9,"messages_unacknowledged":31}}`,
		"/api/nodes":    `[{"name":"rabbit@localhost","mem_used":123456789,"mem_alarm":true,"disk_free_alarm":false}]`,
	}
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "guest" || password != "secret" {
			http.Error(w, "who are you", http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, answers[r.URL.Path])
	}))
	defer api.Close()
	v := &viewer{url: "amqp://guest:secret@127.0.0.1/", management: func() string { return strings.TrimPrefix(api.URL, "http://") }}
	want := bench.BrokerSample{Unacked: 31, Redelivered: 17, Memory: 123456789, Alarms: []string{bench.AlarmMemory}}
	if got, err := v.Figures(t.Context()); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	answers["/api/nodes"] = `{"error":`
	if _, err := v.Figures(t.Context()); err == nil {
		t.Error("an answer that was cut off passed for figures")
	}
	v.url = "amqp://other:secret@127.0.0.1/"
	if _, err := v.Figures(t.Context()); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("as somebody else: %v, want 401", err)
	}
	v.management = nil
	if _, err := v.Figures(t.Context()); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("without an API: %v", err)
	}
}
