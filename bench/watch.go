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

// scrapeTimes are when services are asked: every second, and where a phase begins, so that no sample
// spans two phases.
func scrapeTimes(p Phases) []time.Duration {
	edges := []time.Duration{p.Baseline, p.Fault, p.Recovery, p.Drain}
	times := slices.Clone(edges)
	for t := time.Duration(0); t <= p.End; t += time.Second {
		near := func(edge time.Duration) bool { return (t - edge).Abs() < time.Second/4 }
		if !slices.ContainsFunc(edges, near) {
			times = append(times, t)
		}
	}
	slices.Sort(times)
	return slices.Compact(times)
}

// watchServices scrapes every service at the same moments until ctx is done.
func watchServices(ctx context.Context, clock Clock, p Phases, services map[string]Instance, out func(Sample)) {
	var all sync.WaitGroup
	defer all.Wait()
	for name, instance := range services {
		all.Add(1)
		go func() {
			defer all.Done()
			watchService(ctx, clock, scrapeTimes(p), name, instance, out)
		}()
	}
}

func watchService(ctx context.Context, clock Clock, times []time.Duration, name string, instance Instance, out func(Sample)) {
	client := newClient(scrapeTimeout)
	defer client.CloseIdleConnections()
	var before *scrape
	last := time.Duration(0)
	for _, at := range times {
		if clock.Sleep(ctx, at) != nil {
			return
		}
		now, err := readScrape(ctx, client, "http://"+instance.Addresses().Admin+"/metrics")
		if ctx.Err() != nil {
			return
		}
		sample := Sample{Down: true}
		if err == nil {
			sample = now.sample(before)
			before = now
		}
		sample.Service, sample.From, sample.To = name, last, clock.Now()
		last = sample.To
		out(sample)
	}
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
