package lab_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/tmaxmax/go-sse"

	"faultline/bench"
	"faultline/targets"
	"faultline/targets/order"
)

// An event is what a follower is told; its number is not in the data of server-sent events.
type event struct {
	N        int          `json:"event_id"`
	Order    string       `json:"order_id"`
	Status   order.Status `json:"status"`
	Tracking string       `json:"tracking"`
	At       time.Time    `json:"timestamp"`
}

// A way to follow an order after an event ("" from the first) calls each for every event, and returns nil at the end of the
// stream.
type way func(ctx context.Context, url, after string, each func(event)) error

var ways = map[string]way{"sse": followEvents, "websocket": followSocket}

func followEvents(ctx context.Context, url, after string, each func(event)) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/events", nil)
	if err != nil {
		return err
	}
	if after != "" {
		req.Header.Set("Last-Event-ID", after)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNoContent {
		return nil
	}
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || kind != "text/event-stream" {
		return errors.New(resp.Status + " " + kind)
	}
	for said, err := range sse.Read(resp.Body, nil) {
		var e event
		if err == nil && said.Type != "status_update" {
			err = errors.New("an event of type " + said.Type)
		}
		if err == nil {
			err = json.Unmarshal([]byte(said.Data), &e)
		}
		if err == nil {
			e.N, err = strconv.Atoi(said.LastEventID)
		}
		if err != nil {
			return err
		}
		each(e)
	}
	return nil
}

func followSocket(ctx context.Context, url, after string, each func(event)) error {
	url += "/ws"
	if after != "" {
		url += "?last_event_id=" + after
	}
	c, _, err := websocket.Dial(ctx, url, nil)
	if err != nil {
		return err
	}
	defer c.CloseNow()
	for {
		_, data, err := c.Read(ctx)
		if websocket.CloseStatus(err) == websocket.StatusNormalClosure {
			return nil
		}
		var e event
		if err == nil {
			err = json.Unmarshal(data, &e)
		}
		if err != nil {
			return err
		}
		each(e)
	}
}

// checkFollow: followers from the start and late ones are told the same, and those that come back what they have missed.
func checkFollow(t *testing.T, s *shop) {
	key := s.key("follow", false)
	s.place(t, key, draft("usr_follow", "WIDGET-42", 2))
	url := "http://" + s.system.Client + "/api/orders/" + order.IDOf(key)
	for name, follow := range ways {
		t.Run(name, func(t *testing.T) {
			all := told(t, follow, url, "")
			checkHistory(t, all, order.IDOf(key), order.Shipped)
			for after := range len(all) + 1 {
				if again := told(t, follow, url, strconv.Itoa(after)); !slices.Equal(again, all[after:]) {
					t.Errorf("after %d: %v, want %v", after, again, all[after:])
				}
			}
			if err := follow(t.Context(), url, strconv.Itoa(len(all)+1), func(event) {}); err == nil {
				t.Error("resumed after an event that never was")
			}
		})
	}
	key = s.key("follow-declined", true)
	s.place(t, key, draft("usr_follow", "WIDGET-42", 2))
	checkHistory(t, told(t, followEvents, "http://"+s.system.Client+"/api/orders/"+order.IDOf(key), ""), order.IDOf(key), order.PaymentFailed)
}

// told are all events of a stream that ends in good order.
func told(t *testing.T, follow way, url, after string) (all []event) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	must(t, follow(ctx, url, after, func(e event) { all = append(all, e) }))
	return all
}

// checkHistory checks that events are numbered from 1 without a gap or a repeat, and that each status follows from the
// one before.
func checkHistory(t *testing.T, all []event, id string, last order.Status) {
	t.Helper()
	if len(all) == 0 || all[0].Status != order.Pending || all[len(all)-1].Status != last || (all[len(all)-1].Tracking != "") != (last == order.Shipped) {
		t.Fatalf("%+v", all)
	}
	for i, e := range all {
		if e.N != i+1 || e.Order != id || e.At.IsZero() {
			t.Errorf("event %d is %+v", i+1, e)
		}
		if i > 0 && (!e.Status.Follows(all[i-1].Status) || e.At.Before(all[i-1].At)) {
			t.Errorf("%+v after %+v", e, all[i-1])
		}
	}
}

// TestFollowOverARestart: the order service dies in mid-stream. Who comes back gets what follows, without a gap or a repeat.
func TestFollowOverARestart(t *testing.T) {
	for name, follow := range ways {
		t.Run(name, func(t *testing.T) {
			s := open(t, row(t, "stream"), "nats")
			payment, front := s.system.Services["payment"], s.system.Services["order"]
			must(t, payment.Signal(t.Context(), bench.SignalHang))
			key := s.key("restart", false)
			s.place(t, key, draft("usr_restart", "WIDGET-42", 2))
			url := "http://" + s.system.Client + "/api/orders/" + order.IDOf(key)
			var all []event
			err := follow(t.Context(), url, "", func(e event) {
				all = append(all, e)
				if e.Status == order.Processing {
					must(t, front.Signal(t.Context(), bench.SignalKill))
				}
			})
			if last := all[len(all)-1]; err == nil || last.Status != order.Processing {
				t.Fatalf("cut: %v, after %+v", err, all)
			}
			<-front.Exited()
			must(t, front.Restart(t.Context()))
			must(t, payment.Signal(t.Context(), bench.SignalContinue))
			all = append(all, told(t, follow, url, strconv.Itoa(all[len(all)-1].N))...)
			checkHistory(t, all, order.IDOf(key), order.Shipped)
			if again := told(t, follow, url, ""); !slices.Equal(again, all) {
				t.Errorf("from the start: %v, want %v", again, all)
			}
		})
	}
}

// row is an architecture of the table.
func row(t testing.TB, name string) bench.Architecture {
	t.Helper()
	for _, a := range targets.Architectures() {
		if a.Name == name {
			return a
		}
	}
	t.Fatalf("no architecture %s", name)
	return bench.Architecture{}
}
