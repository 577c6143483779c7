package bench

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"
)

// scrapeTimeout is how long a service may take to tell its metrics before it counts as down.
const scrapeTimeout = 400 * time.Millisecond

// Right after a fault's start services are asked more often, to see who felt it first.
const (
	lagStep  = 250 * time.Millisecond
	lagSteps = 8
)

// scrapeTimes are when services are asked: every second, more often after the fault's start, and where a phase or a turn of
// the fault begins or ends, so that no sample spans two of them.
func scrapeTimes(p Phases, f Fault) []time.Duration {
	edges := []time.Duration{p.Baseline, p.Fault, p.Recovery, p.Drain}
	for _, t := range f.timetable(p) {
		edges = append(edges, t.from+t.fault.Ramp, t.to)
	}
	times := slices.Clone(edges)
	for t := time.Duration(0); t <= p.End; t += time.Second {
		near := func(edge time.Duration) bool { return (t - edge).Abs() < time.Second/4 }
		if !slices.ContainsFunc(edges, near) {
			times = append(times, t)
		}
	}
	for i := range lagSteps {
		t := p.Fault + time.Duration(i+1)*lagStep
		if !slices.ContainsFunc(times, func(at time.Duration) bool { return (t - at).Abs() < lagStep/2 }) && t < p.Recovery {
			times = append(times, t)
		}
	}
	slices.Sort(times)
	return slices.Compact(times)
}

// A serviceWatch asks a service for its counters, and keeps what they stood at last, and when.
type serviceWatch struct {
	name     string
	instance Instance // asked for its address each time: one that was started again may have another
	client   *http.Client
	before   *scrape
	last     time.Duration
}

// serviceWatches begins to watch services. What a shared system did in earlier trials is not this one's: its counters are
// read now, before anything is sent.
func serviceWatches(ctx context.Context, services map[string]Instance, shared bool) (watches []*serviceWatch) {
	for name, instance := range services {
		w := &serviceWatch{name: name, instance: instance, client: newClient(scrapeTimeout)}
		if shared {
			w.before, _ = w.scrape(ctx) // the check that all were up tells of one that is not
		}
		watches = append(watches, w)
	}
	return watches
}

// watchServices scrapes every service at the same moments until ctx is done, and then once more.
func watchServices(ctx context.Context, clock Clock, h TrialHeader, watches []*serviceWatch, out func(Sample)) {
	var all sync.WaitGroup
	defer all.Wait()
	for _, w := range watches {
		all.Go(func() {
			asking := context.WithoutCancel(ctx) // the client's time-out bounds it
			defer w.client.CloseIdleConnections()
			for _, at := range scrapeTimes(h.Phases, h.Fault) {
				if clock.Sleep(ctx, at) != nil {
					break
				}
				out(w.sample(asking, clock))
			}
			if s := w.sample(asking, clock); !s.Down { // the watch has ended, not the service
				out(s)
			}
		})
	}
}

func (w *serviceWatch) scrape(ctx context.Context) (*scrape, error) {
	return readScrape(ctx, w.client, "http://"+w.instance.Addresses().Admin+"/metrics")
}

// sample is what happened at the service since it was asked last.
func (w *serviceWatch) sample(ctx context.Context, clock Clock) Sample {
	s := Sample{Down: true}
	if now, err := w.scrape(ctx); err == nil {
		s = now.sample(w.before)
		w.before = now
	}
	s.Service, s.From, s.To = w.name, w.last, clock.Now()
	w.last = s.To
	return s
}

// every calls do each second of the trial until ctx is done.
func every(ctx context.Context, clock Clock, do func()) {
	for t := time.Second; clock.Sleep(ctx, t) == nil; t += time.Second {
		do()
	}
}

// get fetches a small thing from an admin address.
func get(ctx context.Context, client *http.Client, url string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return client.Do(req)
}
