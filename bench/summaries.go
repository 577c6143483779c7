package bench

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// ReadSummaries reads a run and computes the figures of its trials, in the order they were run. As many trials are in memory as
// there are processors, each with its control: a run may have any number.
func ReadSummaries(dir string) (RunHeader, []Summary, error) {
	h, found, err := findTrials(dir)
	if err != nil {
		return h, nil, err
	}
	trials := make([]TrialHeader, len(found))
	for i, f := range found {
		trials[i] = f.Trial
	}
	list, err := summaries(h, trials, func(i int) (Facts, error) { return ReadTrial(found[i].Dir) })
	return h, list, err
}

// A family is the trials of one architecture and repeat, which share a control.
type family struct {
	first   int // place among the trials, of its first
	control int // of its control; -1: none was run
	left    atomic.Int32
	once    sync.Once
	checked *checkedControl
	err     error
}

// summaries computes the figures of trials, family by family. load is asked for each trial's facts once.
func summaries(h RunHeader, trials []TrialHeader, load func(int) (Facts, error)) ([]Summary, error) {
	of := families(trials)
	order := make([]int, len(trials))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(of[a].first, of[b].first) })
	list := make([]Summary, len(trials))
	err := parallel(len(order), func(k int) (err error) {
		i := order[k]
		list[i], err = of[i].summarize(h, i, load)
		return err
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// families are the trials' families, by trial.
func families(trials []TrialHeader) []*family {
	type key struct {
		architecture string
		repeat       int
	}
	known, of := map[key]*family{}, make([]*family, len(trials))
	for i, t := range trials {
		k := key{t.Architecture.Name, t.Repeat}
		if known[k] == nil {
			known[k] = &family{first: i, control: -1}
		}
		of[i] = known[k]
		of[i].left.Add(1)
		if t.Fault.Kind == NoFault && of[i].control < 0 {
			of[i].control = i
		}
	}
	return of
}

// summarize computes the figures of the i-th trial. The last of a family lets go of the control.
func (y *family) summarize(h RunHeader, i int, load func(int) (Facts, error)) (Summary, error) {
	defer func() {
		if y.left.Add(-1) == 0 {
			y.checked = nil
		}
	}()
	var f Facts
	if i != y.control {
		var err error
		if f, err = load(i); err != nil {
			return Summary{}, err
		}
	}
	if y.control < 0 {
		return summarize(h, nil, f), nil
	}
	y.once.Do(func() {
		var control Facts
		if control, y.err = load(y.control); y.err == nil {
			y.checked = checkControl(control, h.Plan.SLO)
		}
	})
	if y.err != nil {
		return Summary{}, y.err
	}
	if i == y.control {
		f = y.checked.facts
	}
	return summarize(h, y.checked, f), nil
}
