// Package engine runs a service's part of the order flow, whatever carries its requests.
//
// A part is a Step: ask the next services; when their replies are there, do the work; reply to whoever asked.
// With a blocking transport the continuation runs inline, holding the worker slot; with an asynchronous one
// the step is saved, the request leaves, and the continuation runs when the reply arrives, perhaps in another
// life of the process. The step does not know which.
//
// In the order that data flows: slots, engine (the step and its continuation), call, work, effect, reply, saga (the order
// service's step: accept, follow, compensate), jobs, and on the side settings, state, journal, crash points, metrics and the
// admin address.
package engine

import "faultline/targets/flow"

// A Step is a service's part in the flow, written once for every transport.
type Step struct {
	Service string
	// Asks are the services whose replies it needs before its own work, in this order.
	Asks []string
	// After are services asked once the step has ended; they are no part of its outcome.
	After []string
	// Effect is its side effect's name in the journal.
	Effect string
	// Undoable is whether the effect is taken back when a later part of the order fails.
	Undoable bool
	// Front marks the step that clients talk to: its own work is to accept the order.
	Front bool
	// Decide gives the outcome of its work for a request; nil means always done.
	Decide func(flow.Request) flow.Reply
}
