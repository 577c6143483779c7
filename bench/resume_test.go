package bench

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// aHeader is of a run of the default plan.
func aHeader(t *testing.T) (RunHeader, []TrialHeader) {
	t.Helper()
	plan, err := Defaults().Resolve(someCatalogue())
	if err != nil {
		t.Fatal(err)
	}
	return RunHeader{Schema: SchemaVersion, Version: "1", Machine: Machine{CPU: "fast", CPUs: 2}, Plan: plan}, plan.TrialList(someCatalogue())
}

func TestLeft(t *testing.T) {
	header, trials := aHeader(t)
	dir := t.TempDir()
	check := func(when string, want int) {
		t.Helper()
		left, err := Left(header, trials, dir)
		if err != nil || len(left) != want {
			t.Errorf("%s: %d trials are left, want %d; %v", when, len(left), want, err)
		}
	}
	check("no run", 6)
	if err := createRun(dir, header); err != nil {
		t.Fatal(err)
	}
	check("no trial", 6)
	for i, events := range []string{
		`{"t":1,"kind":"finished"}` + "\n",
		`{"t":1,"kind":"stopped"}` + "\n" + `{"t":2,"kind":"finished"}` + "\n",
		`{"t":1,"kind":"phase"}` + "\n" + `{"t":2,"kind":"fini`,
	} {
		place := filepath.Join(dir, trials[i].directory())
		if err := os.MkdirAll(place, 0o755); err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(place, fileEvents), []byte(events))
	}
	check("one finished, one interrupted, one died", 5)
	header.Machine = Machine{}
	check("to be driven elsewhere", 5)
}

// TestInvalidTrialsAreRunAgain: those that tested nothing, and no others; who stopped one has it run again anyway.
func TestInvalidTrialsAreRunAgain(t *testing.T) {
	header, trials := aHeader(t)
	dir := t.TempDir()
	if err := createRun(dir, header); err != nil {
		t.Fatal(err)
	}
	for i, change := range []func(*Facts){
		func(*Facts) {},
		func(f *Facts) { f.Orders = f.Orders[:50] },
		func(f *Facts) {
			f.Orders, f.Events = f.Orders[:50], append(f.Events, Event{T: time.Second, Kind: EventStopped})
		},
		func(f *Facts) { without(f, EventHeal) },
	} {
		f := validFacts(Slow)
		for seq := range f.Orders {
			f.Orders[seq].Seq = seq
		}
		change(&f)
		write(t, filepath.Join(dir, trials[i].directory()), f)
	}
	left, dropped, err := DropInvalid(header, trials, dir)
	if err != nil || dropped != 2 || len(left) != len(trials)-1 || left[0].Index != 1 {
		t.Errorf("%d dropped, %d left: %v", dropped, len(left), err)
	}
	again, err := Left(header, trials, dir)
	if err != nil || len(again) != len(left) {
		t.Errorf("%d are left once they are dropped: %v", len(again), err)
	}
	for _, i := range []int{1, 3} {
		if _, err := os.Stat(filepath.Join(dir, trials[i].directory())); !os.IsNotExist(err) {
			t.Errorf("the facts of INVALID trial %d: %v", i, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, trials[2].directory(), fileEvents)); err != nil {
		t.Errorf("the facts of the one that was stopped: %v", err)
	}
}

func TestAnotherRunIsNotCarriedOn(t *testing.T) {
	header, _ := aHeader(t)
	dir := t.TempDir()
	if err := createRun(dir, header); err != nil {
		t.Fatal(err)
	}
	half := time.Second / 2
	for name, c := range map[string]struct {
		change func(*RunHeader)
		wants  []string
	}{
		"numbers": {func(h *RunHeader) { h.Plan.Load.Rate, h.Plan.Windows.Fault = 50, time.Second },
			[]string{"load.rate (100, now 50)", `windows.fault ("4.4s", now "1s")`}},
		"a service": {func(h *RunHeader) { h.Plan.Flow.Slots["risk"] = 9 }, []string{"flow.slots.risk (8, now 9)"}},
		"a link":    {func(h *RunHeader) { h.Plan.Architectures[1].Links[2].Timeout = &half }, []string{`architectures[1].links[2].timeout (nothing, now "500ms")`}},
		"a list":    {func(h *RunHeader) { h.Plan.Faults = h.Plan.Faults[:1] }, []string{"number of faults (2, now 1)"}},
		"a program": {func(h *RunHeader) { h.Version = "2" }, []string{`program ("1", now "2")`}},
		"a machine": {func(h *RunHeader) { h.Machine.CPUs = 4 }, []string{"machine ("}},
	} {
		now, trials := aHeader(t)
		c.change(&now)
		_, err := Left(now, trials, dir)
		if err == nil {
			t.Errorf("%s: it was carried on", name)
			continue
		}
		for _, want := range c.wants {
			if !strings.Contains(err.Error(), "has another "+want) {
				t.Errorf("%s: %v\nshould say %s", name, err, want)
			}
		}
		if n := strings.Count(err.Error(), "\n") + 1; n != len(c.wants) {
			t.Errorf("%s: %d lines", name, n)
		}
	}
}
