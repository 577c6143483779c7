package bench

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"
)

// quiesce has the services begin nothing any more and end what they are at: callers first, so that nobody waits for the reply
// of one that is paused.
func quiesce(ctx context.Context, s *System, a Architecture) error {
	client := newClient(restTimeout)
	defer client.CloseIdleConnections()
	var errs []error
	for _, name := range a.callersFirst() {
		admin := "http://" + s.Services[name].Addresses().Admin
		errs = append(errs, nameError(name, command204(ctx, client, http.MethodPost, admin+"/pause")))
		awaitRest(ctx, client, admin)
	}
	return errors.Join(errs...)
}

// callersFirst are the services, each after the one that calls it, in whatever order the links are written.
func (a Architecture) callersFirst() []string {
	services := a.Services()
	slices.SortStableFunc(services, func(x, y string) int { return cmp.Compare(a.depth(x), a.depth(y)) })
	return services
}

// depth is how many calls a service is away from the client.
func (a Architecture) depth(service string) (calls int) {
	for at := service; at != "" && at != Client; at = a.caller(at) {
		calls++
	}
	return calls
}

// awaitRest waits until a service holds no slot. One that calls without a time-out may hold its slot for ever, and then
// nothing moves.
func awaitRest(ctx context.Context, client *http.Client, admin string) {
	ctx, cancel := context.WithTimeout(ctx, restTimeout)
	defer cancel()
	clock := Clock{time.Now()}
	for ctx.Err() == nil {
		if now, err := readScrape(ctx, client, admin+"/metrics"); err == nil && now.inFlight == 0 {
			return
		}
		_ = clock.Sleep(ctx, clock.Now()+restEvery)
	}
}

const (
	// restTimeout is longer than callers wait for a reply where nothing else is said.
	restTimeout = 10 * time.Second
	restEvery   = 20 * time.Millisecond
)

// atRest reports whether no work waits or is done anywhere. One look at one place after the other would miss a message that
// changed hands meanwhile, and a broker does not always tell what it has handed out: two looks in a row must find nothing, and
// as many requests answered at the second as at the first (as the four-counter method does it: Mattern, Algorithms for
// distributed termination detection, 1987).
func atRest(ctx context.Context, s *System) bool {
	first, idle := look(ctx, s)
	if !idle {
		return false
	}
	_ = Clock{time.Now()}.Sleep(ctx, restEvery)
	second, idle := look(ctx, s)
	return idle && second == first
}

// look asks every service and the broker once how many requests they have answered, and whether no slot is held, no job and no
// message waits.
func look(ctx context.Context, s *System) (answered int64, idle bool) {
	client := newClient(time.Second)
	defer client.CloseIdleConnections()
	for _, instance := range s.Services {
		admin := "http://" + instance.Addresses().Admin
		now, err := readScrape(ctx, client, admin+"/metrics")
		if err != nil || now.inFlight+now.queue > 0 {
			return 0, false
		}
		for _, n := range now.requests {
			answered += n
		}
		left, err := readLines[Leftover](ctx, client, admin+"/leftovers")
		if err != nil || len(left) > 0 {
			return 0, false
		}
	}
	if s.Broker == nil {
		return answered, true
	}
	queues, err := s.Broker.Queues(ctx)
	for _, q := range queues {
		if q.Ready+q.Taken > 0 {
			return 0, false
		}
	}
	return answered, err == nil
}
