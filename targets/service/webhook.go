package service

import (
	"context"
	"fmt"
	"net/http"

	"faultline/bench"
	"faultline/targets/flow"
	"faultline/targets/transport/topic"
	"faultline/targets/transport/webhook"
)

// webhooks are the ways to call back the service's callers, by their names.
func (p *part) webhooks() map[string]webhook.Callback {
	callers := map[string]webhook.Callback{}
	for _, l := range p.config.Architecture.Links {
		if l.Transport == webhook.Transport && l.To == p.config.Name {
			callers[l.From] = webhook.Call(l.To, l.From, p.dials[CallbackPlace(l)], p.config.Secret)
		}
	}
	return callers
}

// CallbackPlace is where the callee of a link dials its caller: the link the other way round.
func CallbackPlace(l bench.Link) string { return bench.Link{From: l.To, To: l.From}.Name() }

// reply sends a reply to a caller that did not wait, the way it asked.
func (p *part) reply(ctx context.Context, to string, r flow.Request, reply flow.Reply) error {
	caller, called := webhook.Caller(to)
	switch call, known := p.callbacks[caller]; {
	case to == topic.ReplyTo:
		return p.topics.Reply(ctx, r, reply)
	case called && known:
		return call(ctx, r, reply)
	case !called && p.peer != nil:
		return p.peer.Reply(ctx, to, r, reply)
	}
	return fmt.Errorf("replying to %q: no link of %s leads there", to, p.config.Name)
}

// webhookRoutes are where callers ask, and where callees call back.
func (p *part) webhookRoutes(mux *http.ServeMux) {
	if len(p.callbacks) > 0 {
		callers := map[string]bool{}
		for name := range p.callbacks {
			callers[name] = true
		}
		mux.Handle("POST "+webhook.AskPath, webhook.Accept(callers, p.engine.Accept))
	}
	take := p.engine.Receive
	if p.saga != nil {
		take = p.saga.Receive
	}
	for _, l := range p.config.Architecture.Links {
		if l.Transport == webhook.Transport && l.From == p.config.Name {
			mux.Handle("POST "+webhook.Path(l.To), webhook.Receive(l.To, p.config.Secret, l.Breaks(bench.Unsigned), take))
		}
	}
}
