package bench

import (
	"cmp"
	"math"
	"slices"
)

// A MatrixRow is one row of the matrix place × service: an architecture under a fault, over its valid trials.
type MatrixRow struct {
	Architecture string `json:"architecture"`
	Fault        string `json:"fault"`
	Place        string `json:"place"`
	Trials       int    `json:"trials"`
	Cells        []Cell `json:"cells,omitempty"`
	// Missing says why there are no cells, or why their reference is the baseline.
	Missing string `json:"missing,omitempty"`
}

// Matrix is the whole matrix of a run: a row for each fault and architecture, in the plan's order. A cell is the median over the
// trials, its interval their least and greatest; of one trial it is that trial's.
func Matrix(trials []Summary) []MatrixRow {
	var rows []MatrixRow
	at := map[[2]string]int{}
	groups := map[int][]Summary{}
	for _, t := range trials {
		if t.Trial.Fault.Kind == NoFault {
			continue
		}
		key := [2]string{t.Trial.Fault.Name, t.Trial.Architecture.Name}
		i, known := at[key]
		if !known {
			i = len(rows)
			at[key] = i
			rows = append(rows, MatrixRow{Architecture: key[1], Fault: key[0], Place: t.Trial.Fault.Place, Missing: "no valid trial"})
		}
		if len(t.Invalid) == 0 && !t.Interrupted {
			groups[i] = append(groups[i], t)
		}
	}
	for i, group := range groups {
		rows[i].Trials, rows[i].Missing = len(group), group[0].Spread.Missing
		for c := range group[0].Spread.Cells {
			rows[i].Cells = append(rows[i].Cells, together(group, c))
		}
	}
	return rows
}

// together is a cell over several trials of the same architecture.
func together(group []Summary, i int) Cell {
	each := make([]Cell, len(group))
	for n, t := range group {
		each[n] = t.Spread.Cells[i]
	}
	of := func(pick func(Cell) Effect) Effect {
		list := make([]Effect, len(each))
		for n, c := range each {
			list[n] = pick(c)
		}
		return middleOf(list)
	}
	slices.SortFunc(each, func(a, b Cell) int { return cmp.Compare(uint64(a.Lag.After), uint64(b.Lag.After)) }) // Never is last
	return Cell{Who: each[0].Who, Lag: each[(len(each)-1)/2].Lag,
		Propagation: of(func(c Cell) Effect { return c.Propagation }), P50: of(func(c Cell) Effect { return c.P50 }),
		P99: of(func(c Cell) Effect { return c.P99 }), Availability: of(func(c Cell) Effect { return c.Availability })}
}

// middleOf is the median of some trials' effects, those without a figure left out.
func middleOf(list []Effect) Effect {
	if len(list) == 1 {
		return list[0]
	}
	var values []float64
	why := ""
	for _, e := range list {
		switch {
		case e.Missing != "":
			why = e.Missing
		case e.Infinite:
			values = append(values, math.Inf(1))
		default:
			values = append(values, e.Value)
		}
	}
	n := len(values)
	if n == 0 {
		return missing(why)
	}
	slices.Sort(values)
	e := Effect{Value: (values[(n-1)/2] + values[n/2]) / 2, Low: values[0], High: values[n-1], N: n, How: ByTrials}
	switch {
	case math.IsInf(e.Value, 1):
		return Effect{Infinite: true, N: n}
	case math.IsInf(e.High, 1):
		e.High, e.How = e.Value, ""
	}
	return e
}

// Largest is the largest failure propagation of some rows: what an alarm on the whole matrix looks at.
func Largest(rows []MatrixRow) (largest Cell, row MatrixRow) {
	for _, r := range rows {
		for _, c := range r.Cells {
			if c.Propagation.Missing == "" && c.Propagation.Value > largest.Propagation.Value {
				largest, row = c, r
			}
		}
	}
	return largest, row
}

// noFault is what Against calls the fault that was not injected.
const noFault = "none"

// Against sets one control against another of its architecture, as if something had been broken in its window: what a matrix
// shows where nothing is. What makes either invalid is kept.
func Against(h RunHeader, control, other Facts) Summary {
	invalid := Summarize(h, &control, other).Invalid
	other.Trial.Fault = Fault{Name: noFault, Kind: Several}
	s := Summarize(h, &control, other)
	s.Invalid = invalid
	if s.Spread.Missing != "" {
		s.Invalid = append(s.Invalid, s.Spread.Missing)
	}
	return s
}
