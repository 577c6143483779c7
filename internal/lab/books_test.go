package lab_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/poll"
	"faultline/targets/order"
)

// checkMyOrders: newest first, page by page.
func checkMyOrders(t *testing.T, s *shop) {
	var want []string
	for i := range 5 {
		key := s.key(fmt.Sprint("mine-", i), false)
		if r := s.place(t, key, draft("usr_mine", "WIDGET-42", 1)); r.Status/100 != 2 {
			t.Fatalf("got %d %s", r.Status, r.Raw)
		}
		want = append([]string{order.IDOf(key)}, want...)
	}
	s.place(t, s.key("hers", false), draft("usr_min", "WIDGET-42", 1))
	var got []string
	pages := 0
	for next := "/api/orders?user_id=usr_mine&limit=2"; next != ""; pages++ {
		r := s.get(t, next)
		if r.Status != http.StatusOK {
			t.Fatalf("got %d %s", r.Status, r.Raw)
		}
		for _, o := range r.Body["orders"].([]any) {
			got = append(got, o.(map[string]any)["order_id"].(string))
		}
		next = r.text("next_url")
	}
	if !slices.Equal(got, want) || pages != 3 {
		t.Errorf("%d pages of %v, want %v", pages, got, want)
	}
}

// checkBooks audits every order of the checks before, as the experiment does.
func checkBooks(t *testing.T, s *shop) {
	records := lines[bench.Record](t, s, "order", "records")
	if len(records) < 9 {
		t.Fatalf("only %d orders", len(records))
	}
	poll.Until(t, 20*time.Second, "every order has ended", func() bool {
		records = lines[bench.Record](t, s, "order", "records")
		return !slices.ContainsFunc(records, func(r bench.Record) bool {
			return order.Status(r.Status) != order.Shipped && !failed(r.Status)
		}) && len(lines[bench.Leftover](t, s, "order", "leftovers")) == 0
	})
	for _, r := range records {
		want := 1
		if failed(r.Status) {
			want = 0
		}
		for service, effect := range map[string]string{"payment": "charge", "inventory": "reservation", "order": "done", "shipping": "shipment"} {
			poll.Until(t, 10*time.Second, fmt.Sprintf("order %s, which is %s, has %d %s", r.Order, r.Status, want, effect), func() bool {
				return s.journal(t, service)[r.Order][effect] == want
			})
		}
		if r.Order != order.IDOf(r.Key) {
			t.Errorf("order %s has key %s", r.Order, r.Key)
		}
	}
}

func failed(status string) bool {
	return status == string(order.PaymentFailed) || status == string(order.OutOfStock)
}
