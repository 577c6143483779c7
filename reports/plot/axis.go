package plot

import (
	"math"
	"strconv"
)

// An Axis says how numbers become places. Min and Max both 0 leave the range to the data.
type Axis struct {
	Log      bool
	Grid     bool // lines across the plot at the ticks of x; those of y have them always
	Min, Max float64
	Format   func(float64) string // of a tick; nil writes the number
	Ticks    []Tick               // nil: round numbers
}

// A Tick is a marked place on an axis.
type Tick struct {
	At    float64
	Label string
}

func (a Axis) format(v float64) string {
	if a.Format != nil {
		return a.Format(v)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// over returns the axis with its range, which is never empty, and its ticks chosen to hold the values.
func (a Axis) over(values []float64) Axis {
	if a.Min == 0 && a.Max == 0 {
		a.Min, a.Max = extent(values, a.Log)
	}
	if a.Log {
		return a.decades()
	}
	return a.steps()
}

// extent is the least and the greatest of the values that the axis can show.
func extent(values []float64, positive bool) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if !finite(v) || positive && v <= 0 {
			continue
		}
		lo, hi = min(lo, v), max(hi, v)
	}
	if lo > hi {
		return 0, 0
	}
	if !positive {
		lo = min(lo, 0)
	}
	return lo, hi
}

// mostExponent keeps the ends of an axis finite.
const mostExponent = 300.0

// mostDecades keeps a stray microsecond from flattening everything else.
const mostDecades = 7

// decades widens a log axis to whole decades, one tick each.
func (a Axis) decades() Axis {
	if !(a.Max > 0) || !finite(a.Max) {
		a.Min, a.Max = 0.001, 1
	}
	if !(a.Min > 0) || a.Min > a.Max {
		a.Min = a.Max
	}
	hi := min(math.Ceil(math.Log10(a.Max)-1e-9), mostExponent)
	lo := max(math.Floor(math.Log10(a.Min)+1e-9), hi-mostDecades)
	if lo >= hi {
		lo = hi - 1
	}
	a.Min, a.Max = math.Pow(10, lo), math.Pow(10, hi)
	if a.Ticks == nil {
		for e := lo; e <= hi; e++ {
			v := math.Pow(10, e)
			a.Ticks = append(a.Ticks, Tick{v, a.format(v)})
		}
	}
	return a
}

// steps rounds a linear axis to about five steps of 1, 2 or 5.
func (a Axis) steps() Axis {
	if !finite(a.Min) || !finite(a.Max) || !(a.Max > a.Min) {
		a.Max = a.Min + 1
	}
	if a.Ticks != nil {
		return a
	}
	step := niceStep((a.Max - a.Min) / 5)
	for i := math.Ceil(a.Min/step - 1e-9); i <= a.Max/step+1e-9; i++ {
		v := i*step + 0 // no negative zero
		a.Ticks = append(a.Ticks, Tick{v, a.format(v)})
	}
	return a
}

// roundUp lets a linear y axis end on a tick.
func (a Axis) roundUp() Axis {
	if a.Log || len(a.Ticks) < 2 {
		return a
	}
	last, step := a.Ticks[len(a.Ticks)-1].At, a.Ticks[1].At-a.Ticks[0].At
	if a.Max > last+step*1e-6 && finite(last+step) {
		a.Max = last + step
		a.Ticks = append(a.Ticks, Tick{a.Max, a.format(a.Max)})
	}
	return a
}

func niceStep(rough float64) float64 {
	if !(rough > 0) {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(rough)))
	for _, m := range []float64{1, 2, 5} {
		if rough <= m*unit*(1+1e-9) {
			return m * unit
		}
	}
	return 10 * unit
}

// place returns where a value stands between from (the axis' Min) and to (its Max), never outside.
func (a Axis) place(v, from, to float64) float64 {
	lo, hi := a.Min, a.Max
	if a.Log {
		v, lo, hi = math.Log10(max(v, a.Min)), math.Log10(lo), math.Log10(hi)
	}
	t := (v - lo) / (hi - lo)
	if math.IsNaN(t) {
		t = 0
	}
	return from + min(max(t, 0), 1)*(to-from)
}
