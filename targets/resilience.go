package targets

import (
	"time"

	"faultline/bench"
)

// Ways of calling, each put on every link of sync.
var (
	noTimeout = bench.Resilience{Timeout: new(time.Duration)}
	retries   = bench.Resilience{Retry: &bench.Retry{Attempts: 3, Backoff: 50 * time.Millisecond, Jitter: 0.5}}
	budgeted  = bench.Resilience{Retry: &bench.Retry{Attempts: 3, Backoff: 50 * time.Millisecond, Jitter: 0.5, Budget: 0.1}}
	breaking  = bench.Resilience{Breaker: &bench.Breaker{Failures: 10, Open: time.Second}}
)

// callers are the rows that differ from sync in how their callers behave, and in nothing else.
func callers() []bench.Architecture {
	naive := sync(noTimeout)
	naive[0].Broken = []string{bench.NoCompensation}
	return []bench.Architecture{
		{Name: "sync-naive", About: "sync without time-outs, and without taking back what a failed order has done", Links: naive},
		{Name: "sync-retry", About: "sync, and each caller, the client too, calls up to 3 times more after a failure", Links: sync(retries)},
		{Name: "sync-budget", About: "sync-retry with at most one retry for every ten first calls", Links: sync(budgeted)},
		{Name: "sync-breaker", About: "sync, and a service stops calling one that failed 10 times in a row, for a second", Links: services(sync(breaking))},
	}
}

// sync is the chain of blocking calls, with one way of calling on every link.
func sync(r bench.Resilience) []bench.Link {
	links := wire("wait", "http", "http", "http", "http", "http")
	for i := range links {
		links[i].Resilience = r
	}
	return links
}

// services leaves the client as it is: it has no breaker.
func services(links []bench.Link) []bench.Link {
	links[0].Resilience = bench.Resilience{}
	return links
}
