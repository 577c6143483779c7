package bench

import (
	"math"
	"slices"
	"time"
)

// defaultEffect is the smallest change of a measure that matters, unless the question says otherwise: a share of the
// baseline's value, or points of a share.
const defaultEffect = 0.05

// A Finding is what a comparison has found.
type Finding string

// The findings. A change that is surely smaller than what matters is none.
const (
	Better Finding = "better"
	Worse  Finding = "worse"
	Same   Finding = "no difference"
	TooFew Finding = "too few trials"
)

// A Change sets one measure of an architecture under a fault against a baseline.
type Change struct {
	Measure string   `json:"measure"`
	Unit    Unit     `json:"unit"`
	Higher  bool     `json:"higher"` // is better
	Base    Interval `json:"base"`
	New     Interval `json:"new"`
	// Shift is new − base, in the measure's unit: of pairs if Paired, else of all differences.
	Shift  Interval `json:"shift"`
	Paired bool     `json:"paired"`
	// P is the probability that such values come from the same distribution (Mann and Whitney), pairs unconsidered.
	P float64 `json:"p"`
	// Limit is the smallest shift that matters.
	Limit   float64 `json:"limit"`
	Finding Finding `json:"finding"`
	// Needed is how many trials of each would probably give an answer, where there are too few; at most MostNeeded.
	Needed int `json:"needed,omitempty"`
	// Unknown are the trials left out because they can't tell.
	Unknown int `json:"unknown,omitempty"`
}

// MostNeeded is the number of trials beyond which none is named.
const MostNeeded = 1000

// Changes smaller than these matter to nobody, and are in the noise of timers and of scrapes.
const (
	leastSpan     = time.Millisecond
	leastRecovery = 100 * time.Millisecond
)

// Share is the shift as a share of the baseline's value; 0 where it can't be formed.
func (c Change) Share(shift float64) float64 {
	if c.Base.Value == 0 || finite(c.Base.Value) == nil || finite(shift) == nil {
		return 0
	}
	return shift / c.Base.Value
}

// changeOf sets the trials of a cell against those of the baseline. Trials belong together if their seed, their repeat and
// their phases are the same: then the same orders were planned for the same moments.
func changeOf(m Measure, base, now []Summary, effect float64) Change {
	c := Change{Measure: m.Name, Unit: m.Unit, Higher: m.Unit == PerSecond, P: 1, Finding: TooFew}
	var x, y, pairX, pairY []float64
	for _, t := range base {
		c.take(&x, m.Of(t))
	}
	for _, t := range now {
		v := m.Of(t)
		c.take(&y, v)
		i := slices.IndexFunc(base, func(b Summary) bool { return belong(b.Trial, t.Trial) })
		if i >= 0 && !math.IsNaN(v) && !math.IsNaN(m.Of(base[i])) {
			pairX, pairY = append(pairX, m.Of(base[i])), append(pairY, v)
		}
	}
	c.Base, c.New, c.P = intervalOf(x), intervalOf(y), differ(x, y)
	c.Limit = limitOf(m, c.Base.Value, effect)
	if c.Paired = len(pairX) > 0 && len(pairX) == min(len(x), len(y)); c.Paired && len(pairX) >= minTrials {
		c.Shift = pairedShift(pairX, pairY)
	} else {
		c.Paired, c.Shift = false, shift(x, y)
	}
	c.decide()
	return c
}

func (c *Change) take(into *[]float64, v float64) {
	if math.IsNaN(v) {
		c.Unknown++
		return
	}
	*into = append(*into, v)
}

func belong(a, b TrialHeader) bool {
	return a.Seed == b.Seed && a.Repeat == b.Repeat && a.Phases == b.Phases
}

// limitOf is the smallest shift of a measure that matters.
func limitOf(m Measure, base, effect float64) float64 {
	relative := 0.0
	if finite(base) != nil {
		relative = effect * math.Abs(base)
	}
	switch {
	case m.Unit == Count:
		return 0
	case m.Unit == Share:
		return effect
	case m.Name == "recovery" || m.Name == "drain":
		return max(relative, leastRecovery.Seconds())
	case m.Unit == Seconds:
		return max(relative, leastSpan.Seconds())
	}
	return relative
}

// decide answers: surely beyond the limit, surely within it, or not sure.
func (c *Change) decide() {
	low, high := c.bounds()
	switch {
	case c.Base.N == 0 || c.New.N == 0:
		c.Needed = minTrials
	case c.Unit == Count: // every trial was counted whole: one lost order is no accident
		c.Finding = countedFinding(c.Base.Greatest, c.New.Greatest)
	case low > c.Limit:
		c.Finding = Worse
	case high < -c.Limit:
		c.Finding = Better
	case low >= -c.Limit && high <= c.Limit:
		c.Finding = Same
	default:
		c.Needed = c.needed()
	}
}

// bounds are those of the shift, turned so that more is worse.
func (c Change) bounds() (low, high float64) {
	if c.Higher {
		return -c.Shift.High, -c.Shift.Low
	}
	return c.Shift.Low, c.Shift.High
}

// loss is the middle of the shift, turned so that more is worse.
func (c Change) loss() float64 {
	if c.Higher {
		return -c.Shift.Value
	}
	return c.Shift.Value
}

func countedFinding(base, now float64) Finding {
	switch {
	case now > base:
		return Worse
	case now < base:
		return Better
	}
	return Same
}

// needed guesses at how many trials the interval would lie on one side of the limit: it narrows with the root of their number.
func (c *Change) needed() int {
	n, half := c.Shift.N, (c.Shift.High-c.Shift.Low)/2
	if math.IsInf(half, 0) {
		half = (c.Shift.Greatest - c.Shift.Least) / 2
	}
	distance := max(math.Abs(c.Limit-math.Abs(c.Shift.Value)), c.Limit/4)
	if n < 2 || math.IsInf(half, 0) || math.IsNaN(half) || distance == 0 {
		return max(minTrials, n+1)
	}
	guess := math.Ceil(float64(n) * half * half / (distance * distance))
	return int(min(max(guess, minTrials, float64(n+1)), MostNeeded))
}
