package bench

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// verdict is the run in one sentence, computed from its figures.
func verdict(r Results) Verdict {
	v := Verdict{Comparisons: comparisons(r)}
	switch invalid := invalidTrials(r); {
	case len(r.Trials) == 0:
		v.Sentence = "No trial was run."
	case len(invalid) > 0:
		first := invalid[0]
		v.Sentence = fmt.Sprintf("INVALID: %d of %d trials tested nothing. The first, %s under %s: %s.", len(invalid), len(r.Trials),
			first.Trial.Architecture.Name, first.Trial.Fault.Name, first.Invalid[0])
		if broken := brokenOrders(r); broken != "" {
			v.Sentence += " Promises were broken all the same: " + broken + "."
		}
	case slices.ContainsFunc(r.Trials, func(t Summary) bool { return t.Interrupted }):
		v.Sentence = "Interrupted: the figures are partial, and nothing may be concluded."
	case brokenOrders(r) != "":
		v.Sentence = "Promises were broken: " + brokenOrders(r) + "."
	case len(r.Fronts) > 0:
		v.Sentence = frontSentence(r.Fronts)
	default:
		v.choose(r)
	}
	return v
}

func invalidTrials(r Results) []Summary {
	var list []Summary
	for _, t := range r.Trials {
		if len(t.Invalid) > 0 && !t.Interrupted {
			list = append(list, t)
		}
	}
	return list
}

// brokenOrders lists the violations, "" if there is none.
func brokenOrders(r Results) string {
	var parts []string
	for _, t := range r.Trials {
		if len(t.Invalid) > 0 {
			continue
		}
		for _, c := range Violations {
			if n := t.Audit.Classes[c]; n > 0 {
				parts = append(parts, fmt.Sprintf("%d %s in %s under %s", n, c, t.Trial.Architecture.Name, t.Trial.Fault.Name))
			}
		}
	}
	return strings.Join(parts, ", ")
}

// choose writes the sentence about the fault that sets architectures furthest apart: by failed answers if by any, as a
// quick failure is no better than a slow success, else by how long answers take.
func (v *Verdict) choose(r Results) {
	c, ok := v.chosen()
	if !ok {
		v.Sentence = v.same(r)
		return
	}
	worst, leaders := c.worst(), c.leaders(r.Run.Plan.Architectures)
	v.Winner = c.stands(leaders)
	v.Sentence = fmt.Sprintf("When %s, %s; %s.", occasion(r, c.Fault), v.difference(c, worst, leaders), v.completions(c.Fault, v.Winner, worst))
	v.Price = v.price(r, c.Fault, v.Winner, worst)
}

// chosen is the comparison that the sentence is about, if any architectures are clearly apart.
func (v *Verdict) chosen() (Comparison, bool) {
	if c, ok := v.widest("failed answers"); ok {
		return c, ok
	}
	return v.widest("p99 answer")
}

// widest is the comparison of a measure whose values are furthest apart, if any are clearly apart.
func (v *Verdict) widest(measure string) (found Comparison, ok bool) {
	for _, c := range v.Comparisons {
		if c.Measure == measure && c.Best != "" && (!ok || wider(c, found)) {
			found, ok = c, true
		}
	}
	return found, ok
}

// difference says how far architectures are from the worst.
func (v *Verdict) difference(c Comparison, worst string, leaders []string) string {
	said, each := fmt.Sprintf("%s answers in %s at p99", worst, c.text(worst)), "%s in %s"
	switch {
	case c.Measure == "failed answers":
		said = fmt.Sprintf("%s of the answers of %s fail", c.text(worst), worst)
	case c.Values[worst].Infinite:
		said, each = fmt.Sprintf("more than 1 %% of the answers of %s never come", worst), "%s answers in %s at p99"
	}
	for _, name := range leaders {
		if c.Measure == "failed answers" {
			said += fmt.Sprintf(", %s of %s, which answers in %s at p99", c.text(name), name, v.text(c.Fault, "p99 answer", name))
		} else {
			said += ", " + fmt.Sprintf(each, name, c.text(name))
		}
	}
	return said
}

// completions says when the orders were done, of which an answer alone says nothing.
func (v *Verdict) completions(fault, best, worst string) string {
	const measure = "p99 order done"
	c, ok := v.find(fault, measure)
	if !ok {
		return "when its orders are done is unknown"
	}
	if c.Values[best].Infinite {
		return fmt.Sprintf("more than 1 %% of %s's orders are never done (%s: %s)", best, worst, v.text(fault, measure, worst))
	}
	return fmt.Sprintf("%s's orders are done by %s (%s: %s)", best, c.text(best), worst, v.text(fault, measure, worst))
}

// wider reports whether a's values are further apart than b's. A fault says more than the control.
func wider(a, b Comparison) bool {
	if (a.Fault == Control) != (b.Fault == Control) {
		return b.Fault == Control
	}
	if a.Unit == "share" {
		return a.spread() > b.spread()
	}
	return a.Ratio == 0 || b.Ratio != 0 && a.Ratio > b.Ratio
}

// same says that nothing is clearly apart, which is an answer.
func (v Verdict) same(r Results) string {
	if len(r.Run.Plan.Architectures) < 2 {
		var parts []string
		for _, c := range v.Comparisons {
			if c.Measure == "p99 answer" {
				name := r.Run.Plan.Architectures[0].Name
				parts = append(parts, fmt.Sprintf("%s under %s (done %s)", c.text(name), c.Fault, v.text(c.Fault, "p99 order done", name)))
			}
		}
		return fmt.Sprintf("%s answers at p99 in %s.", r.Run.Plan.Architectures[0].Name, strings.Join(parts, ", "))
	}
	return fmt.Sprintf("No difference: under none of these faults do architectures differ by over %.0f %% of failed answers, or %d times in the answers' p99.",
		100*clearShare, clearRatio)
}

// price is what the better answers cost: when an answer no longer means done, and what else must run.
func (v Verdict) price(r Results, fault, best, worst string) string {
	var parts []string
	if a := architecture(r, best); a.ClientLink() != Wait {
		parts = append(parts, fmt.Sprintf("in %s an answer is a promise, not an outcome: the order is done %s later at p99 under this fault", best,
			v.gap(fault, best)))
		if c, ok := v.find(Control, "p99 order done"); ok {
			parts = append(parts, fmt.Sprintf("without a fault it is done by %s at p99 (%s: %s)", c.text(best), worst, c.text(worst)))
		}
	}
	for _, t := range r.Trials {
		if t.Trial.Architecture.Name == best && t.Trial.Broker != "" {
			parts = append(parts, "and a broker must run ("+t.Trial.Broker+")")
			break
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "The price: " + strings.Join(parts, "; ") + "."
}

// gap is p99 done less p99 answer.
func (v Verdict) gap(fault, architecture string) string {
	ack, ok1 := v.find(fault, "p99 answer")
	done, ok2 := v.find(fault, "p99 order done")
	if !ok1 || !ok2 || done.Values[architecture].Infinite {
		return "an unknown time"
	}
	return span3(done.Values[architecture].Value - ack.Values[architecture].Value)
}

func (v Verdict) find(fault, measure string) (Comparison, bool) {
	i := slices.IndexFunc(v.Comparisons, func(c Comparison) bool { return c.Fault == fault && c.Measure == measure })
	if i < 0 {
		return Comparison{}, false
	}
	return v.Comparisons[i], true
}

func (v Verdict) text(fault, measure, architecture string) string {
	c, ok := v.find(fault, measure)
	if !ok {
		return "unknown"
	}
	return c.text(architecture)
}

// text writes an architecture's value, with its range and trials where there are several.
func (c Comparison) text(architecture string) string {
	x := c.Values[architecture]
	if x.N < 2 {
		return c.value(x.Value)
	}
	return fmt.Sprintf("%s (%s to %s in %d trials)", c.value(x.Value), c.value(x.Low), c.value(x.High), x.N)
}

func (c Comparison) value(v float64) string {
	switch {
	case v < 0:
		return "never"
	case c.Unit == "share" && v == 0:
		return "none"
	case c.Unit == "share":
		return fmt.Sprintf("%.1f %%", 100*v)
	}
	return span3(v)
}

// occasion words a fault as a clause.
func occasion(r Results, name string) string {
	for _, f := range r.Run.Plan.Faults {
		if f.Name == name && f.Kind != NoFault {
			return fmt.Sprintf("for %s %s", span3(r.Run.Plan.Windows.Fault.Seconds()), f.About)
		}
	}
	return "nothing is broken"
}

func architecture(r Results, name string) Architecture {
	i := slices.IndexFunc(r.Run.Plan.Architectures, func(a Architecture) bool { return a.Name == name })
	return r.Run.Plan.Architectures[i]
}

// span3 writes seconds with three significant digits.
func span3(seconds float64) string {
	switch {
	case seconds < 1:
		return ms(time.Duration(seconds * float64(time.Second)))
	case seconds < 10:
		return fmt.Sprintf("%.2f s", seconds)
	}
	return fmt.Sprintf("%.1f s", seconds)
}
