package reports

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"faultline/bench"
)

var update = flag.Bool("update", false, "write the golden files anew")

// variants are runs that a report must survive, by name. Nobody changes them.
var variants = sync.OnceValue(makeVariants)

func makeVariants() map[string]bench.Results {
	return map[string]bench.Results{
		"two":         made(1),
		"six":         made(6),
		"until":       untilRun(),
		"invalid":     invalidRun(),
		"interrupted": interruptedRun(),
		"hostile":     hostileRun(),
		"nothingdone": nothingDoneRun(),
		"empty":       emptyRun(),
		"three":       threeRun(),
		"seams":       seamsRun(),
		"gated":       gated(),
		"zero":        {},
	}
}

// invalidRun has one trial that tested nothing.
func invalidRun() bench.Results {
	r := made(1)
	t := &r.Trials[len(r.Trials)-1]
	t.Invalid = []string{"the generator fell behind: 4.1 % of orders were sent over 5 ms late"}
	t.Checks[0] = bench.Check{Name: t.Checks[0].Name, Saw: "95.9 % of orders were sent within 5 ms"}
	r.Verdict.Sentence, r.Verdict.Price, r.Verdict.Winner = "No verdict for slow-risk: queue was not tested.", "", ""
	return r
}

func interruptedRun() bench.Results {
	r := made(1)
	r.Trials = r.Trials[:3]
	t := &r.Trials[2]
	t.Interrupted = true
	t.Warnings = []string{"stopped by the user at 12.1 s"}
	t.Recovery.Ack, t.Recovery.Done, t.Recovery.Verdict = bench.Never, bench.Never, "not seen to recover in 1.7 s"
	t.Drain.Measured, t.Drain.Predicted = bench.Never, bench.Never
	return r
}

// nasty tries to leave text, attributes, style, script, SVG and the terminal.
const nasty = `"'><script>alert(1)</script><img src=x onerror=alert(2)>&{{.}}]]>--></style>` + "\x00\x1b[31m\u202e\xff"

func hostileRun() bench.Results {
	a := wired("sync"+nasty, "wait", "http"+nasty, "http")
	b := wired("queue"+nasty, "poll", "queue", "queue")
	f := slowRisk()
	f.Name, f.About, f.Place = "slow"+nasty, nasty, "risk"+nasty
	r := madeOf([]bench.Architecture{a, b}, []bench.Fault{control(), f}, 1)
	r.Dir, r.Run.Command, r.Run.Commit, r.Verdict.Sentence, r.Verdict.Price = nasty, nasty, nasty, nasty, nasty
	for i := range r.Trials {
		t := &r.Trials[i]
		t.Warnings, t.Trial.Broker, t.Checks[0].Saw, t.Events[0].Detail = []string{nasty}, nasty, nasty, nasty
		t.Services[0].Service = nasty
		t.Series.Bad[nasty] = t.Series.Bad["risk"]
		t.Audit.Classes[bench.Lost]++
		t.Audit.Witnesses = []bench.Witness{{Class: bench.Lost, Order: nasty, Told: bench.ToldAccepted, Status: nasty,
			Journal: []bench.Entry{{Service: nasty, Order: nasty, Effect: nasty, N: 1}}}}
	}
	r.Trials[1].Invalid = []string{nasty}
	return r
}

// nothingDoneRun is a queue whose orders are accepted and never done.
func nothingDoneRun() bench.Results {
	r := made(1)
	t := &r.Trials[3]
	for _, w := range []*bench.Window{&t.Windows.Fault, &t.Windows.Recovery} {
		w.Done = bench.Quantiles{N: w.Done.N, Never: w.Done.N, P50: bench.Never, P90: bench.Never, P99: bench.Never}
		w.Throughput, w.Goodput, w.LateDone = 0, 0, 1
	}
	for i := 30; i < len(t.Series.DoneP99); i++ {
		t.Series.Completed[i] = 0
		if t.Series.DoneP99[i] != bench.EmptyBin {
			t.Series.DoneP99[i] = bench.InfiniteBin
		}
	}
	for i := range t.DoneCurve {
		t.DoneCurve[i].Seconds = bench.InfiniteBin
	}
	t.Recovery.Done, t.Recovery.Verdict = bench.Never, "not seen to recover in 7s"
	t.Drain.Measured, t.Drain.Predicted = bench.Never, bench.Never
	n := t.Audit.Classes[bench.OK] / 2
	t.Audit.Classes[bench.OK] -= n
	t.Audit.Classes[bench.Unfinished] = n - 2
	t.Audit.Classes[bench.Parked] = 1 // and one is missing: the sum must say so
	r.Verdict = bench.Verdict{Sentence: "Nothing was done by the queue."}
	return r
}

// emptyRun was stopped before its first trial.
func emptyRun() bench.Results {
	r := made(1)
	r.Trials, r.Verdict = nil, bench.Verdict{}
	return r
}

// threeRun has more architectures than two, a killed link, and trials without series.
func threeRun() bench.Results {
	small := wired("sync-small-pools", "wait", "http", "http")
	archs := []bench.Architecture{wired("queue", "poll", "queue", "queue"), wired("sync", "wait", "http", "http"), small}
	cut := bench.Fault{Name: "slow-link", Kind: bench.Latency, Place: "order->payment", Delay: 200 * time.Millisecond}
	r := madeOf(archs, []bench.Fault{control(), slowRisk(), cut}, 1)
	last := &r.Trials[len(r.Trials)-1]
	last.Series, last.AckCurve, last.DoneCurve, last.Services = bench.Series{}, nil, nil, nil
	return r
}

func render(t *testing.T, f Format, r bench.Results) string {
	t.Helper()
	var b bytes.Buffer
	if err := f(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	golden := map[string][]string{
		"two":     {"text", "json", "html", "md", "junit", "gobench", "csv", "openmetrics", "hgrm", "adr"},
		"six":     {"text"},
		"gated":   {"text", "md", "junit", "openmetrics"},
		"zero":    {"text", "json", "html", "md", "junit", "gobench", "csv", "openmetrics", "hgrm", "adr"},
		"invalid": {"text"}, "interrupted": {"text"}, "nothingdone": {"text"}, "hostile": {"text", "md", "junit", "gobench", "adr"}, "empty": {"text"}, "three": {"text"}, "seams": {"text"},
	}
	runs := variants()
	for name, formats := range golden {
		for _, f := range All {
			for _, want := range formats {
				if f.Name == want {
					t.Run(name+"/"+f.Name, func(t *testing.T) {
						check(t, name+"."+f.Ext, render(t, f.Format, runs[name]))
					})
				}
			}
		}
	}
}

func check(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs: look at it, then run go test ./reports -update", path)
	}
}
