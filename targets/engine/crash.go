package engine

import (
	"net/http"
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

// A CrashPoint is a named moment between two durable steps. When it is armed, the process dies there once
// (kill -9), or waits there until somebody who was notified has broken something else.
type CrashPoint struct {
	Point string `json:"point"` // empty: none is armed
	// Notify is a URL that is posted to instead of dying; the service goes on when it answers.
	Notify string `json:"notify,omitempty"`
}

// The parts of crash points' names; the whole name is service:part, such as payment:after-charge.
const (
	beforeWork    = "before-work"                // the request is here, nothing is durable
	afterEffect   = "after-"                     // and the effect: it is durable, nobody was told
	afterCommit   = "after-commit"               // order: accepted durably, nobody was asked
	beforeAnswer  = "after-ask-before-answer"    // order: the first ask is confirmed, the client is not answered
	afterAsk      = "after-ask"                  // the ask was accepted, the reply comes later, nothing is noted
	afterReply    = "after-reply"                // a reply that came later is durable, nothing followed
	BeforeAck     = "after-publish-before-ack"   // what follows is published, the message is not acknowledged
	afterAccept   = "after-accept"               // the request and its job are durable, the caller has no answer
	beforeCall    = "before-callback"            // the part is done, the caller is not called back
	afterCall     = "after-callback-before-done" // the caller has confirmed the callback, the job is still there
	notifyTimeout = 30 * time.Second
)

// Crash holds the armed crash point of a service.
type Crash struct{ armed atomic.Pointer[CrashPoint] }

// Arm sets the point at which the service dies next; the zero point disarms.
func (c *Crash) Arm(p CrashPoint) {
	if p.Point == "" {
		c.armed.Store(nil)
		return
	}
	c.armed.Store(&p)
}

// Pass is called at every named point. An armed point strikes once.
func (c *Crash) Pass(name string) {
	p := c.armed.Load()
	if p == nil || p.Point != name || !c.armed.CompareAndSwap(p, nil) {
		return
	}
	if p.Notify == "" {
		// SIGKILL to oneself is delivered before kill returns to any thread of the process. Only the first process of a
		// container is spared its own, and ends as suddenly this way.
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		os.Exit(128 + int(syscall.SIGKILL))
	}
	client := http.Client{Timeout: notifyTimeout}
	if resp, err := client.Post(p.Notify, "text/plain", nil); err == nil {
		resp.Body.Close()
	}
}

// Points lists the crash points of a service; which there are follows from its step and its links.
// Only the order service has points around its answer to the client.
func (e *Engine) Points() []string {
	parts := []string{BeforeAck}
	if e.Step.Front {
		parts = append(parts, afterCommit, beforeAnswer)
	} else {
		parts = append(parts, beforeWork, afterEffect+e.Step.Effect)
	}
	if len(e.Async) > 0 {
		parts = append(parts, afterAsk, afterReply)
	}
	if e.CallsBack {
		parts = append(parts, afterAccept, beforeCall, afterCall)
	}
	for i, part := range parts {
		parts[i] = e.Step.Service + ":" + part
	}
	return parts
}
