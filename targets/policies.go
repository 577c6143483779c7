package targets

import (
	"time"

	"faultline/bench"
)

// patientFor is how long the clients of a policy wait for an answer.
var patientFor = time.Second

// Policies are what callers do about failure, each to be put on any architecture.
func Policies() []bench.Policy {
	once := bench.Resilience{Timeout: &patientFor}
	twice := bench.Resilience{Timeout: &patientFor, Retry: &bench.Retry{Attempts: 1}}
	told := bench.Resilience{Timeout: &patientFor, Retry: &bench.Retry{Attempts: 1}, Deadline: true}
	seldom := bench.Resilience{Timeout: &patientFor, Retry: &bench.Retry{Attempts: 1, Budget: 0.1}}
	return []bench.Policy{
		{Name: "no-retry", About: "clients wait 1 s and give up", Client: once},
		{Name: "retry", About: "clients wait 1 s and try once more, each time with a new key: each attempt is new work", Client: twice, NewKeys: true},
		{Name: "retry-same-key", About: "the same under one Idempotency-Key: an attempt joins the one that is under way", Client: twice},
		{Name: "budget", About: "retry, at most once for every ten orders", Client: seldom, NewKeys: true},
		{Name: "deadline", About: "retry, and clients tell how long they wait: services leave what can't be done by then", Client: told, NewKeys: true},
		{Name: "breaker", About: "retry, and services wait 1 s for each other and stop calling who failed 10 times in a row, for a second", Client: twice, NewKeys: true,
			Services: &bench.Resilience{Timeout: &patientFor, Breaker: &bench.Breaker{Failures: 10, Open: time.Second}}},
	}
}
