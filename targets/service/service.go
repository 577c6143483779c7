// Package service holds the services of the order flow: one file each with its step, and what runs a step as a
// process: its HTTP servers, its queues, its store. The order service has its clients' API besides.
package service

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"faultline/bench"
	"faultline/targets/engine"
	"faultline/targets/flow"
	"faultline/targets/guard"
	"faultline/targets/order"
	"faultline/targets/store"
	httplink "faultline/targets/transport/http"
	"faultline/targets/transport/queue"
	"faultline/targets/transport/topic"
	"faultline/targets/transport/webhook"
)

// Config is all that a service is told when it starts.
type Config struct {
	Name         string             `json:"name"`
	Architecture bench.Architecture `json:"architecture"`
	Settings     engine.Settings    `json:"settings"`
	Workers      int                `json:"workers"` // of jobs, beside those that hold a slot
	Declines     order.Declines     `json:"declines"`
	Broker       BrokerConfig       `json:"broker"`
	Attempts     int                `json:"attempts"` // at a message
	Secret       string             `json:"secret"`   // of this trial: it signs callbacks
}

// Steps are the parts of the order flow, in its order.
func Steps(d order.Declines) []engine.Step {
	return []engine.Step{orderStep(), paymentStep(), fraudStep(d), riskStep(), inventoryStep(d), shippingStep()}
}

// A part is a service that is being run: what its servers and consumers share.
type part struct {
	config Config
	dials  map[string]string // place → address
	engine *engine.Engine
	saga   *engine.Saga // of the order service only
	peer   *queue.Peer  // nil if no link of the service uses a broker
	topics *topic.Peer  // likewise
	// callbacks are the ways to call back callers that asked by webhook.
	callbacks map[string]webhook.Callback
	ready     atomic.Bool
}

// Run runs a service with its durable state in dir, listening at Main and Admin, until ctx is done. It calls listening with the
// addresses that it has then.
func Run(ctx context.Context, c Config, dir string, dials map[string]string, at bench.Addresses, listening func(bench.Addresses)) error {
	db, err := store.Open(filepath.Join(dir, c.Name+".db"), engine.Buckets...)
	if err != nil {
		return err
	}
	defer db.Close()
	p, err := newPart(c, dials, db)
	if err != nil {
		return err
	}
	if p.peer != nil {
		defer p.peer.Broker.Close()
	}
	if err := p.engine.Load(); err != nil {
		return err
	}
	flowServer, err := listen(at.Main, p.routes())
	if err != nil {
		return err
	}
	adminServer, err := listen(at.Admin, p.adminRoutes())
	if err != nil {
		return err
	}
	listening(bench.Addresses{Main: flowServer.addr, Admin: adminServer.addr})
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return flowServer.serve(ctx) })
	group.Go(func() error { return adminServer.serve(ctx) })
	group.Go(func() error { return p.consume(ctx) })
	group.Go(func() error { p.engine.Run(ctx); return nil })
	return group.Wait()
}

func newPart(c Config, dials map[string]string, db *store.Store) (*part, error) {
	steps := Steps(c.Declines)
	undoable := map[string]bool{}
	var step engine.Step
	for _, s := range steps {
		undoable[s.Service] = s.Undoable
		if s.Service == c.Name {
			step = s
		}
	}
	if step.Service == "" {
		return nil, fmt.Errorf("service %q is not part of the order flow", c.Name)
	}
	slots := engine.NewSlots(c.Settings.Slots, c.Settings.Queue)
	e := &engine.Engine{Step: step, Settings: c.Settings, Store: db, Slots: slots, Crash: &engine.Crash{},
		Metrics: engine.NewMetrics(c.Name, slots), Asks: map[string]flow.Ask{}, Guards: map[string]*guard.Guard{},
		Async: map[string]bool{}, Again: map[string]bool{},
		Repeats: slices.ContainsFunc(c.Architecture.Links, func(l bench.Link) bool { return l.To == c.Name && l.Breaks(bench.NotIdempotent) })}
	p := &part{config: c, dials: dials, engine: e}
	if err := p.openPeer(); err != nil {
		return nil, err
	}
	p.dialLinks()
	p.callbacks = p.webhooks()
	e.Reply, e.CallsBack = p.reply, len(p.callbacks) > 0
	if step.Front {
		p.saga = engine.NewSaga(e, c.Architecture.ClientLink() == bench.Wait, undoable, c.Workers)
		p.saga.Leads = topic.Leads(c.Architecture)
		p.saga.Outbox = slices.ContainsFunc(c.Architecture.Links, func(l bench.Link) bool { return l.Outbox })
		p.saga.NoOutbox = !p.saga.Wait && slices.ContainsFunc(c.Architecture.Links, func(l bench.Link) bool { return l.Breaks(bench.NoOutbox) })
		p.saga.Forgets = slices.ContainsFunc(c.Architecture.Links, func(l bench.Link) bool { return l.Breaks(bench.NoCompensation) })
	} else {
		e.Employ(c.Settings.Slots + c.Workers)
	}
	return p, nil
}

// openPeer connects to the broker if a link of the service needs one.
func (p *part) openPeer() error {
	name := p.config.Name
	publish, uses := p.dials[name+"->"+Broker]
	if !uses {
		return nil
	}
	b, err := openBroker(p.config.Broker, publish, p.dials[Broker+"->"+name])
	if err != nil {
		return err
	}
	p.peer = &queue.Peer{Service: name, Prefix: p.config.Broker.Prefix, Broker: b, Prefetch: p.config.Settings.Slots,
		Attempts: p.config.Attempts, Crash: p.engine.Crash, Metrics: p.engine.Metrics}
	p.topics = &topic.Peer{Peer: p.peer, Wiring: topic.Wire(p.config.Architecture, name)}
	return nil
}

// dialLinks makes the way to ask each callee: the one place where a transport's name becomes code.
func (p *part) dialLinks() {
	for _, l := range p.config.Architecture.Links {
		if l.From != p.config.Name {
			continue
		}
		p.engine.Guards[l.To] = guard.New(l.To, l.Resilience, p.config.Settings.Timeout)
		switch l.Transport {
		case "http":
			p.engine.Asks[l.To] = httplink.Dial(l.To, p.dials[l.Name()])
		case "queue":
			p.engine.Asks[l.To] = p.peer.Dial(l.To)
			p.engine.Async[l.To] = true
		case topic.Name:
			p.engine.Asks[l.To] = p.topics.Dial(l.To)
			p.engine.Async[l.To] = true
		case webhook.Transport:
			p.engine.Asks[l.To] = webhook.Dial(l.From, l.To, p.dials[l.Name()])
			p.engine.Async[l.To], p.engine.Again[l.To] = true, true
		}
	}
}

// routes are what the flow's address serves: other services, clients of the order service, and probes of the link.
func (p *part) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ping", func(http.ResponseWriter, *http.Request) {})
	p.webhookRoutes(mux)
	if p.saga != nil {
		api{p.saga}.register(mux)
		return mux
	}
	mux.Handle("POST "+httplink.Path, httplink.Serve(p.engine.Handle))
	return mux
}

// A server is an HTTP server that already listens.
type server struct {
	addr     string
	listener net.Listener
	http     *http.Server
}

func listen(address string, h http.Handler) (*server, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listening: %w", err)
	}
	return &server{l.Addr().String(), l, &http.Server{Handler: h, ReadHeaderTimeout: headerTimeout, IdleTimeout: time.Minute}}, nil
}

const headerTimeout = 5 * time.Second

// serve answers until ctx is done.
func (s *server) serve(ctx context.Context) error {
	s.http.BaseContext = func(net.Listener) context.Context { return ctx } // ends WebSockets: Close leaves them alone
	stop := context.AfterFunc(ctx, func() { s.http.Close() })
	defer stop()
	if err := s.http.Serve(s.listener); err != http.ErrServerClosed {
		return fmt.Errorf("serving %s: %w", s.addr, err)
	}
	return nil
}
