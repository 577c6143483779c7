package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// A Stage is where trials are carried out: each on a system of its own, or, where their plan shares it, one after the other
// on the same. A system is shared only while it is at rest: nothing waits in it, no letter is dead, and every service answers
// and empties its books. One that a trial left otherwise is replaced.
type Stage struct {
	lab     Lab
	system  *System
	purpose string // what it was started for
	round   int    // how many trials it had
}

// NewStage makes a stage with nothing on it.
func NewStage(lab Lab) *Stage { return &Stage{lab: lab} }

// Close ends the system, if one runs.
func (s *Stage) Close() error {
	if s.system == nil {
		return nil
	}
	system := s.system
	s.system = nil
	return system.Close()
}

// enter gives a trial its system: the one that is there, if it was started for the same and is at rest, or a new one, whose
// services log into a directory.
func (s *Stage) enter(ctx context.Context, p Plan, a Architecture, logs string) (*System, error) {
	purpose, err := purposeOf(p, a)
	if err != nil {
		return nil, err
	}
	if s.system != nil && purpose == s.purpose && renew(ctx, s.system) == nil {
		s.round++
		return s.system, nil
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	system, err := s.lab.Start(ctx, p, a, logs)
	if err != nil {
		return nil, err
	}
	s.system, s.purpose, s.round = system, purpose, 0
	return system, nil
}

// leave ends the system, unless the next trial may have it.
func (s *Stage) leave(keep bool) error {
	if keep {
		return nil
	}
	return s.Close()
}

// purposeOf is all that a system is started by: two trials of equal purpose can share it.
func purposeOf(p Plan, a Architecture) (string, error) {
	p.Architectures, p.Faults, p.Load, p.SLO, p.Trials = []Architecture{a}, nil, Load{}, SLO{}, 0
	p.Windows = PlanWindows{Fault: p.Windows.Fault} // how long orders are tried again depends on it
	raw, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("encoding what a system is for: %w", err)
	}
	return string(raw), nil
}

// renewTimeout bounds how long a service may take to empty its books.
const renewTimeout = 5 * time.Second

// renew makes a system at rest as good as new, or says why it is not.
func renew(ctx context.Context, s *System) error {
	if !rested(ctx, s) {
		return errors.New("work waits in it")
	}
	client := newClient(renewTimeout)
	defer client.CloseIdleConnections()
	for name, instance := range s.Services {
		for _, command := range []struct{ method, path string }{{http.MethodGet, "/ready"}, {http.MethodPost, "/forget"}} {
			if err := command204(ctx, client, command.method, "http://"+instance.Addresses().Admin+command.path); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}

func command204(ctx context.Context, client *http.Client, method, url string) error {
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		return fmt.Errorf("%s %s: status %d", method, url, resp.StatusCode)
	}
	return nil
}

// rested reports whether a system is at rest, and has given nothing up.
func rested(ctx context.Context, s *System) bool {
	if !atRest(ctx, s) {
		return false
	}
	if s.Broker == nil {
		return true
	}
	queues, err := s.Broker.Queues(ctx)
	for _, q := range queues {
		if q.Dead > 0 {
			return false
		}
	}
	return err == nil
}
