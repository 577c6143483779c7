package bench

import (
	"slices"
	"time"
)

// drainTime sets the measured drain of the backlog at the fault's end beside B / (μ − λ(1 + retries)), B being no more than
// what the queue before the slowest service lets in (MEASURES).
func drainTime(h RunHeader, f Facts, ref reference) DrainTime {
	if f.Trial.Fault.Kind == NoFault {
		return DrainTime{}
	}
	healed := f.healed()
	open := openOrders(f.Orders, healed, f.lastEnd())
	slowest, mu := capacity(h.Plan, ref)
	d := DrainTime{Backlog: open[0], Measured: Never, Predicted: Never, Mu: mu, Lambda: h.Plan.Load.Rate, Retries: retries(f)}
	from, to := ref.span()
	level := slices.Max(openOrders(ref.facts.Orders, from, to-drainStep))
	if i := slices.IndexFunc(open, func(n int) bool { return n <= level }); i >= 0 {
		d.Measured = time.Duration(i) * drainStep
	}
	backlog := d.Backlog
	if bound, bounded := queueBound(h, f.Trial.Architecture, slowest); bounded {
		backlog = min(backlog, bound)
	}
	if spare := d.Mu - d.Lambda*(1+d.Retries); spare > 0 {
		d.Predicted = time.Duration(float64(backlog) / spare * float64(time.Second))
	}
	return d
}

// retries are how many more requests than orders clients sent for those planned in the fault's window.
func retries(f Facts) float64 {
	orders, attempts := 0, 0
	for i := range f.Orders {
		if o := &f.Orders[i]; o.Planned >= f.Trial.Phases.Fault && o.Planned < f.Trial.Phases.Recovery && o.Told != ToldUnsent {
			orders, attempts = orders+1, attempts+max(1, int(o.Attempts))
		}
	}
	return share(attempts-orders, orders)
}

// queueBound is the most that can wait for a service and be at work there. There is no bound where somebody on the way there
// keeps what is turned away: a broker, a table of jobs.
func queueBound(h RunHeader, a Architecture, service string) (bound int, bounded bool) {
	for at := service; at != ""; {
		caller := a.caller(at)
		switch l := a.Link(caller, at); {
		case caller == Client:
			return h.Plan.Flow.Queue + slotsOf(h.Plan, a, service), l.Transport == Wait
		case !blocks(h, l):
			return 0, false
		}
		at = caller
	}
	return 0, false
}

// caller is who calls a service, "" if nobody does.
func (a Architecture) caller(service string) string {
	for _, l := range a.Links {
		if l.To == service {
			return l.From
		}
	}
	return ""
}

// blocks reports whether the caller of a link waits for the reply, holding its slot.
func blocks(h RunHeader, l Link) bool {
	if l.From == Client {
		return l.Transport == Wait
	}
	return slices.ContainsFunc(h.Transports, func(t Transport) bool { return t.Name == l.Transport && t.Blocking })
}

// slotsOf are the worker slots of a service.
func slotsOf(p Plan, a Architecture, service string) int {
	if n, ok := a.Slots[service]; ok {
		return n
	}
	return p.Flow.Slots[service]
}

const drainStep = 20 * time.Millisecond

// capacity is μ: what the slowest service can do per second, its slots over its mean own work with nothing broken.
func capacity(p Plan, ref reference) (slowest string, least float64) {
	a := ref.facts.Trial.Architecture
	from, to := ref.span()
	for _, service := range a.doing() {
		var work float64
		var n int64
		for _, s := range ref.facts.samples(service, from, to) {
			work += s.WorkSum
			n += s.Work.Count()
		}
		if n == 0 || work == 0 {
			continue
		}
		if mu := float64(slotsOf(p, a, service)) * float64(n) / work; least == 0 || mu < least {
			slowest, least = service, mu
		}
	}
	return slowest, least
}

// openOrders are how many orders were sent and not settled, at one moment and then each drainStep until another is passed.
func openOrders(orders []Order, from, to time.Duration) []int {
	open := make([]int, max(0, to-from+drainStep-1)/drainStep+1)
	count := func(t time.Duration, n int) { // from the first step that is not before t
		if i := max(0, t-from+drainStep-1) / drainStep; int(i) < len(open) {
			open[i] += n
		}
	}
	for i := range orders {
		o := &orders[i]
		if o.Told == ToldUnsent {
			continue
		}
		count(o.Sent, 1)
		if end := o.end(); end != Never {
			count(end, -1)
		}
	}
	for i := range open[1:] {
		open[i+1] += open[i]
	}
	return open
}

// lastEnd is when the last order ended.
func (f Facts) lastEnd() (last time.Duration) {
	for i := range f.Orders {
		if o := &f.Orders[i]; o.Told != ToldUnsent {
			last = max(last, o.end())
		}
	}
	return last
}
