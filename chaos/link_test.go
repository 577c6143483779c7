package chaos

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"faultline/bench"
)

// TestLinkFaults: each is seen from outside on the link alone, is gone after the cure, and is counted by the links. What
// exactly each does to bytes and requests is tested in chaos/links.
func TestLinkFaults(t *testing.T) {
	slow := func(e bench.Event) bool { return e.Value >= 0.1 && !e.Refused && !e.Reset }
	hung := func(e bench.Event) bool { return e.Value == hangLimit.Seconds() && !e.Refused && !e.Reset }
	for _, c := range []struct {
		fault bench.Fault
		shows func(bench.Event) bool // what a probe sees; nil: it is not probed
		works bool                   // a request gets its answer all the same
	}{
		{bench.Fault{Kind: bench.Latency, Delay: 100 * time.Millisecond}, slow, true},
		{bench.Fault{Kind: bench.Bandwidth, Rate: 1000}, nil, true},
		{bench.Fault{Kind: bench.SlowStart, Rate: 1000, Delay: 100 * time.Millisecond}, nil, true},
		{bench.Fault{Kind: bench.Reset}, func(e bench.Event) bool { return e.Reset }, false},
		{bench.Fault{Kind: bench.Refuse}, func(e bench.Event) bool { return e.Refused }, false},
		{bench.Fault{Kind: bench.Blackhole}, hung, false},
		{bench.Fault{Kind: bench.HalfOpen, Direction: bench.Down}, hung, false},
		{bench.Fault{Kind: bench.Respond, Status: 503, Share: 1}, nil, false},
		{bench.Fault{Kind: bench.Hold, Delay: 10 * time.Millisecond, Share: 1}, nil, true},
		{bench.Fault{Kind: bench.FailFirst, Status: 503, Times: 1}, nil, false},
		{bench.Fault{Kind: bench.Truncate, Share: 1}, nil, false},
	} {
		t.Run(string(c.fault.Kind), func(t *testing.T) {
			w := newWorld(t)
			f := c.fault
			f.Name, f.Place = "x", "order->payment"
			must(t, w.post(f.Place, "/work"))
			heal := w.inject(f)
			if e, ok := w.network.Probe(t.Context(), f); ok != (c.shows != nil) || ok && !c.shows(e) {
				t.Errorf("a probe sees %+v", e)
			}
			if c.shows == nil {
				if err := w.working(f.Place); (err == nil) != c.works {
					t.Errorf("a request ended with %v", err)
				}
			}
			must(t, w.post("client->order", "/work"))
			heal()
			must(t, w.working(f.Place))
			i := slices.IndexFunc(w.events, func(e bench.Event) bool { return e.Kind == bench.EventStruck })
			if e := w.events[i]; e.Value < 1 || e.Of < e.Value || e.Place != f.Place || e.Fault != "x" {
				t.Errorf("told %+v", e)
			}
		})
	}
}

// working is nil if a request on a new connection is answered with 200, whole.
func (w *world) working(place string) error {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get("http://" + w.network.Address(place) + "/ping")
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return errors.New(res.Status)
	}
	return nil
}

// A fault on a link outlives the death and the return of the service it leads to.
func TestLinkFaultOutlivesItsTarget(t *testing.T) {
	w := newWorld(t)
	heal := w.inject(bench.Fault{Name: "x", Kind: bench.Refuse, Place: "order->payment"})
	down := w.inject(fault(t, "payment-down"))
	down()
	if err := w.post("order->payment", "/work"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("payment's return opened a link that refuses: %v", err)
	}
	heal()
	must(t, w.post("order->payment", "/work"))
}

func TestLinkFaultsSayWhatTheyCannotDo(t *testing.T) {
	w := newWorld(t)
	if _, err := w.network.Inject(t.Context(), bench.Fault{Name: "x", Kind: bench.Bandwidth, Place: "order->payment"}, w.note); err == nil ||
		!strings.Contains(err.Error(), "a rate") {
		t.Errorf("a bandwidth of nothing: %v", err)
	}
}
