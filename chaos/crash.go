package chaos

import (
	"context"
	"fmt"
	"time"

	"faultline/bench"
	"faultline/chaos/internal/control"
)

// crash kills the victim whenever a service passes a point: the service by itself, another through us
// while the service waits.
func (n *Network) crash(f bench.Fault, note func(bench.Event)) (breakage, error) {
	place, err := n.service(f.Place)
	if err != nil {
		return breakage{}, err
	}
	if f.Victim == "" || f.Victim == f.Place {
		c := n.newCampaign(f, place, note)
		c.arm = func(ctx context.Context) error { return place.crashAt(ctx, f.Point, "") }
		c.await = func(ctx context.Context) error { return place.awaitCrash(ctx, note, f.Point) }
		heal := func(ctx context.Context) error {
			if err := c.disarm(ctx, place); err != nil {
				return err
			}
			return c.settle(ctx, place)
		}
		return breakage{inject: c.start, heal: heal}, nil
	}
	victim, err := n.service(f.Victim)
	if err != nil {
		return breakage{}, err
	}
	return n.crashOther(f, place, victim, note), nil
}

func (n *Network) crashOther(f bench.Fault, place, victim *service, note func(bench.Event)) breakage {
	c := n.newCampaign(f, victim, note)
	e := &executioner{victim: victim, note: note, stall: f.Delay}
	c.arm = func(ctx context.Context) error { return place.crashAt(ctx, f.Point, e.arm()) }
	c.await = e.await
	inject := func(ctx context.Context) error {
		if err := e.open(place.Addresses().Admin); err != nil {
			return err
		}
		return c.start(ctx)
	}
	heal := func(ctx context.Context) error {
		if err := c.halt(ctx); err != nil {
			return err
		}
		e.disarm()
		if err := c.disarm(ctx, place); err != nil {
			return err
		}
		if err := e.close(ctx); err != nil { // a kill under way must not come after the reviving
			return err
		}
		return c.settle(ctx, place)
	}
	return breakage{inject: inject, heal: heal}
}

// disarm ends the campaign and takes the crash point away.
func (c *campaign) disarm(ctx context.Context, place *service) error {
	if err := c.halt(ctx); err != nil {
		return err
	}
	return retry(ctx, func(ctx context.Context) error {
		if err := place.revive(ctx, c.note); err != nil {
			return err
		}
		return place.crashAt(ctx, "", "")
	})
}

// settle leaves place and victim up and ready; the point may have been passed once more before it was disarmed.
func (c *campaign) settle(ctx context.Context, place *service) error {
	if err := place.revive(ctx, c.note); err != nil {
		return err
	}
	if err := c.victim.revive(ctx, c.note); err != nil {
		return err
	}
	c.report()
	return nil
}

// crashAt arms a point once; an empty one disarms.
func (s *service) crashAt(ctx context.Context, point, notify string) error {
	command := struct {
		Point  string `json:"point"`
		Notify string `json:"notify"`
	}{point, notify}
	exited := s.life.Load().exited
	err := control.Post(ctx, s.Addresses().Admin, "/crash", command)
	if err == nil || point != "" && notify == "" && struckBefore(exited) {
		return nil
	}
	return fmt.Errorf("arming crash point %q of %s: %w", point, s.name, err)
}

// struckBefore reports whether the process died of its point before it could answer that it was armed.
func struckBefore(exited <-chan struct{}) bool {
	select {
	case <-exited:
		return true
	case <-time.After(time.Second):
		return false
	}
}

// awaitCrash waits until the service has died by itself, and its places refuse.
func (s *service) awaitCrash(ctx context.Context, note func(bench.Event), point string) error {
	select {
	case <-s.life.Load().exited:
	case <-ctx.Done():
		if !s.dead() {
			return ctx.Err()
		}
	}
	if err := s.awaitRefused(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	s.tellDeath(note, "at "+point)
	return nil
}
