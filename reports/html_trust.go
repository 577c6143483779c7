package reports

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"faultline/bench"
)

// A trustPart is what speaks for and against the figures, and how to get them again.
type trustPart struct {
	Empty    string
	Checks   []checkRow
	Trials   []trialRow
	Warnings []string
	Facts    []fact // machine, versions, seed, brokers
	Command  string
}

type checkRow struct {
	Mark, Name, Passed, Saw string
	Bad                     bool
	All                     []string // what each trial saw
}

// A trialRow is the harness' cost and the timeline of one trial.
type trialRow struct {
	Name                                             string
	Late50, Late99, Late999, LateMax, CPU, Links, GC string
	Heap, Polls, Resolution, Remark                  string
	Bad                                              bool
	Events                                           []eventRow
	Broker                                           string // what it told of itself
}

type eventRow struct{ T, Kind, Place, Detail string }

type fact struct{ Name, Value string }

func newTrust(r bench.Results) trustPart {
	p := trustPart{Command: r.Run.Command, Checks: checksOf(r), Facts: factsOf(r)}
	seen := map[string]bool{}
	for _, t := range r.Trials {
		p.Trials = append(p.Trials, newTrialRow(t))
		for _, w := range t.Warnings {
			if !seen[w] {
				seen[w] = true
				p.Warnings = append(p.Warnings, trialName(t)+": "+w)
			}
		}
	}
	if len(r.Trials) == 0 {
		p.Empty = "No trial was run, so nothing was checked."
	}
	return p
}

func trialName(t bench.Summary) string {
	return fmt.Sprintf("%s · %s · %d", t.Trial.Fault.Name, t.Trial.Architecture.Name, t.Trial.Repeat)
}

// checksOf gathers each check over the trials, with what the first trial that failed it saw, or the first.
func checksOf(r bench.Results) []checkRow {
	type tally struct {
		passed, n int
		saw       string
		all       []string
	}
	var names []string
	by := map[string]*tally{}
	for _, t := range r.Trials {
		for _, c := range t.Checks {
			y := by[c.Name]
			if y == nil {
				y = &tally{saw: c.Saw}
				by[c.Name], names = y, append(names, c.Name)
			}
			if c.Passed {
				y.passed++
			} else if y.passed == y.n {
				y.saw = trialName(t) + ": " + c.Saw
			}
			y.n++
			y.all = append(y.all, trialName(t)+": "+c.Saw)
		}
	}
	var rows []checkRow
	for _, name := range names {
		y := by[name]
		row := checkRow{Mark: "✓", Name: name, Passed: fmt.Sprintf("%d of %d", y.passed, y.n), Saw: y.saw, All: y.all}
		if y.passed < y.n {
			row.Mark, row.Bad = "✗", true
		}
		rows = append(rows, row)
	}
	return rows
}

// seenWithin is the resolution of completion times where the client polled: of an answer and of a stream there is none.
func seenWithin(h bench.HarnessCost) string {
	if h.Resolution == 0 {
		return "–"
	}
	return duration(h.Resolution)
}

func newTrialRow(t bench.Summary) trialRow {
	h := t.Harness
	row := trialRow{
		Name: trialName(t), Late50: duration(h.Late.P50), Late99: duration(h.Late.P99), Late999: duration(h.LateP999),
		LateMax: duration(h.Late.Max), CPU: share(h.CPU), Links: share(h.LinksCPU), GC: duration(h.GCPauseMax),
		Heap: bytesOf(float64(h.HeapMax)), Polls: strconv.Itoa(h.PollsMax), Resolution: seenWithin(h), Remark: "valid",
	}
	switch {
	case len(t.Invalid) > 0:
		row.Remark, row.Bad = "INVALID", true
	case t.Interrupted:
		row.Remark, row.Bad = "interrupted", true
	}
	for _, e := range t.Events {
		row.Events = append(row.Events, newEventRow(e))
	}
	if t.Broker != nil {
		row.Broker = brokerFigures(*t.Broker)
	}
	return row
}

// brokerFigures is a sentence on what a broker told of itself.
func brokerFigures(u bench.BrokerUse) string {
	s := fmt.Sprintf("The broker told, at %s: at most %s handed out and not acknowledged, %s handed out once more, at most %s of memory",
		plural(u.Looks, "look"), plural(u.Unacked, "message"), count(int(u.Redelivered)), bytesOf(float64(u.Memory)))
	for _, name := range slices.Sorted(maps.Keys(u.Alarms)) {
		s += fmt.Sprintf("; alarm for %s at %s", name, plural(u.Alarms[name], "look"))
	}
	return s + "."
}

func newEventRow(e bench.Event) eventRow {
	row := eventRow{T: fmt.Sprintf("%.3f s", e.T.Seconds()), Kind: string(e.Kind), Place: e.Place, Detail: e.Detail}
	switch {
	case e.Refused:
		row.Detail = joined(row.Detail, "refused")
	case e.Kind == bench.EventProbe:
		row.Detail = joined(row.Detail, seconds(e.Value))
	case e.Value != 0:
		row.Detail = joined(row.Detail, significant(e.Value))
	}
	return row
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + ", " + b
}

func factsOf(r bench.Results) []fact {
	m, p := r.Run.Machine, r.Run.Plan
	facts := []fact{
		{"Machine", fmt.Sprintf("%s, %s, %s, %s/%s", m.CPU, plural(m.CPUs, "processor"), bytesOf(float64(m.MemoryBytes)), m.OS, m.Arch)},
		{"Versions", joined("faultline "+r.Run.Version+" "+r.Run.Commit, m.Go)},
		{"Seed", strconv.FormatUint(p.Seed, 10)},
		{"Load", fmt.Sprintf("%s orders/s, %s arrivals, the client waits %s", significantShort(p.Load.Rate), p.Load.Arrivals, short(p.Load.Timeout.Seconds()))},
		{"SLO", fmt.Sprintf("answer %s, done %s; recovered after %s in the baseline's band", short(p.SLO.Ack.Seconds()), short(p.SLO.Done.Seconds()), short(p.SLO.Recovered.Seconds()))},
	}
	for _, b := range where(r) {
		facts = append(facts, fact{"Ran on", b})
	}
	facts = append(append(facts, driverOf(r)...), roundsOf(r)...)
	return append(facts, fact{"Took", short(r.Took.Seconds())}, fact{"Facts", r.Dir})
}

// driverOf says where the run was driven, if elsewhere.
func driverOf(r bench.Results) []fact {
	if r.Run.Driver == nil {
		return nil
	}
	return []fact{{"Driven", "on " + r.Run.Driver.String()}}
}
