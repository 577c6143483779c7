package bench

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// A driver sends the planned orders, each at its time whatever became of the others (open loop).
type driver struct {
	clock   Clock
	header  TrialHeader
	planned []time.Duration
	load    Load
	url     string
	wire    *http.Transport
	answer  func(Order)
	event   func(Event)

	patience patience
	moods    []turn         // when clients are impatient
	hurried  sync.WaitGroup // requests whose order was answered by another
	inFlight atomic.Int64
	sent     atomic.Int64
	guarded  atomic.Bool
}

// Drive sends planned orders to the order service at an address, from now on, and hands each with its answer to
// answer, on many goroutines. It returns when the last is answered.
func Drive(ctx context.Context, l Load, planned []time.Duration, address string, answer func(Order)) {
	d := &driver{clock: Clock{time.Now()}, planned: planned, load: l, url: "http://" + address + "/api/orders",
		answer: answer, event: func(Event) {}}
	d.run(ctx)
}

// driverGC lets the heap grow fourfold between collections while load is driven: marking the stacks of thousands of
// waiting requests takes processor time just when their answers come.
const driverGC = 400

// run sends until the plan is done, the memory guard strikes or ctx ends, and waits for the last answer.
func (d *driver) run(ctx context.Context) {
	defer debug.SetGCPercent(debug.SetGCPercent(driverGC))
	d.wire = transport()
	d.moods = moods(d.header)
	d.patience = newPatience(d.load, d.header.Architecture.Link(Client, "order"))
	attacker := vegeta.NewAttacker(vegeta.Workers(64), vegeta.Client(&http.Client{Transport: sender{d, ctx}}))
	stop := context.AfterFunc(ctx, func() { attacker.Stop() })
	defer stop()
	target := func(t *vegeta.Target) error { *t = vegeta.Target{Method: http.MethodPost, URL: d.url}; return nil }
	for range attacker.Attack(target, pacer{d, ctx}, 0, "") {
	}
	d.hurried.Wait()
	d.wire.CloseIdleConnections()
}

// A pacer has vegeta follow our own schedule.
type pacer struct {
	*driver
	ctx context.Context
}

// Pace waits until the next order is due: vegeta's own sleep would be up to a millisecond late.
func (p pacer) Pace(_ time.Duration, hits uint64) (time.Duration, bool) {
	if hits >= uint64(len(p.planned)) || p.ctx.Err() != nil || p.full(hits) {
		return 0, true
	}
	SleepExactly(p.planned[hits] - p.clock.Now())
	return 0, p.ctx.Err() != nil
}

// Rate is the arrival rate in orders per second.
func (p pacer) Rate(time.Duration) float64 { return p.load.Rate }

// guardEvery is how many orders pass between two looks at the memory.
const guardEvery = 64

// full is the memory guard: workers are unlimited, so a slow target would otherwise eat all memory.
func (d *driver) full(hits uint64) bool {
	if hits%guardEvery != 0 || d.guarded.Load() {
		return d.guarded.Load()
	}
	if heap := heapBytes(); heap > uint64(d.load.Memory) {
		d.guarded.Store(true)
		d.event(Event{Kind: EventGuard, Value: float64(heap),
			Detail: "the driver's memory limit is reached: no more orders are sent (load.memory)"})
		return true
	}
	return false
}

func heapBytes() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// A sender turns vegeta's numbered request into the order with that number, and sees its answer.
type sender struct {
	*driver
	ctx context.Context
}

// RoundTrip sends one order.
func (s sender) RoundTrip(hit *http.Request) (*http.Response, error) {
	seq, err := strconv.Atoi(hit.Header.Get("X-Vegeta-Seq"))
	if err != nil {
		return nil, err
	}
	o := Order{Seq: seq, Planned: s.planned[seq], Sent: s.clock.Now(), Done: Never, Settled: Never}
	s.sent.Add(1)
	s.inFlight.Add(1)
	s.place(&o)
	s.inFlight.Add(-1)
	s.answer(o)
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: hit}, nil
}

// post sends an attempt at an order, from 0, and waits for its answer.
func (s sender) post(seq, attempt int, p patience) (code int, body []byte, err error) {
	ctx, cancel := context.WithTimeout(s.ctx, p.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(draft(s.header.Seed, seq)))
	if err != nil {
		return 0, nil, err
	}
	req.GetBody = nil // with an Idempotency-Key the client would repeat it by itself, unseen
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", keyOf(s.header, seq, attempt))
	if p.tells {
		req.Header.Set(TimeoutHeader, strconv.FormatInt(p.timeout.Milliseconds(), 10))
	}
	resp, err := s.wire.RoundTrip(req) // no redirects, no second try that is not counted
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, body, err
}

// learn writes down what an answer, or none, tells the client.
func (o *Order) learn(code int, body []byte, err error) {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		o.Told, o.Error, o.Settled = ToldFailed, WordOf("connection refused"), o.Acked
		return
	case err != nil:
		o.Told, o.Error = ToldNothing, WordOf(shortError(err))
		return
	}
	view := readView(body)
	o.Code, o.ID, o.Status, o.Told = int16(code), view.ID, WordOf(view.Status), told(code)
	switch code {
	case http.StatusCreated:
		o.Done, o.Settled = o.Acked, o.Acked
	case http.StatusAccepted:
	default:
		o.Settled = o.Acked
		o.Status = Word{}
	}
}

// shortError names a transport error in a few words.
func shortError(err error) string {
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "time-out"
	case errors.Is(err, syscall.ECONNRESET):
		return "connection reset"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed"
	}
	return err.Error()
}
