package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"faultline/bench"
)

// heartbeat is how often a trial says that it is alive.
const heartbeat = 2 * time.Second

// A progress prints a few plain lines a trial: its phases, and a heartbeat.
type progress struct {
	mu    sync.Mutex
	out   io.Writer
	trial int
	phase string
	last  time.Duration
}

func newProgress(out io.Writer) *progress { return &progress{out: out} }

// show prints what is new since it was last called.
func (p *progress) show(now bench.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Rounds != nil {
		fmt.Fprintln(p.out, now.Rounds.Text(now.Widths))
		return
	}
	if now.Index != p.trial {
		p.trial, p.phase, p.last = now.Index, "", 0
		fmt.Fprintf(p.out, "[%d/%d] %s under %s: starting\n", now.Index, now.Trials, now.Trial.Architecture.Name, now.Trial.Fault.Name)
		return
	}
	if now.Phase == p.phase && now.Now-p.last < heartbeat {
		return
	}
	p.phase, p.last = now.Phase, now.Now
	fmt.Fprintf(p.out, "[%d/%d] %5.1f s  %-8s  sent %d, answered %d (%d failed), done %d, open %d; slowest answer %s, slowest done %s\n",
		now.Index, now.Trials, now.Now.Seconds(), now.Phase, now.Sent, now.Answered, now.Failed, now.Done, now.Open,
		milliseconds(now.AckMax), milliseconds(now.DoneMax))
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) }
