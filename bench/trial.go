package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"
)

// healTimeout bounds how long a fault's cure is tried, also after the user has given up.
const healTimeout = 60 * time.Second

// leadIn is the time between a system being ready and t = 0.
const leadIn = 100 * time.Millisecond

// A trial is one architecture under one fault once, as it runs.
type trial struct {
	system   *System
	header   TrialHeader
	plan     Plan
	clock    Clock
	facts    *Writer
	driver   *driver
	observer observer
	readers  *readBacks
	report   func(Progress)

	mu       sync.Mutex
	progress Progress
}

// runTrial starts a system, runs one trial on it, and leaves its facts in dir, whatever happens.
// Its error is the harness's: what befell the system is in the facts.
func runTrial(ctx context.Context, lab Lab, plan Plan, h TrialHeader, dir string, report func(Progress)) (err error) {
	report(Progress{Trial: h, Phase: "start"})
	system, startErr := lab.Start(ctx, plan, h.Architecture, filepath.Join(dir, "logs"))
	if startErr == nil {
		defer func() { err = errors.Join(err, system.Close()) }()
		h.Ready = system.Ready
		if system.Broker != nil {
			h.Broker, h.Queues = system.Broker.Version(), system.Queues
		}
	}
	h.Base = time.Now().Add(leadIn)
	facts, err := Create(dir, h)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, facts.Close()) }()
	t := &trial{system: system, header: h, plan: plan, clock: Clock{h.Base}, facts: facts, report: report}
	t.progress.Trial = h
	if startErr != nil {
		t.failed("starting the system", startErr)
		if ctx.Err() != nil {
			t.event(Event{Kind: EventStopped, Detail: "interrupted by the user"})
			return nil
		}
		return startErr
	}
	t.run(ctx)
	return nil
}

// run drives, breaks and watches the system on one clock, then settles every order.
func (t *trial) run(ctx context.Context) {
	planned := Schedule(t.plan.Load, t.header.Phases.Drain, t.header.Seed+uint64(t.header.Repeat-1))
	t.facts.Planned(planned)
	settling, giveUp := context.WithDeadline(ctx, t.header.Base.Add(t.header.Phases.End))
	defer giveUp()
	reading, stopReading := context.WithCancel(settling)
	defer stopReading()
	url := "http://" + t.system.Client + "/api/orders"
	t.observer = newObserver(t.header.Architecture.ClientLink(), t.clock, t.header.Seed, url, t.outcome)
	t.readers = newReadBacks(t.clock, t.header, t.plan.Load.Rate, url, t.facts.ReadBack)
	t.driver = &driver{clock: t.clock, header: t.header, planned: planned, load: t.plan.Load, url: url,
		answer: func(o Order) { t.answer(reading, o) }, event: t.event}

	watching, stopWatching := context.WithCancel(ctx)
	defer stopWatching()
	var side sync.WaitGroup
	side.Go(func() { watchServices(watching, t.clock, t.header.Phases, t.system.Services, t.facts.Sample) })
	side.Go(func() { t.watchQueues(watching) })
	side.Go(func() { t.watchHarness(watching) })
	side.Go(func() { t.tell(watching) })

	var load sync.WaitGroup
	load.Go(func() { t.breakAndHeal(ctx) })
	load.Go(func() { t.observer.run(settling) })
	t.driver.run(ctx)
	t.observer.close()
	load.Wait()
	t.drain(settling)
	time.AfterFunc(2*lastPoll, stopReading) // what is idle changes no more: one read each still shows it
	t.readers.wait()
	stopWatching()
	side.Wait()
	t.settle(ctx)
}

// breakAndHeal injects the fault at the start of its window and heals it at the end, also when the run is
// interrupted in between.
func (t *trial) breakAndHeal(ctx context.Context) {
	p, f := t.header.Phases, t.header.Fault
	t.phase(ctx, 0, "warm-up")
	t.phase(ctx, p.Baseline, "baseline")
	t.probe(ctx, p.Fault)
	if t.clock.Sleep(ctx, p.Fault) != nil {
		return
	}
	t.phase(ctx, p.Fault, "fault")
	if f.Kind != NoFault {
		heal, err := t.system.Injector.Inject(ctx, f, t.event)
		if err != nil {
			t.failed("injecting "+f.Name, err)
		} else {
			t.event(Event{Kind: EventInject, Place: f.Place, Detail: f.Name})
			defer t.heal(ctx, heal)
		}
	}
	t.probe(ctx, p.Recovery)
	_ = t.clock.Sleep(ctx, p.Recovery)
	t.phase(ctx, p.Recovery, "recovery")
}

// heal ends the fault for certain: it is tried until it works or its time is over.
func (t *trial) heal(ctx context.Context, heal Heal) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), healTimeout)
	defer cancel()
	begun := t.clock.Now()
	if err := heal(ctx); err != nil {
		t.failed("healing "+t.header.Fault.Name, err)
		return
	}
	t.event(Event{Kind: EventHeal, Place: t.header.Fault.Place, Detail: t.header.Fault.Name, Value: (t.clock.Now() - begun).Seconds()})
}

// probeEvery is how often a fault's place is looked at from outside.
const probeEvery = 500 * time.Millisecond

// probe looks at the fault's place from outside until a moment of the trial.
func (t *trial) probe(ctx context.Context, until time.Duration) {
	for at := t.clock.Now() + probeEvery/2; at < until-probeEvery/2; at = max(at, t.clock.Now()) + probeEvery {
		if t.clock.Sleep(ctx, at) != nil {
			return
		}
		e, ok := t.system.Injector.Probe(ctx, t.header.Fault)
		if !ok {
			return
		}
		t.event(e)
	}
}

// drain waits until no work waits anywhere, or the limit is reached.
func (t *trial) drain(ctx context.Context) {
	t.phase(ctx, 0, "drain")
	for ctx.Err() == nil && !idle(ctx, t.system) {
		_ = t.clock.Sleep(ctx, t.clock.Now()+100*time.Millisecond)
	}
}

// settle reads the books in which every order's end is written.
func (t *trial) settle(ctx context.Context) {
	if ctx.Err() != nil {
		t.event(Event{Kind: EventStopped, Detail: "interrupted by the user"})
	}
	if by := t.clock.Stepped(); by.Abs() > maxStep {
		t.event(Event{Kind: EventClock, Value: by.Seconds(), Detail: "the wall clock was set during the trial"})
	}
	b, err := collect(context.WithoutCancel(ctx), t.system, t.header.Base)
	if err != nil { // half the books would make violations of what the other half explains
		t.failed("collecting the books", err)
	} else {
		t.facts.Journal(b.journal)
		t.facts.Records(b.records)
		t.facts.Leftovers(b.leftovers)
		t.event(Event{Kind: EventBooks})
	}
	t.event(Event{Kind: EventFinish})
}

// maxStep is the largest difference between wall clock and monotonic clock that is not worth a word.
const maxStep = 50 * time.Millisecond

func (t *trial) answer(reading context.Context, o Order) {
	t.facts.Answer(o)
	t.seen(o, true)
	t.readers.follow(reading, o)
	if o.Told == ToldAccepted && o.Settled == Never {
		t.observer.follow(o)
	}
}

func (t *trial) outcome(o Order) {
	t.facts.Outcome(o)
	t.seen(o, false)
}

// event writes an event down; one without a time happens now.
func (t *trial) event(e Event) {
	if e.T == 0 {
		e.T = t.clock.Now()
	}
	t.facts.Event(e)
}

func (t *trial) failed(doing string, err error) {
	t.event(Event{Kind: EventFailed, Detail: fmt.Sprintf("%s: %v", doing, err)})
}

// phase notes that a phase begins at a moment, or now.
func (t *trial) phase(ctx context.Context, at time.Duration, name string) {
	if at > 0 && t.clock.Sleep(ctx, at) != nil {
		return
	}
	t.mu.Lock()
	t.progress.Phase = name
	t.mu.Unlock()
	t.event(Event{Kind: EventPhase, Detail: name})
}

func (t *trial) watchQueues(ctx context.Context) {
	if t.system.Broker == nil {
		return
	}
	every(ctx, t.clock, func() {
		queues, err := t.system.Broker.Queues(ctx)
		if err != nil {
			return // a broker that is down has no figures; the gap shows it
		}
		for _, q := range queues {
			q.T = t.clock.Now()
			t.facts.Queue(q)
		}
	})
}

func (t *trial) watchHarness(ctx context.Context) {
	m := newMeter(t.clock, t.system.Links)
	every(ctx, t.clock, func() { t.facts.Harness(m.sample(t.driver.inFlight.Load())) })
	t.facts.Harness(m.sample(t.driver.inFlight.Load()))
}
