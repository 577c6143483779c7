package lab_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/lab"
	"faultline/internal/poll"
	"faultline/targets/order"
)

// declined is the share of orders and articles that are declined in these tests: enough to find some of each.
const declined = 0.3

// A shop is one architecture that is up, as its clients see it.
type shop struct {
	wait     bool
	system   *bench.System
	declines order.Declines
}

func open(t testing.TB, a bench.Architecture, broker string) *shop {
	t.Helper()
	l := lab.New()
	file := bench.Defaults()
	file.Flow.Declined, file.Broker = declined, broker
	plan, err := file.Resolve(l.Catalogue)
	must(t, err)
	for _, err := range a.Check(l.Flow, l.Transports) {
		t.Fatal(err)
	}
	plan.Architectures = []bench.Architecture{a}
	system, err := l.Start(t.Context(), plan, a, filepath.Join(t.TempDir(), "logs"))
	must(t, err)
	t.Cleanup(func() { must(t, system.Close()) })
	return &shop{a.ClientLink() == bench.Wait, system, order.Declines{Seed: plan.Seed, Share: declined}}
}

// key is the first idempotency key with a prefix whose order the fraud check passes, or declines.
func (s *shop) key(prefix string, fraud bool) string {
	for i := 0; ; i++ {
		if key := fmt.Sprintf("%s-%d", prefix, i); s.declines.Fraud(order.IDOf(key)) == fraud {
			return key
		}
	}
}

// gone is an article that is out of stock.
func (s *shop) gone() (sku string) {
	for sku = range s.declines.OutOfStock() {
		break
	}
	return sku
}

// A reply is an answer over HTTP; the fields of its JSON object are in Body.
type reply struct {
	Status int
	Header http.Header
	Raw    string
	Body   map[string]any
}

func (r reply) text(field string) string { s, _ := r.Body[field].(string); return s }

func do(t testing.TB, req *http.Request) reply {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	must(t, err)
	r := reply{Status: resp.StatusCode, Header: resp.Header, Raw: string(raw)}
	must(t, json.Unmarshal(raw, &r.Body))
	return r
}

func (s *shop) get(t *testing.T, path string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.system.Client+path, nil)
	must(t, err)
	return do(t, req)
}

func (s *shop) post(t testing.TB, body string, header http.Header) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.system.Client+"/api/orders", strings.NewReader(body))
	must(t, err)
	req.Header = header
	return do(t, req)
}

// place posts an order with a key ("" for none) as ORDER-FLOW has it.
func (s *shop) place(t testing.TB, key, body string) reply {
	t.Helper()
	header := http.Header{"Content-Type": {"application/json"}}
	if key != "" {
		header.Set("Idempotency-Key", key)
	}
	return s.post(t, body, header)
}

func draft(user, sku string, quantity int) string {
	return fmt.Sprintf(`{"user_id":%q,"items":[{"sku":%q,"quantity":%d}],"payment_method":"pm_visa_4242"}`, user, sku, quantity)
}

// until polls an order until it has a status; every status on the way must follow from the one before.
func (s *shop) until(t *testing.T, id string, want order.Status) reply {
	t.Helper()
	var r reply
	last := order.Pending
	poll.Until(t, 20*time.Second, id+" is "+string(want), func() bool {
		r = s.get(t, "/api/orders/"+id)
		now := order.Status(r.text("status"))
		if r.Status != http.StatusOK || now != last && !now.Follows(last) {
			t.Fatalf("%s went from %s to %d %s", id, last, r.Status, r.Raw)
		}
		last = now
		return now == want
	})
	return r
}

// journal is what a service has done for each order: by effect, the net number.
func (s *shop) journal(t *testing.T, service string) map[string]map[string]int {
	t.Helper()
	net := map[string]map[string]int{}
	for _, e := range lines[bench.Entry](t, s, service, "journal") {
		if net[e.Order] == nil {
			net[e.Order] = map[string]int{}
		}
		net[e.Order][e.Effect] += e.N
	}
	return net
}

// lines reads one of a service's books.
func lines[T any](t *testing.T, s *shop, service, book string) (all []T) {
	t.Helper()
	resp, err := http.Get("http://" + s.system.Services[service].Addresses().Admin + "/" + book)
	must(t, err)
	defer resp.Body.Close()
	in := bufio.NewScanner(resp.Body)
	for in.Scan() {
		var line T
		must(t, json.Unmarshal(in.Bytes(), &line))
		all = append(all, line)
	}
	must(t, in.Err())
	return all
}
