package service

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"faultline/bench"
	"faultline/targets/broker"
	"faultline/targets/flow"
	"faultline/targets/transport/queue"
	"faultline/targets/transport/topic"
)

// consume declares the service's queues, takes part in them, and then says that it is ready.
func (p *part) consume(ctx context.Context) error {
	if p.peer == nil {
		p.ready.Store(true)
		return nil
	}
	if err := p.declare(ctx); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	receive, listener := p.engine.Receive, topic.Listener{Handle: p.engine.Handle, Hear: p.engine.Hear}
	if p.saga != nil {
		receive = p.saga.Receive
		listener.Hear = func(ctx context.Context, _ flow.Request, reply flow.Reply) error { return p.saga.Receive(ctx, reply) }
	}
	if p.queued(func(l bench.Link) string { return l.To }) {
		group.Go(func() error { return p.peer.Serve(ctx, p.engine.Handle) })
	}
	if p.queued(func(l bench.Link) string { return l.From }) {
		group.Go(func() error { return p.peer.Receive(ctx, receive) })
	}
	if len(p.topics.Wiring.Subscribes()) > 0 {
		group.Go(func() error { return p.topics.Serve(ctx, listener) })
	}
	p.ready.Store(true)
	return group.Wait()
}

// queued reports whether the service is at one end of a link with the transport queue.
func (p *part) queued(end func(bench.Link) string) bool {
	return slices.ContainsFunc(p.config.Architecture.Links, func(l bench.Link) bool { return l.Transport == "queue" && end(l) == p.config.Name })
}

// declare makes all queues of the architecture, trying until the broker is there.
func (p *part) declare(ctx context.Context) error {
	queues := Queues(p.config.Architecture)
	for i := range queues {
		queues[i].Quorum = p.config.Broker.Quorum
		queues[i].Name = p.config.Broker.Prefix + queues[i].Name
		for j, event := range queues[i].Topics {
			queues[i].Topics[j] = p.config.Broker.Prefix + event
		}
	}
	for {
		err := p.peer.Broker.Declare(ctx, queues...)
		if err == nil || ctx.Err() != nil {
			return nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(declareAgain):
		}
	}
}

const declareAgain = 50 * time.Millisecond

// Queues are all queues that an architecture needs on its broker. What a link breaks is about the queue to its callee.
func Queues(a bench.Architecture) []broker.Queue {
	var queues []broker.Queue
	seen := map[string]bool{}
	add := func(q broker.Queue) {
		if !seen[q.Name] {
			seen[q.Name] = true
			queues = append(queues, q)
		}
	}
	for _, l := range a.Links {
		if l.Transport == "queue" {
			add(broker.Queue{Name: l.To, Unconfirmed: l.Breaks(bench.Unconfirmed), AutoAck: l.Breaks(bench.AutoAck),
				Transient: l.Breaks(bench.Transient), NoDeadLetter: l.Breaks(bench.NoDeadLetter)})
			add(broker.Queue{Name: queue.Replies(l.From)})
		}
	}
	for _, name := range a.Services() {
		if events := topic.Wire(a, name).Subscribes(); len(events) > 0 {
			add(broker.Queue{Name: topic.Queue(name), Topics: events})
		}
	}
	return queues
}
