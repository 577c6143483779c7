package bench

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// p99Trials are trials of one architecture without a fault, one for each p99 of its answers, in milliseconds.
func p99Trials(name string, p99 ...float64) (trials []Summary) {
	for i, ms := range p99 {
		q := Quantiles{N: 400, P50: time.Duration(ms * 0.5e6), P90: time.Duration(ms * 0.8e6), P99: time.Duration(ms * 1e6)}
		trials = append(trials, Summary{
			Trial:   TrialHeader{Architecture: Architecture{Name: name}, Fault: Fault{Name: Control}, Repeat: i + 1, Seed: 1},
			Windows: Windows{Fault: Window{Offered: 400, Ack: q, Done: q, Goodput: 90, Throughput: 90}},
			Audit:   Audit{Offered: 400, Classes: map[Class]int{OK: 400}},
		})
	}
	return trials
}

func measureNamed(name string) Measure {
	for _, m := range Measures() {
		if m.Name == name {
			return m
		}
	}
	panic(name)
}

func TestChangeAnswers(t *testing.T) {
	never := math.Inf(1)
	base := []float64{100, 101, 102, 99, 100, 98}
	for name, c := range map[string]struct {
		now    []float64
		answer Finding
		paired bool
	}{
		"the same":             {[]float64{100, 101, 102, 99, 100, 98}, Same, true},
		"10 % slower":          {[]float64{110, 111, 112, 109, 110, 108}, Worse, true},
		"10 % faster":          {[]float64{90, 91, 92, 89, 90, 88}, Better, true},
		"2 % slower":           {[]float64{102, 103, 104, 101, 102, 100}, Same, true},
		"it varies":            {[]float64{90, 120, 100, 130, 95, 105}, TooFew, true},
		"too few":              {[]float64{200, 201, 202}, TooFew, false},
		"four, far apart":      {[]float64{200, 201, 202, 203}, Worse, false},
		"pairs drift together": {nil, Worse, true},
		"never":                {[]float64{never, never, never, never, never, never}, Worse, true},
	} {
		x, y := base, c.now
		if name == "pairs drift together" { // no order of the values tells, the pairs do
			x, y = []float64{100, 200, 400, 800, 1600, 3200}, []float64{110, 220, 440, 880, 1760, 3520}
		}
		now := p99Trials("sync", y...)
		for i, ms := range y {
			if math.IsInf(ms, 1) {
				now[i].Windows.Fault.Ack.P99 = Never
			}
		}
		got := changeOf(measureNamed("ack p99"), p99Trials("sync", x...), now, 0.05)
		if got.Finding != c.answer || got.Paired != c.paired {
			t.Errorf("%s: %s, paired %v: %s", name, got.Finding, got.Paired, got.Text())
		}
		if text := got.Text(); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
			t.Errorf("%s: %s", name, text)
		}
		if (got.Finding == TooFew) != (got.Needed > 0) || got.Needed > MostNeeded {
			t.Errorf("%s: %s, %d needed", name, got.Finding, got.Needed)
		}
	}
}

func TestChangeOfOtherMeasures(t *testing.T) {
	base, now := p99Trials("queue", 100, 100, 100, 100, 100, 100), p99Trials("queue", 100, 100, 100, 100, 100, 100)
	now[3].Audit.Classes = map[Class]int{OK: 399, Lost: 1}
	if c := changeOf(measureNamed("lost"), base, now, 0.05); c.Finding != Worse || c.Values() != "0 → 1" {
		t.Errorf("one lost order: %s, %s", c.Finding, c.Text())
	}
	for i := range now {
		now[i].Windows.Fault.Goodput, now[i].Windows.Fault.Errors = 70, 0.2
	}
	if c := changeOf(measureNamed("goodput"), base, now, 0.05); c.Finding != Worse || !strings.Contains(c.Text(), "−22.2 %") {
		t.Errorf("less goodput: %s, %s", c.Finding, c.Text())
	}
	if c := changeOf(measureNamed("errors"), base, now, 0.05); c.Finding != Worse || !strings.Contains(c.Text(), "+20 points") {
		t.Errorf("more errors: %s, %s", c.Finding, c.Text())
	}
	if c := changeOf(measureNamed("recovery"), base, now, 0.05); c.Base.N != 0 || c.Finding != TooFew || c.Unknown != 12 {
		t.Errorf("the recovery of a control: %+v", c)
	}
}

// TestPairsCancelDrift: where the machine's mood moves both of a pair, pairs give an interval that is, on average, at
// most half as wide as that of trials run one side after the other, in the same time.
func TestPairsCancelDrift(t *testing.T) {
	sumPaired, sumApart := 0.0, 0.0
	for seed := range uint64(100) {
		paired, apart := driftWidths(seed, 8)
		sumPaired, sumApart = sumPaired+paired, sumApart+apart
	}
	if sumApart < 2*sumPaired {
		t.Errorf("%.2f wide in pairs, %.2f one side after the other", sumPaired/100, sumApart/100)
	}
}

// driftWidths are the widths of the intervals of a change of nothing, from n trials of each on a machine that becomes
// 2 % slower from one trial to the next, with 1 % of noise: in the order ABBA, and in the order AA…BB….
func driftWidths(seed uint64, n int) (paired, apart float64) {
	random := rand.New(rand.NewPCG(seed, 1))
	at := func(place int) float64 { return 100 * math.Pow(1.02, float64(place)) * (1 + 0.01*random.NormFloat64()) }
	var a, b, first, then []float64
	for i := range n {
		one, other := at(2*i), at(2*i+1)
		if i%2 == 1 {
			one, other = other, one
		}
		a, b = append(a, one), append(b, other)
	}
	for i := range 2 * n {
		if i < n {
			first = append(first, at(i))
		} else {
			then = append(then, at(i))
		}
	}
	p, s := pairedShift(a, b), shift(first, then)
	return p.High - p.Low, s.High - s.Low
}

// BenchmarkPairs shows how much narrower the interval of interleaved pairs is than that of one side after the other.
func BenchmarkPairs(b *testing.B) {
	paired, apart := 0.0, 0.0
	for i := range b.N {
		x, y := driftWidths(uint64(i), 8)
		paired, apart = paired+x, apart+y
	}
	b.ReportMetric(paired/float64(b.N), "ABBA-width-ms")
	b.ReportMetric(apart/float64(b.N), "AABB-width-ms")
	b.ReportMetric(apart/paired, "times-narrower")
}

func TestGatesAreReadAndWritten(t *testing.T) {
	for text, written := range map[string]string{
		"lost = 0":                                           "lost = 0",
		"recovery < 10 s":                                    "recovery < 10s",
		"done p99 not worse by 10 %":                         "done p99 not worse by 10%",
		"ack p50 of sync not worse":                          "ack p50 of sync not worse by 5%",
		"lost under slow-risk not worse":                     "lost under slow-risk not worse",
		"goodput  of queue under control not  worse by 2.5%": "goodput of queue under control not worse by 2.5%",
	} {
		g, err := ParseGate(text)
		if err != nil || g.String() != written {
			t.Errorf("%q was read as %q: %v", text, g, err)
			continue
		}
		if again, err := ParseGate(g.String()); err != nil || again.String() != written {
			t.Errorf("%q does not survive being written: %v", written, err)
		}
	}
	for text, want := range map[string]string{
		"":                             "no objective",
		"done p98 not worse by 10%":    "did you mean",
		"done p99 not worse by 10":     "no objective",
		"done p99 not worse by 99999%": "from 0% to 1000%",
		"not worse":                    "no objective",
	} {
		if g, err := ParseGate(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q was read as %q: %v", text, g, err)
		}
	}
}

func TestJudge(t *testing.T) {
	run := func(trials []Summary) Results {
		r := Results{Trials: trials}
		r.Run.Plan = Plan{Architectures: []Architecture{{Name: "sync"}}, Faults: []Fault{{Name: Control}}}
		return r
	}
	base := run(p99Trials("sync", 100, 101, 102, 99, 100, 98))
	slow := run(p99Trials("sync", 120, 121, 122, 119, 120, 118))
	broken := run(p99Trials("sync", 100, 101, 102))
	broken.Trials[1].Invalid = []string{"load too weak"}
	for _, c := range []struct {
		gate string
		of   Results
		base *Results
		want Outcome
		saw  string
	}{
		{"ack p99 < 500ms", base, nil, Pass, "95 % interval of 6 trials"},
		{"ack p99 < 99ms", base, nil, Inconclusive, ""},
		{"ack p99 < 90ms", base, nil, Fail, ""},
		{"ack p99 < 500ms", run(p99Trials("sync", 100)), nil, Pass, "one trial"},
		{"ack p99 < 101ms", run(p99Trials("sync", 100, 102)), nil, Inconclusive, "least and greatest of 2 trials"},
		{"ack p99 < 500ms", broken, nil, Inconclusive, "1 invalid"},
		{"ack p99 < 50ms", broken, nil, Fail, ""},
		{"lost = 0", broken, nil, Pass, "3 trials"},
		{"recovery < 1s", base, nil, Inconclusive, ""}, // a control has none: no trial tells
		{"ack p99 not worse by 10%", base, nil, Inconclusive, "--against"},
		{"ack p99 not worse by 10%", base, &base, Pass, "6 pairs"},
		{"ack p99 not worse by 10%", slow, &base, Fail, "+20 %"},
		{"ack p99 not worse by 30%", slow, &base, Pass, ""},
		{"ack p99 not worse by 10%", run(p99Trials("sync", 104, 121, 122, 119, 120, 103)), &base, Fail, "+4 % to +2"},      // surely worse, and by 20 % most likely
		{"ack p99 not worse by 10%", run(p99Trials("sync", 99, 121, 122, 119, 120, 103)), &base, Inconclusive, "too few"},  // perhaps not worse at all
		{"ack p99 not worse by 10%", run(p99Trials("sync", 104, 105, 122, 103, 104, 103)), &base, Inconclusive, "too few"}, // surely worse, most likely by less
		{"ack p99 not worse by 10%", run(p99Trials("sync", 100)), &base, Inconclusive, "too few"},
		{"lost not worse", base, &base, Pass, ""},
		{"ack p99 of queue < 1s", base, nil, Inconclusive, ""},
	} {
		g, err := ParseGate(c.gate)
		if err != nil {
			t.Fatal(err)
		}
		got := Judge([]Gate{g}, c.of, c.base, nil)[0]
		saw := got.Why
		if len(got.Cells) > 0 {
			saw = got.Cells[0].Saw
		}
		if got.Outcome != c.want || !strings.Contains(saw, c.saw) {
			t.Errorf("%s: %s, %s; want %s", c.gate, got.Outcome, saw, c.want)
		}
	}
}

func TestCompareRunsRefusesOtherPlans(t *testing.T) {
	plan := Plan{Architectures: []Architecture{{Name: "sync"}}, Faults: []Fault{{Name: Control}}, Load: Load{Rate: 100}, Seed: 1,
		Flow: Flow{Work: map[string]time.Duration{"risk": 20 * time.Millisecond}}}
	other := plan
	other.Load.Rate, other.Trials = 200, 7
	other.Flow.Work = map[string]time.Duration{"risk": 22 * time.Millisecond}
	a, b := Results{Dir: "a", Run: RunHeader{Plan: plan}, Trials: p99Trials("sync", 100)}, Results{Dir: "b", Run: RunHeader{Plan: other}, Trials: p99Trials("sync", 100)}
	_, err := CompareRuns(a, b, nil, nil, Question{Effect: 0.05})
	if err == nil || strings.Count(err.Error(), "\n") != 1 || !strings.Contains(err.Error(), "load.rate (100, now 200)") || !strings.Contains(err.Error(), "--differs flow.work.risk") {
		t.Errorf("%v", err)
	}
	if c, err := CompareRuns(a, b, nil, nil, Question{Effect: 0.05, Differs: []string{"flow.work", "load"}}); err != nil || len(c.Notes) != 2 {
		t.Errorf("%v, %v", c.Notes, err)
	}
	if _, err := CompareRuns(a, a, nil, nil, Question{Architectures: [][2]string{{"queue", "stream"}}}); err == nil || strings.Count(err.Error(), "is not known") != 2 {
		t.Errorf("%v", err)
	}
}

// TestOrdersAreComparedOneByOne: the same orders, each a little slower.
func TestOrdersAreComparedOneByOne(t *testing.T) {
	trial := func(slower time.Duration) Facts {
		f := Facts{Trial: TrialHeader{Seed: 1, Repeat: 1, Phases: Phases{Fault: 0, Recovery: time.Hour}}}
		random := rand.New(rand.NewPCG(5, 5))
		for i := range 500 {
			at := time.Duration(i) * 10 * time.Millisecond
			wait := time.Duration(20e6 + 5e6*random.Float64())
			f.Orders = append(f.Orders, Order{Seq: i, Planned: at, Sent: at, Acked: at + wait + slower, Done: at + wait + slower, Told: ToldAccepted, Code: 201})
		}
		return f
	}
	base, now := trial(0), trial(2*time.Millisecond)
	now.Orders[7].Done, now.Orders[9].Told = Never, ToldDeclined
	list := orderChanges([]Facts{base}, []Facts{now})
	if len(list) != 2 || list[0].Pairs != 499 || list[0].Slower < 0.99 || math.Abs(list[0].Shift.Value-0.002) > 1e-9 || list[1].Faster != 0 {
		t.Errorf("%+v", list)
	}
	now.Trial.Seed = 2
	if list := orderChanges([]Facts{base}, []Facts{now}); list != nil {
		t.Errorf("other seeds have other orders: %+v", list)
	}
}
