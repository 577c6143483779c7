package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"faultline/internal/lab"
	"faultline/targets/broker"
)

type dlqCommand struct {
	List   dlqList   `cmd:"" default:"1" help:"List the dead letters (the default)."`
	Replay dlqReplay `cmd:"" help:"Put dead letters back into their queues."`
	PID    int       `name:"pid" placeholder:"N" help:"Process of the faultline up to look at, where there are several."`
	JSON   bool      `name:"json" help:"Print one JSON object a line."`
}

type dlqList struct{}

type dlqReplay struct {
	Names []string `arg:"" optional:"" name:"name" help:"Queues, orders or message ids to put back (default: all)."`
}

// Run lists what waits in the dead-letter queues.
func (dlqList) Run(s streams, c *dlqCommand) error {
	up, err := c.system()
	if err != nil {
		return err
	}
	var letters []broker.DeadLetter
	err = up.DeadLetters(s.ctx, func(l broker.DeadLetter) bool { letters = append(letters, l); return false })
	if err != nil {
		return err
	}
	return c.print(s, letters, fmt.Sprintf("no dead letters in %s", up.Architecture))
}

// Run puts dead letters back, all of them or those with a name; a name that none has is an error, and nothing is put back.
func (r dlqReplay) Run(s streams, c *dlqCommand) error {
	up, err := c.system()
	if err != nil {
		return err
	}
	unknown := slices.Clone(r.Names)
	err = up.DeadLetters(s.ctx, func(l broker.DeadLetter) bool {
		unknown = slices.DeleteFunc(unknown, func(name string) bool { return named(l, name) })
		return false
	})
	if err != nil {
		return err
	}
	if len(unknown) > 0 {
		return usageError{fmt.Errorf("no dead letter has the queue, order or id %s; see faultline dlq", strings.Join(unknown, ", "))}
	}
	var back []broker.DeadLetter
	err = up.DeadLetters(s.ctx, func(l broker.DeadLetter) bool {
		if len(r.Names) > 0 && !slices.ContainsFunc(r.Names, func(name string) bool { return named(l, name) }) {
			return false
		}
		back = append(back, l)
		return true
	})
	return errors.Join(err, c.print(s, back, fmt.Sprintf("no dead letters in %s", up.Architecture)))
}

// named reports whether a word of the command line means a dead letter.
func named(l broker.DeadLetter, name string) bool {
	return name == l.Queue || name == l.Order || name == l.ID
}

// system is the one that is up, or the one that --pid names.
func (c dlqCommand) system() (lab.Running, error) {
	all, err := lab.AllUp()
	if err != nil {
		return lab.Running{}, err
	}
	var names []string
	for _, r := range all {
		if r.PID == c.PID {
			all = []lab.Running{r}
		}
		names = append(names, fmt.Sprintf("%d (%s at %s)", r.PID, r.Architecture, r.Client))
	}
	switch {
	case len(names) == 0:
		return lab.Running{}, usageError{errors.New("no system is up: start one with faultline up, such as faultline up queue, in another terminal")}
	case c.PID != 0 && all[0].PID != c.PID:
		return lab.Running{}, usageError{fmt.Errorf("--pid: %d is no faultline up; there is %s", c.PID, strings.Join(names, ", "))}
	case len(all) > 1:
		return lab.Running{}, usageError{fmt.Errorf("--pid: several systems are up, name one: %s", strings.Join(names, ", "))}
	case all[0].Address == "":
		return lab.Running{}, usageError{fmt.Errorf("%s has no broker, so it has no dead letters; start an architecture with queues", all[0].Architecture)}
	}
	return all[0], nil
}

// print writes dead letters as a table or as JSON, and in a table's place none.
func (c dlqCommand) print(s streams, letters []broker.DeadLetter, none string) error {
	if c.JSON {
		out := json.NewEncoder(s.out)
		for _, l := range letters {
			if err := out.Encode(l); err != nil {
				return err
			}
		}
		return nil
	}
	if len(letters) == 0 {
		_, err := fmt.Fprintln(s.out, none)
		return err
	}
	out := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "QUEUE\tORDER\tATTEMPTS\tSINCE\tREASON")
	for _, l := range letters {
		fmt.Fprintf(out, "%s\t%s\t%d\t%s\t%s\n", l.Queue, l.Order, l.Attempts, l.Since.Local().Format(time.DateTime), oneLine(errors.New(l.Reason)))
	}
	return out.Flush()
}
