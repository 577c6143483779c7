package bench

import (
	"fmt"
	"math"
)

// Text writes a change with how sure it is: 12.1ms → 13.3ms, +9.8 % (+8.9 % to +10.4 %, 6 pairs, p = 0.002).
func (c Change) Text() string {
	return c.Values() + ", " + c.ShiftText()
}

// Values writes what was and what is.
func (c Change) Values() string {
	if c.Unit == Count {
		return c.Unit.Write(c.Base.Greatest) + " → " + c.Unit.Write(c.New.Greatest)
	}
	return c.Unit.Write(rounded(c.Base.Value)) + " → " + c.Unit.Write(rounded(c.New.Value))
}

// ShiftText writes the shift with its interval, the number of trials and p, or how many trials there should be.
func (c Change) ShiftText() string {
	trials := fmt.Sprintf("%d and %d trials", c.Base.N, c.New.N)
	if c.Paired {
		trials = fmt.Sprintf("%d pairs", c.Shift.N)
	}
	switch {
	case c.Base.N == 0 || c.New.N == 0:
		return "unknown: " + trials + " tell"
	case c.Unit == Count:
		return "at most in any of " + trials
	case math.IsInf(c.Shift.Low, 0) && math.IsInf(c.Shift.High, 0) && c.Finding == TooFew:
		return fmt.Sprintf("%s, %s: %s", c.Size(c.Shift.Value), trials, c.more())
	}
	text := fmt.Sprintf("%s (%s to %s, %s, p = %.3f)", c.Size(c.Shift.Value), c.Size(c.Shift.Low), c.Size(c.Shift.High), trials, c.P)
	if c.Finding == TooFew {
		text += ": " + c.more()
	}
	return text
}

func (c Change) more() string {
	if c.Needed >= MostNeeded {
		return fmt.Sprintf("too few; over %d of each needed", MostNeeded)
	}
	return fmt.Sprintf("too few; about %d of each needed", c.Needed)
}

// Size writes a shift: in per cent of the baseline, in points of a share, or where neither can be, as it is.
func (c Change) Size(shift float64) string {
	switch {
	case math.IsNaN(shift):
		return "unknown"
	case math.IsInf(shift, 1):
		return "+∞"
	case math.IsInf(shift, -1):
		return "−∞"
	case c.Unit == Share:
		return signed(100*shift) + " points"
	case c.Base.Value > 0 && finite(c.Base.Value) != nil:
		return signed(100*shift/c.Base.Value) + " %"
	case c.Unit == Seconds:
		return signed(1000*shift) + " ms"
	}
	return signed(shift)
}

// signed writes a number with its sign and at most two significant digits after the first.
func signed(v float64) string {
	v = rounded(v)
	switch {
	case v == 0:
		return "0"
	case v < 0:
		return fmt.Sprintf("−%g", -v)
	}
	return fmt.Sprintf("+%g", v)
}

// rounded keeps three significant digits.
func rounded(v float64) float64 {
	if v == 0 || finite(v) == nil {
		return v
	}
	scale := math.Pow(10, 2-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*scale) / scale
}
