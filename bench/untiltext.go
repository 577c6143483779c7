package bench

import (
	"fmt"
	"math"
	"time"
)

// Text says how many rounds there were, why no other, and what is known least well.
func (r Rounds) Text(widths []Width) string {
	text := fmt.Sprintf("%d rounds in %v", r.Done, r.Spent.Round(time.Second))
	if r.Done == 1 {
		text = fmt.Sprintf("1 round in %v", r.Spent.Round(time.Second))
	}
	if why := r.Ended.text(); why != "" {
		text += ", ended because " + why
	}
	if list := LeastKnown(widths); len(list) > 0 {
		text += "; known least well: " + list[0].Text()
	}
	return text
}

// text says why a run ended.
func (e Ending) text() string {
	switch e {
	case EndedByWidth:
		return "every p99 is known as well as was asked"
	case EndedByBudget:
		return "another would probably not have ended within the budget"
	case EndedByRounds:
		return "a run may have no more"
	}
	return ""
}

// Text names a median and says how near it is known.
func (w Width) Text() string {
	return fmt.Sprintf("%s of %s under %s, %s", w.Measure, w.Architecture, w.Fault, w.near())
}

func (w Width) near() string {
	share := w.Share()
	switch {
	case w.Median.N == 0:
		return "of which no trial tells"
	case !w.Median.Bounded():
		return fmt.Sprintf("valid trials: %d, an interval needs %d", w.Median.N, minTrials)
	case math.IsInf(share, 1):
		return "which some trials never saw end"
	case share == 0 || w.Median.Low == w.Median.High:
		return "the same in every trial"
	}
	return plusMinus(share)
}

// Asked says until when rounds follow those that are run in any case; "" of a plan that has a number of trials.
func (p Plan) Asked() string {
	u := p.Until
	switch {
	case u.Width > 0 && u.Budget > 0:
		return fmt.Sprintf("until every p99 is known to %s, while they fit into %v", plusMinus(u.Width), u.Budget)
	case u.Width > 0:
		return fmt.Sprintf("until every p99 is known to %s, at most %d", plusMinus(u.Width), mostRounds)
	case u.Budget > 0:
		return fmt.Sprintf("as many as fit into %v", u.Budget)
	}
	return ""
}

// plusMinus writes a share in per cent, with two digits or all before the point.
func plusMinus(share float64) string {
	if share >= 0.0995 {
		return fmt.Sprintf("± %.0f %%", 100*share)
	}
	return fmt.Sprintf("± %.2g %%", 100*share)
}
