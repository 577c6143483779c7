package engine

import (
	"context"
	"slices"

	"faultline/targets/flow"
)

// Hear takes the outcome of another service's part that came as an event, and goes on with the step that waits for it. A
// request with a ReplyTo begins the step where nothing else has: the outcome is all that it needs.
func (e *Engine) Hear(ctx context.Context, r flow.Request, reply flow.Reply) error {
	spent := e.Metrics.begin()
	if r.ReplyTo == "" {
		defer spent.continued()
		return e.receive(ctx, spent, r, reply)
	}
	e.Crash.Pass(e.Step.Service + ":" + beforeWork)
	err := e.receive(ctx, spent, r, reply)
	spent.answered(flow.Answer{Later: true}, err)
	return err
}

// begun are the services that may have begun their part of an order: who was asked, and who starts by itself on the
// outcome of one that was.
func (s *Saga) begun(st state) []string {
	all := slices.Clone(st.Asked)
	for _, asked := range st.Asked {
		next, reply := s.Leads[asked], st.Replies[asked]
		if next != "" && !slices.Contains(all, next) && (reply.Outcome == "" || reply.Outcome == flow.Done) {
			all = append(all, next)
		}
	}
	return all
}

// hears reports whether a service learns by itself that what it started was refused, and takes its own part back.
func (s *Saga) hears(st state, service string) bool {
	reply, known := st.Replies[s.Leads[service]]
	return known && reply.Outcome != flow.Done
}

// early reports whether a reply overtook that of a service whose part came before: events keep no order. What follows
// from the other is done when that is here.
func (s *Saga) early(reply flow.Reply) bool {
	if len(s.Leads) == 0 {
		return false
	}
	st, err := s.state(reply.Order)
	next := s.next(st)
	return err == nil && st.Own == nil && slices.Index(s.Step.Asks, next) < slices.Index(s.Step.Asks, reply.Service)
}
