package chaos

import (
	"context"
	"fmt"
	"time"

	"faultline/bench"
	"faultline/chaos/internal/control"
)

// A command is what a service of the flow is told on its admin address, as JSON.
type command struct {
	path string
	body any
}

// The bodies of commands. The zero value of each ends what it began.
type (
	slowness struct {
		Delay  time.Duration `json:"delay_ns"`
		Spread float64       `json:"spread"`
		Factor float64       `json:"factor"`
		Fades  time.Duration `json:"fades_ns"`
	}
	sharing struct {
		Share float64 `json:"share"`
	}
	slots struct {
		Slots int `json:"slots"`
	}
	growth struct {
		Rate  int64 `json:"rate"`
		Limit int64 `json:"limit"`
	}
	pace struct {
		Hands int           `json:"hands"`
		Delay time.Duration `json:"delay_ns"`
	}
)

func slowed(f bench.Fault) slowness { return slowness{Delay: f.Delay, Spread: f.Spread} }
func shared(f bench.Fault) sharing  { return sharing{f.Share} }
func slotted(f bench.Fault) slots   { return slots{f.Slots} }
func grown(f bench.Fault) growth    { return growth{f.Rate, f.Limit} }
func paced(f bench.Fault) pace      { return pace{f.Slots, f.Delay} }

// commanded are faults that a service carries out itself, from when it is told the body until it is told to stop. A process that
// dies forgets it.
func commanded[T any](path string, body func(bench.Fault) T) injector {
	return func(n *Network, f bench.Fault, note func(bench.Event)) (breakage, error) {
		s, err := n.service(f.Place)
		if err != nil {
			return breakage{}, err
		}
		heal := func(ctx context.Context) error {
			var none T
			err := retry(ctx, func(ctx context.Context) error { return s.do(ctx, command{path, none}) })
			if err != nil && s.dead() {
				note(bench.Event{Kind: bench.EventWarning, Place: s.name, Detail: "died while " + f.Name + " was in effect"})
				return nil
			}
			return err
		}
		return breakage{inject: func(ctx context.Context) error { return s.do(ctx, command{path, body(f)}) }, heal: heal}, nil
	}
}

func (s *service) do(ctx context.Context, c command) error {
	if err := control.Post(ctx, s.Addresses().Admin, c.path, c.body); err != nil {
		return fmt.Errorf("telling %s %s %+v: %w", s.name, c.path[1:], c.body, err)
	}
	return nil
}
