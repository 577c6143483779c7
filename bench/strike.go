package bench

import (
	"context"
	"sync"
	"time"
)

// breakAndHeal carries out the timetable of the trial's fault, and tells the phases. It returns when everything is healed.
func (t *trial) breakAndHeal(ctx context.Context) {
	p := t.header.Phases
	var turns sync.WaitGroup
	for _, f := range t.header.Fault.Singles() {
		turns.Go(func() { t.strike(ctx, f) })
	}
	t.phase(ctx, 0, "warm-up")
	t.phase(ctx, p.Baseline, "baseline")
	t.phase(ctx, p.Fault, "fault")
	t.phase(ctx, p.Recovery, "recovery")
	if p.Cut.To > 0 {
		t.phase(ctx, p.Cut.From, "cut")
		t.phase(ctx, p.Cut.To, "restored")
	}
	turns.Wait()
}

// strike breaks one place at each of a fault's turns, and looks at it from outside before and meanwhile.
func (t *trial) strike(ctx context.Context, f Fault) {
	p := t.header.Phases
	if t.clock.Sleep(ctx, p.Baseline) != nil {
		return
	}
	turns := f.turns(p)
	t.probe(ctx, f, turns[0].from, probeEvery)
	for _, turn := range turns {
		if t.clock.Sleep(ctx, turn.from) != nil {
			return
		}
		t.take(ctx, turn)
	}
}

// take has a fault in effect for one turn, and heals it at the turn's end, also when the run is interrupted in between.
func (t *trial) take(ctx context.Context, turn turn) {
	f := turn.fault
	for i, level := range f.levels() {
		if t.clock.Sleep(ctx, turn.from+time.Duration(i)*rampStep) != nil {
			return
		}
		heal, err := t.system.Injector.Inject(ctx, f.at(level), t.event)
		if err != nil {
			t.failed("injecting "+f.Name, err)
			return
		}
		if i == 0 {
			// the cure of a fault that grows cures it at every level
			defer t.heal(ctx, f, heal)
		}
		t.event(Event{Kind: EventInject, Place: f.Place, Fault: f.Name, Detail: f.Name, Value: level})
	}
	t.probe(ctx, f, turn.to, min(probeEvery, (turn.to-turn.from)/3))
	_ = t.clock.Sleep(ctx, turn.to)
}

// heal ends the fault for certain: it is tried until it works or its time is over.
func (t *trial) heal(ctx context.Context, f Fault, heal Heal) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), healTimeout)
	defer cancel()
	begun := t.clock.Now()
	if err := heal(ctx); err != nil {
		t.failed("healing "+f.Name, err)
		return
	}
	t.event(Event{Kind: EventHeal, Place: f.Place, Fault: f.Name, Detail: f.Name, Value: (t.clock.Now() - begun).Seconds()})
}

// probeEvery is how often a fault's place is looked at from outside.
const probeEvery = 500 * time.Millisecond

// probe looks at the fault's place from outside until a moment of the trial. It is over then, so that no answer that is still
// under way holds up what comes next; what that probe would have shown is not told.
func (t *trial) probe(ctx context.Context, f Fault, until, every time.Duration) {
	ctx, cancel := context.WithDeadline(ctx, t.clock.Base.Add(until))
	defer cancel()
	for at := t.clock.Now() + every/2; at < until-every/2; at = max(at, t.clock.Now()) + every {
		if t.clock.Sleep(ctx, at) != nil {
			return
		}
		e, ok := t.system.Injector.Probe(ctx, f)
		if !ok || ctx.Err() != nil {
			return
		}
		e.Fault = f.Name
		t.event(e)
	}
}
