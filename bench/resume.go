package bench

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// Left are the trials that the run in dir has not finished: all, if it holds no run. One that died or was interrupted is
// not finished. It is an error, a line for each difference, if that run has another plan, or was made by another program
// or on another machine: its trials could not be compared.
func Left(header RunHeader, trials []TrialHeader, dir string) (left []TrialHeader, err error) {
	var begun RunHeader
	err = readHeader(filepath.Join(dir, fileRun), &begun, func() int { return begun.Schema })
	if errors.Is(err, fs.ErrNotExist) {
		return trials, nil
	}
	if err != nil {
		return nil, err
	}
	if err := sameRun(begun, header, dir); err != nil {
		return nil, err
	}
	for _, h := range trials {
		done, err := complete(filepath.Join(dir, h.directory()))
		if err != nil {
			return nil, err
		}
		if !done {
			left = append(left, h)
		}
	}
	return left, nil
}

// complete reports whether a trial wrote everything, and nobody stopped it.
func complete(dir string) (bool, error) {
	var f Facts
	err := readObjects(dir, fileEvents, &f.Events)
	return len(f.events(EventFinish)) > 0 && len(f.events(EventStopped)) == 0, err
}

// DropInvalid is Left, but for those trials that the run in dir has finished and that were INVALID: they tested nothing, so their facts
// are removed, and they are left too. It also returns how many they were. Nothing is removed of a run that Left refuses.
func DropInvalid(header RunHeader, trials []TrialHeader, dir string) (left []TrialHeader, dropped int, err error) {
	unfinished, err := Left(header, trials, dir)
	if err != nil {
		return nil, 0, err
	}
	alone := !slices.ContainsFunc(trials, func(h TrialHeader) bool { return h.Fault.Kind == NoFault })
	for _, h := range trials {
		if slices.ContainsFunc(unfinished, func(u TrialHeader) bool { return u.Index == h.Index }) {
			left = append(left, h)
			continue
		}
		place := filepath.Join(dir, h.directory())
		f, err := ReadTrial(place)
		if err != nil {
			return nil, dropped, err
		}
		checks := validity(f, windows(f, header.Plan.SLO), alone)
		if !slices.ContainsFunc(checks, func(c Check) bool { return !c.Passed }) {
			continue
		}
		if err := os.RemoveAll(place); err != nil {
			return nil, dropped, fmt.Errorf("removing an INVALID trial: %w", err)
		}
		left, dropped = append(left, h), dropped+1
	}
	return left, dropped, nil
}

// sameRun tells every difference between how a run was begun and how it would go on.
func sameRun(begun, now RunHeader, dir string) error {
	var errs []error
	list := DifferentPlans(begun.Plan, now.Plan)
	list = append(list, differences("program", program(begun), program(now))...)
	if now.Machine != (Machine{}) { // else only its driver knows
		list = append(list, differences("machine", begun.Machine.String(), now.Machine.String())...)
	}
	for _, d := range list {
		if !within(d.Path, "gates") && !within(d.Path, "until") { // they judge what was seen, and change nothing of it
			errs = append(errs, fmt.Errorf("the run in %s has another %s: choose another --out", dir, d.Text))
		}
	}
	return errors.Join(errs...)
}

func program(h RunHeader) string { return strings.TrimSpace(h.Version + " " + h.Commit) }

// A Difference is a place at which two plans differ.
type Difference struct {
	Path string // such as load.rate or architectures[1].name
	Text string // the place, and both values
}

// DifferentPlans tells every difference between two plans.
func DifferentPlans(a, b Plan) []Difference { return differences("", written(a), written(b)) }

// written is a plan as a user writes it: durations with their unit.
func written(p Plan) any {
	raw, err := yaml.Marshal(p)
	if err != nil { // a plan is plain data
		return err.Error()
	}
	fields, _ := readDocument(raw).values.(map[string]any)
	if gates, ok := fields["gates"].([]any); ok { // gates are a set: none is the first
		fields["gates"] = fmt.Sprint(gates)
	}
	return fields
}

// differences are the places at which two documents differ, with both values.
func differences(path string, a, b any) (list []Difference) {
	x, isMap := a.(map[string]any)
	y, both := b.(map[string]any)
	if isMap && both {
		names := maps.Clone(x)
		maps.Copy(names, y)
		for _, name := range slices.Sorted(maps.Keys(names)) {
			list = append(list, differences(join(path, name), x[name], y[name])...)
		}
		return list
	}
	v, isList := a.([]any)
	w, both := b.([]any)
	if isList && both && len(v) == len(w) {
		for i := range v {
			list = append(list, differences(fmt.Sprintf("%s[%d]", path, i), v[i], w[i])...)
		}
		return list
	}
	if isList && both {
		return []Difference{{path, fmt.Sprintf("number of %s (%d, now %d)", path, len(v), len(w))}}
	}
	if one, other := fmt.Sprint(a), fmt.Sprint(b); one != other {
		list = append(list, Difference{path, fmt.Sprintf("%s (%s, now %s)", path, short(a), short(b))})
	}
	return list
}
