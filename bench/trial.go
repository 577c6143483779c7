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
	services []*serviceWatch
	driver   *driver
	observer observer
	readers  *readBacks
	report   func(Progress)
	whole    bool // the system is as the next trial wants it

	mu       sync.Mutex
	progress Progress
}

// runTrial gets a system from the stage, runs one trial on it, and leaves its facts in dir, whatever happens.
// Its error is the harness's: what befell the system is in the facts.
func runTrial(ctx context.Context, stage *Stage, plan Plan, h TrialHeader, dir string, report func(Progress)) (err error) {
	report(Progress{Trial: h, Phase: "start"})
	t := &trial{plan: plan, report: report}
	system, startErr := stage.enter(ctx, plan, h.Architecture, filepath.Join(dir, "logs"))
	if startErr == nil {
		defer func() { err = errors.Join(err, stage.leave(t.whole)) }()
		h.Ready, h.Round, h.Engine = system.Ready, stage.round, system.Engine
		if system.Broker != nil {
			h.Broker, h.Queues = system.Broker.Version(), system.Queues
		}
	}
	if startErr == nil {
		t.services = serviceWatches(ctx, system.Services, stage.round > 0)
	}
	h.Base = time.Now().Add(leadIn)
	facts, err := Create(dir, h)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, facts.Close()) }()
	t.system, t.header, t.clock, t.facts = system, h, Clock{h.Base}, facts
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
	planned := t.header.Phases.Cut.out(Schedule(t.plan.Load, t.header.Phases.Drain, t.header.Seed+uint64(t.header.Repeat-1)))
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
	side.Go(func() { watchServices(watching, t.clock, t.header, t.services, t.facts.Sample) })
	side.Go(func() { t.watchBroker(watching) })
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

// drain waits until no work waits anywhere, or the limit is reached.
func (t *trial) drain(ctx context.Context) {
	t.phase(ctx, 0, "drain")
	for ctx.Err() == nil && !atRest(ctx, t.system) {
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
	b, err := t.collect(ctx)
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

// collect reads the books: of a system that the next trial may have as they stand, if it is at rest.
func (t *trial) collect(ctx context.Context) (books, error) {
	if t.plan.Share && ctx.Err() == nil && rested(ctx, t.system) {
		b, err := readBooks(ctx, t.system, t.header.Base)
		t.whole = err == nil && len(b.leftovers) == 0
		return b, err
	}
	return collect(context.WithoutCancel(ctx), t.system, t.header.Architecture, t.header.Base)
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

func (t *trial) watchBroker(ctx context.Context) {
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
		if s, err := t.system.Broker.Figures(ctx); err == nil {
			s.T = t.clock.Now()
			t.facts.Broker(s)
		}
	})
}

func (t *trial) watchHarness(ctx context.Context) {
	m := newMeter(t.clock, t.system.Links)
	every(ctx, t.clock, func() { t.facts.Harness(m.sample(t.driver.inFlight.Load())) })
	t.facts.Harness(m.sample(t.driver.inFlight.Load()))
}
