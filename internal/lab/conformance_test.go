package lab_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/needs"
	"faultline/internal/poll"
	"faultline/targets"
	"faultline/targets/order"
)

// wire names the transports in the order of the links of the flow.
func wire(name string, transports ...string) bench.Architecture {
	links := targets.Flow()
	for i := range links {
		links[i].Transport = transports[i]
	}
	return bench.Architecture{Name: name, Links: links}
}

// mixes are in no table of the program: that they work shows that a row is all an architecture needs.
var mixes = []bench.Architecture{
	wire("poll-over-http", "poll", "http", "http", "http", "http", "http"),
	wire("rpc-over-broker", "wait", "queue", "http", "http", "queue", "queue"),
	wire("queues-inside", "poll", "queue", "queue", "queue", "http", "queue"),
	wire("webhooks", "poll", "webhook", "webhook", "webhook", "webhook", "webhook"),
	wire("wait-for-webhooks", "wait", "webhook", "webhook", "http", "webhook", "webhook"),
	wire("webhooks-and-queues", "poll", "queue", "webhook", "queue", "webhook", "queue"),
	wire("queues-and-webhooks", "poll", "webhook", "queue", "webhook", "queue", "webhook"),
	wire("http-over-webhooks", "poll", "http", "webhook", "http", "webhook", "http"),
	wire("every-other", "poll", "http", "queue", "http", "queue", "http"),
	wire("topics-on-odd-links", "poll", "topic", "http", "topic", "queue", "topic"),
	wire("other-topics", "poll", "http", "topic", "http", "topic", "queue"),
	wire("wait-all-topics", "wait", "topic", "topic", "topic", "topic", "topic"),
	wire("queue-then-topics", "poll", "queue", "topic", "topic", "topic", "http"),
	wire("socket-over-queues", "websocket", "queue", "webhook", "http", "queue", "http"),
	wire("wait-all-queues", "wait", "queue", "queue", "queue", "queue", "queue"),
}

// checks are what ORDER-FLOW.md promises a client, whatever the wiring.
var checks = []struct {
	name  string
	check func(*testing.T, *shop)
}{
	{"place", checkPlace},
	{"no key", checkNoKey},
	{"idempotent", checkIdempotent},
	{"declined", checkDeclined},
	{"out of stock", checkOutOfStock},
	{"invalid", checkInvalid},
	{"unknown", checkUnknown},
	{"my orders", checkMyOrders},
	{"follow", checkFollow},
	{"books", checkBooks}, // last: it audits what all others left
}

func TestConformance(t *testing.T) {
	all := append(targets.Architectures(), mixes...)
	if testing.Short() {
		all = targets.Architectures()
	}
	for _, a := range all {
		t.Run(a.Name, func(t *testing.T) { conform(t, a, "nats") })
	}
}

func TestConformanceRabbitMQ(t *testing.T) {
	needsNode(t)
	for _, a := range targets.Architectures() {
		if targets.NeedsBroker(a) {
			t.Run(a.Name, func(t *testing.T) { conform(t, a, "rabbitmq") })
		}
	}
}

// needsNode skips a test of a RabbitMQ node where there is none, and under -short.
func needsNode(t *testing.T) {
	t.Helper()
	needs.RabbitMQ(t)
	if testing.Short() {
		t.Skip("skipped: -short has no time for nodes to start")
	}
}

func conform(t *testing.T, a bench.Architecture, broker string) {
	s := open(t, a, broker)
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) { c.check(t, s) })
	}
}

// checkPlace follows an order from the answer to its shipment.
func checkPlace(t *testing.T, s *shop) {
	r := s.place(t, s.key("place", false), draft("usr_8a3f", "WIDGET-42", 2))
	id := r.text("order_id")
	if !strings.HasPrefix(id, "ord_") {
		t.Fatalf("no order_id in %s", r.Raw)
	}
	if s.wait {
		checkCreated(t, r)
	} else {
		checkAccepted(t, r)
	}
	r = s.until(t, id, order.Shipped)
	if !strings.HasPrefix(r.text("tracking"), "1Z") || !strings.Contains(r.Raw, `"total":49.98`) {
		t.Errorf("shipped: %s", r.Raw)
	}
	if created, updated := timeOf(t, r, "created_at"), timeOf(t, r, "updated_at"); updated.Before(created) {
		t.Errorf("updated before it was created: %s", r.Raw)
	}
}

func checkCreated(t *testing.T, r reply) {
	t.Helper()
	if r.Status != http.StatusCreated || r.text("status") != "confirmed" || !strings.Contains(r.Raw, `"total":49.98`) {
		t.Errorf("got %d %s", r.Status, r.Raw)
	}
	if age := time.Since(timeOf(t, r, "created_at")); age < -time.Second || age > time.Minute {
		t.Errorf("created %v ago", age)
	}
}

func checkAccepted(t *testing.T, r reply) {
	t.Helper()
	location := "/api/orders/" + r.text("order_id")
	if r.Status != http.StatusAccepted || r.text("status") != "pending" || r.text("status_url") != location || r.Header.Get("Location") != location {
		t.Errorf("got %d %s, Location %q", r.Status, r.Raw, r.Header.Get("Location"))
	}
}

func timeOf(t *testing.T, r reply, field string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, r.text(field))
	if err != nil || at.Location() != time.UTC {
		t.Errorf("%s of %s is not RFC 3339 in UTC: %v", field, r.Raw, err)
	}
	return at
}

// checkNoKey: a client that sends no key means a new order each time.
func checkNoKey(t *testing.T, s *shop) {
	first := s.place(t, "", draft("usr_no_key", "WIDGET-42", 1))
	second := s.place(t, "", draft("usr_no_key", "WIDGET-42", 1))
	if s.wait && first.Status != http.StatusCreated || s.wait && second.Status != http.StatusCreated {
		return // declined at random: it says no id
	}
	if first.text("order_id") == "" || first.text("order_id") == second.text("order_id") {
		t.Errorf("%s, then %s", first.Raw, second.Raw)
	}
}

func checkIdempotent(t *testing.T, s *shop) {
	key := s.key("idempotent", false)
	first := s.place(t, key, draft("usr_twice", "WIDGET-42", 2))
	again := s.place(t, key, draft("usr_twice", "WIDGET-42", 2))
	if again.Status != first.Status || again.text("order_id") != first.text("order_id") || first.text("order_id") == "" {
		t.Errorf("%d %s, then %d %s", first.Status, first.Raw, again.Status, again.Raw)
	}
	other := s.place(t, key, draft("usr_twice", "WIDGET-42", 3))
	checkProblem(t, other, http.StatusUnprocessableEntity, "Idempotency-Key")
	s.until(t, first.text("order_id"), order.Shipped)
	if r := s.get(t, "/api/orders?user_id=usr_twice"); len(r.Body["orders"].([]any)) != 1 {
		t.Errorf("one key made %s", r.Raw)
	}
}

func checkDeclined(t *testing.T, s *shop) {
	key := s.key("declined", true)
	r := s.place(t, key, draft("usr_declined", "WIDGET-42", 1))
	if s.wait && (r.Status != http.StatusPaymentRequired || r.Header.Get("Content-Type") != "application/problem+json") {
		t.Errorf("got %d %s", r.Status, r.Raw)
	}
	s.until(t, order.IDOf(key), order.PaymentFailed)
	if again := s.place(t, key, draft("usr_declined", "WIDGET-42", 1)); again.Status != r.Status {
		t.Errorf("got %d, with the same key again %d", r.Status, again.Status)
	}
	if net := s.journal(t, "payment")[order.IDOf(key)]; net["charge"] != 0 {
		t.Errorf("declined, and charged: %v", net)
	}
}

func checkOutOfStock(t *testing.T, s *shop) {
	key := s.key("gone", false)
	r := s.place(t, key, draft("usr_gone", s.gone(), 1))
	if s.wait && (r.Status != http.StatusConflict || r.Header.Get("Content-Type") != "application/problem+json") {
		t.Errorf("got %d %s", r.Status, r.Raw)
	}
	id := order.IDOf(key)
	s.until(t, id, order.OutOfStock)
	poll.Until(t, 10*time.Second, "the charge is refunded", func() bool {
		var charges []int
		for _, e := range lines[bench.Entry](t, s, "payment", "journal") {
			if e.Order == id {
				charges = append(charges, e.N)
			}
		}
		return slices.Equal(charges, []int{1, -1})
	})
}
