package service

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/poll"
	"faultline/targets/engine"
	"faultline/targets/store"
)

// A patient is a risk service as others see it: by its two addresses.
type patient struct {
	*testing.T
	flow, admin string
	asked       int
}

// newPatient starts a risk service with some slots, and a service time each.
func newPatient(t *testing.T, slots int, work time.Duration) *patient {
	t.Helper()
	db, err := store.Open(filepath.Join(t.TempDir(), "risk.db"), engine.Buckets...)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	links := []bench.Link{{From: "fraud", To: "risk", Transport: "http"}}
	p, err := newPart(Config{Name: "risk", Architecture: bench.Architecture{Links: links}, Workers: 1,
		Settings: engine.Settings{Slots: slots, Queue: 1000, Work: work, Seed: 7, Timeout: time.Second, Reach: time.Minute}}, map[string]string{}, db)
	must(t, err)
	flow, admin := httptest.NewServer(p.routes()), httptest.NewServer(p.adminRoutes())
	t.Cleanup(flow.Close)
	t.Cleanup(admin.Close)
	return &patient{T: t, flow: flow.URL, admin: admin.URL}
}

// tell commands it.
func (p *patient) tell(path, body string, want int) {
	p.Helper()
	if got := p.post(p.admin+path, body); got != want {
		p.Errorf("%s %s: %d, want %d", path, body, got, want)
	}
}

func (p *patient) post(url, body string) int {
	resp, err := http.Post(url, "application/json", bytes.NewReader([]byte(body)))
	if err != nil {
		p.Error(err)
		return 0
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// ask sends n requests, so many at a time, and returns how each was answered and how long all of them took.
func (p *patient) ask(n, at int) (codes map[int]int, took time.Duration, each []time.Duration) {
	var mu sync.Mutex
	var all sync.WaitGroup
	codes = map[int]int{}
	began, next := time.Now(), make(chan string)
	for range at {
		all.Go(func() {
			for id := range next {
				sent := time.Now()
				code := p.post(p.flow+"/steps", fmt.Sprintf(`{"order":{"order_id":%q}}`, id))
				mu.Lock()
				codes[code]++
				each = append(each, time.Since(sent))
				mu.Unlock()
			}
		})
	}
	for range n {
		p.asked++
		next <- fmt.Sprint("ord_", p.asked)
	}
	close(next)
	all.Wait()
	slices.Sort(each)
	return codes, time.Since(began), each
}

// TestErrorsAtTheWire: the share of requests that a caller sees fail is what was asked for, within its binomial interval.
func TestErrorsAtTheWire(t *testing.T) {
	const n, share = 800, 0.2
	p := newPatient(t, 64, time.Microsecond)
	p.tell("/fail", fmt.Sprintf(`{"share":%g}`, share), http.StatusNoContent)
	codes, _, _ := p.ask(n, 8)
	t.Logf("%d of %d answered 500, %g were asked for", codes[500], n, n*share)
	if off := math.Abs(float64(codes[500]) - n*share); off > 4*math.Sqrt(n*share*(1-share)) || codes[200]+codes[500] != n {
		t.Errorf("answers %v", codes)
	}
	p.tell("/fail", `{}`, http.StatusNoContent)
	if codes, _, _ := p.ask(50, 8); codes[200] != 50 {
		t.Errorf("healed, it answers %v", codes)
	}
	p.tell("/fail", `{"share":2}`, http.StatusBadRequest)
}

// TestSlotsAtTheWire: a pool that is cut from 8 to 2 does in a quarter of the rate what it did, refuses nobody for that, and is as it was
// when it is healed.
func TestSlotsAtTheWire(t *testing.T) {
	const n, work = 40, 10 * time.Millisecond
	p := newPatient(t, 8, work)
	_, before, _ := p.ask(n, n)
	p.tell("/slots", `{"slots":2}`, http.StatusNoContent)
	codes, cut, _ := p.ask(n, n)
	p.tell("/slots", `{}`, http.StatusNoContent)
	_, after, _ := p.ask(n, n)
	t.Logf("%d requests took %v, %v with 2 slots, %v afterwards", n, before, cut, after)
	if cut < n*work/2 || codes[200] != n || min(before, after) > cut*2/3 {
		t.Errorf("%d requests took %v, %v with 2 slots of 8 (at least %v), %v afterwards; answers %v", n, before, cut, n*work/2, after, codes)
	}
	p.tell("/slots", `{"slots":9}`, http.StatusBadRequest)
}

// TestSlownessAtTheWire: every answer is later by what was asked for, and less so the longer ago it began where it fades.
func TestSlownessAtTheWire(t *testing.T) {
	p := newPatient(t, 8, 5*time.Millisecond)
	p.tell("/slow", `{"delay_ns":60000000}`, http.StatusNoContent)
	_, _, slow := p.ask(8, 8)
	p.tell("/slow", `{"factor":20,"fades_ns":600000000}`, http.StatusNoContent)
	_, _, cold := p.ask(8, 8)
	poll.Until(t, 10*time.Second, "it is warm", func() bool { _, _, warm := p.ask(2, 1); return warm[0] < cold[0]/2 })
	t.Logf("a delay of 60 ms: %v to %v; 20 times 5 ms, fading: %v at first", slow[0], slow[7], cold[0])
	if slow[0] < 65*time.Millisecond || cold[0] < 65*time.Millisecond || cold[0] > slow[7]+95*time.Millisecond {
		t.Errorf("answers took %v and %v", slow, cold)
	}
	p.tell("/slow", `{"spread":-1}`, http.StatusBadRequest)
	p.tell("/consume", `{"delay_ns":1}`, http.StatusBadRequest) // it consumes nothing
	p.tell("/leak", `{"rate":1}`, http.StatusBadRequest)
}
