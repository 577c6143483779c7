package reports

import (
	"cmp"
	"fmt"
	"strings"

	"faultline/bench"
)

// describe says in a few words what a fault breaks.
func describe(f bench.Fault) string {
	switch f.Kind {
	case bench.Slow:
		return fmt.Sprintf("%s works %s longer", f.Place, short(f.Delay.Seconds()))
	case bench.Poison:
		return fmt.Sprintf("%s %% of orders panic at %s", significantShort(100*f.Share), f.Place)
	case bench.Forge:
		return "forged callbacks at " + f.Place
	case bench.Storm:
		return fmt.Sprintf("clients try %s more", plural(f.Times, "time"))
	case bench.Impatient:
		return fmt.Sprintf("clients send again after %s", short(f.Delay.Seconds()))
	case bench.Kill:
		return f.Place + " killed"
	case bench.Hang:
		return f.Place + " hangs"
	case bench.Stop:
		return f.Place + " stopped"
	case bench.Restart:
		return f.Place + " restarted"
	case bench.Disconnect:
		return f.Place + " off the network"
	case bench.Partition:
		return strings.ReplaceAll(f.Place, "|", " cut off from ")
	case bench.Loss:
		return fmt.Sprintf("%s %% of packets lost on %s", significantShort(100*f.Share), f.Place)
	case bench.PacketDelay:
		return fmt.Sprintf("packets on %s %s later", f.Place, short(f.Delay.Seconds()))
	case bench.Reorder:
		return "packets on " + f.Place + " out of order"
	case bench.Starve:
		return fmt.Sprintf("%s on %s CPU", f.Place, significantShort(f.CPUs))
	case bench.MemoryAlarm:
		return f.Place + " short of memory"
	case bench.DiskAlarm:
		return f.Place + "'s disk full"
	case bench.Latency:
		return fmt.Sprintf("%s %s later", f.Place, short(f.Delay.Seconds()))
	case bench.Crash:
		return fmt.Sprintf("%s killed at %s of %s, %s", f.Victim, f.Point, f.Place, plural(f.Times, "time"))
	case bench.Kills:
		return fmt.Sprintf("%s killed %s", f.Place, plural(f.Times, "time"))
	}
	if f.Kind == bench.Several {
		var all []string
		for _, step := range f.Steps {
			all = append(all, describe(step))
		}
		return strings.Join(all, "; ")
	}
	if isControl(f) {
		return "nothing is broken"
	}
	return f.About
}

// runLine says what was run: load, what against what, where.
func runLine(r bench.Results) []string {
	p := r.Run.Plan
	var line []string
	if p.Load.Rate > 0 {
		line = append(line, fmt.Sprintf("%s orders/s open loop (%s)", significantShort(p.Load.Rate), p.Load.Arrivals))
	}
	line = append(line, plural(len(r.Trials), "trial"))
	if !r.Run.Started.IsZero() {
		line = append(line, r.Run.Started.UTC().Format("2006-01-02 15:04 UTC"))
	}
	for _, s := range []string{r.Run.Version, r.Run.Commit} {
		if s != "" {
			line = append(line, s)
		}
	}
	return append(line, where(r)...)
}

// where lists the runtimes and brokers of the trials, each once.
func where(r bench.Results) []string {
	var out []string
	seen := map[string]bool{"": true}
	for _, t := range r.Trials {
		for _, s := range []string{cmp.Or(t.Trial.Engine, t.Trial.Runtime), t.Trial.Broker} {
			if !seen[s] {
				seen[s] = true
				out = append(out, s)
			}
		}
	}
	return out
}

func significantShort(v float64) string {
	s := significant(v)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// validity says in one line whether the figures may be believed; ok is whether all may.
func validity(r bench.Results) (line string, ok bool) {
	valid, interrupted := 0, 0
	for _, t := range r.Trials {
		if len(t.Invalid) == 0 {
			valid++
		}
		if t.Interrupted {
			interrupted++
		}
	}
	switch n := len(r.Trials); {
	case n == 0:
		return "no trial was run", false
	case valid == 0:
		return "INVALID: no trial tested anything", false
	case valid < n:
		return fmt.Sprintf("INVALID: %d of %s", n-valid, plural(n, "trial")), false
	case interrupted > 0:
		return "interrupted: the figures are partial", false
	case n == 1:
		return "valid: every check passed in its one trial", true
	default:
		return fmt.Sprintf("valid: every check passed in all %d trials", n), true
	}
}

// verdict is the run in a sentence and its price. Where no trial tested anything it says so instead.
func verdict(r bench.Results) (sentence, price string) {
	if len(r.Trials) == 0 {
		return "No trial was run, so there is nothing to say.", ""
	}
	all := &cell{}
	for i := range r.Trials {
		all.trials = append(all.trials, &r.Trials[i])
	}
	if len(all.valid()) == 0 {
		return all.missing(), ""
	}
	if r.Verdict.Sentence == "" {
		return "No verdict: there is nothing to compare with.", ""
	}
	return r.Verdict.Sentence, r.Verdict.Price
}

// told is what has to be said of how many trials stand behind a cell; "" if all of them, and complete.
func (c *cell) remark() string {
	var parts []string
	if bad := len(c.trials) - len(c.valid()); bad > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d INVALID", bad, len(c.trials)))
	}
	if c.interrupted() {
		parts = append(parts, "interrupted")
	}
	return strings.Join(parts, ", ")
}
