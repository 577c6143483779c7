package lab_test

import (
	"net/http"
	"strings"
	"testing"

	"faultline/targets/order"
)

// invalid are requests that no architecture accepts, each with the field that its problem names.
var invalid = []struct {
	name, body, contentType string
	status                  int
	field                   string
}{
	{"no items", `{"user_id":"u","items":[],"payment_method":"pm"}`, "", 422, "items"},
	{"items missing", `{"user_id":"u","payment_method":"pm"}`, "", 422, "items"},
	{"quantity 0", draft("u", "WIDGET-42", 0), "", 422, "items[0].quantity"},
	{"quantity negative", draft("u", "WIDGET-42", -1), "", 422, "items[0].quantity"},
	{"quantity huge", draft("u", "WIDGET-42", 1e9), "", 422, "items[0].quantity"},
	{"quantity a fraction", `{"user_id":"u","items":[{"sku":"WIDGET-42","quantity":1.5}],"payment_method":"pm"}`, "", 400, "items.quantity"},
	{"unknown sku", draft("u", "WIDGET-042", 1), "", 422, "items[0].sku"},
	{"second item", `{"user_id":"u","items":[{"sku":"WIDGET-1","quantity":1},{"sku":"GADGET-1","quantity":1}],"payment_method":"pm"}`, "", 422, "items[1].sku"},
	{"no user", draft("", "WIDGET-42", 1), "", 422, "user_id"},
	{"no payment method", `{"user_id":"u","items":[{"sku":"WIDGET-1","quantity":1}]}`, "", 422, "payment_method"},
	{"malformed", `{"user_id":`, "", 400, "body"},
	{"empty", ``, "", 400, "body"},
	{"no object", `[]`, "", 400, "body"},
	{"more after the order", draft("u", "WIDGET-42", 1) + "x", "", 400, "body"},
	{"wrong type", draft("u", "WIDGET-42", 1), "text/plain", 415, "Content-Type"},
	{"no type", draft("u", "WIDGET-42", 1), "none", 415, "Content-Type"},
	{"large", draft(strings.Repeat("u", 64<<10), "WIDGET-42", 1), "", 413, "body"},
	{"large with blanks", draft("u", "WIDGET-42", 1) + strings.Repeat(" ", 64<<10), "", 413, "body"},
}

func checkInvalid(t *testing.T, s *shop) {
	for _, c := range invalid {
		t.Run(c.name, func(t *testing.T) {
			key := "invalid-" + c.name
			header := http.Header{"Content-Type": {"application/json"}, "Idempotency-Key": {key}}
			switch c.contentType {
			case "":
			case "none":
				header.Del("Content-Type")
			default:
				header.Set("Content-Type", c.contentType)
			}
			checkProblem(t, s.post(t, c.body, header), c.status, c.field)
			if r := s.get(t, "/api/orders/"+order.IDOf(key)); r.Status != http.StatusNotFound {
				t.Errorf("it made an order: %s", r.Raw)
			}
		})
	}
	t.Run("long key", func(t *testing.T) {
		checkProblem(t, s.place(t, strings.Repeat("k", 257), draft("u", "WIDGET-42", 1)), 400, "Idempotency-Key")
	})
}

func checkUnknown(t *testing.T, s *shop) {
	checkProblem(t, s.get(t, "/api/orders/ord_nobody"), 404, "id")
	checkProblem(t, s.get(t, "/api/orders"), 400, "user_id")
	checkProblem(t, s.get(t, "/api/orders?user_id=u&limit=0"), 400, "limit")
	checkProblem(t, s.get(t, "/api/orders?user_id=u&limit=many"), 400, "limit")
}

// checkProblem checks an answer to be an RFC 9457 problem that names a field.
func checkProblem(t *testing.T, r reply, status int, field string) {
	t.Helper()
	if r.Status != status || r.Header.Get("Content-Type") != "application/problem+json" ||
		r.Body["status"] != float64(status) || r.text("title") == "" || r.text("detail") == "" || r.text("field") != field {
		t.Errorf("got %d %s %s; want %d naming %s", r.Status, r.Header.Get("Content-Type"), r.Raw, status, field)
	}
}
