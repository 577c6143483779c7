package bench

import (
	"fmt"
	"slices"
	"strings"
)

// Promises that a link keeps unless Link.Broken names them.
const (
	Unconfirmed   = "unconfirmed"
	AutoAck       = "auto-ack"
	Transient     = "transient"
	NotIdempotent = "not-idempotent"
	NoDeadLetter  = "no-dead-letter"
	NoOutbox      = "no-outbox"
	Unsigned      = "unsigned"
	// NewKey is of the client: it is put on its link, as NoCompensation.
	NewKey = "new-key"
	// NoCompensation is of the order service: it is put on the client's link.
	NoCompensation = "no-compensation"
)

// A Promise is something that a link keeps unless it is told to break it, by the name of its breach.
type Promise struct {
	Name, About string
	// Transports are those of the links that can break it.
	Transports []string
	// Link is the only link that can break it; "" is any.
	Link string
}

// Promises are all that can be broken. They are about the way from caller to callee; replies keep theirs.
func Promises() []Promise {
	return []Promise{
		{Name: Unconfirmed, Transports: []string{"queue"},
			About: "the caller does not wait until the broker has confirmed that it holds the message"},
		{Name: AutoAck, Transports: []string{"queue"},
			About: "a message counts as handled when the callee receives it, before the work"},
		{Name: Transient, Transports: []string{"queue"},
			About: "the queue to the callee is kept in memory only: it dies with the broker"},
		{Name: NotIdempotent, Transports: []string{"http", "webhook", "queue"},
			About: "the callee repeats its effect when the same request comes again"},
		{Name: NoDeadLetter, Transports: []string{"queue"},
			About: "a message that fails too often is dropped"},
		{Name: NoOutbox, Transports: []string{"queue"}, Link: "order->payment",
			About: "the client is answered before the order is published, once, and nothing durable publishes it again"},
		{Name: Unsigned, Transports: []string{"webhook"},
			About: "the caller takes callbacks without looking at their signatures"},
		{Name: NewKey, Transports: ClientLinks,
			About: "a client that tries again mints a new Idempotency-Key: each attempt is an order of its own"},
		{Name: NoCompensation, Transports: []string{Wait},
			About: "what was done for an order that failed stays: no refund, no release"},
	}
}

// Breaks reports whether the link breaks a promise.
func (l Link) Breaks(promise string) bool { return slices.Contains(l.Broken, promise) }

// checkBroken returns every name in Broken that is unknown, there twice, or means nothing over the link's transport;
// at names the link.
func (l Link) checkBroken(at string) (errs []error) {
	all := Promises()
	names := Names(all, func(p Promise) string { return p.Name })
	for i, name := range l.Broken {
		wrong := func(err error) { errs = append(errs, Problem{fmt.Sprintf("broken[%d]", i), err}) }
		if err := oneOf(at+".broken", name, names); err != nil {
			wrong(err)
			continue
		}
		p := all[slices.Index(names, name)]
		if !slices.Contains(p.Transports, l.Transport) {
			wrong(fmt.Errorf("%s.broken: %q means nothing over %s, only over %s: remove it, or change the transport",
				at, name, l.Transport, strings.Join(p.Transports, ", ")))
		}
		if p.Link != "" && p.Link != l.Name() {
			wrong(fmt.Errorf("%s.broken: %q means nothing here, only on %s: remove it", at, name, p.Link))
		}
		if slices.Contains(l.Broken[:i], name) {
			wrong(fmt.Errorf("%s.broken: %q is there twice: remove one", at, name))
		}
	}
	return errs
}
