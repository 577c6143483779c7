package bench

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// tried are valid trials of the default plan's architectures under its faults, with the given p99 of answers in milliseconds
// a round; that of orders done is ten times as long.
func tried(p Plan, acks ...time.Duration) (list []Summary) {
	for i, ack := range acks {
		for _, f := range p.Faults {
			for _, a := range p.Architectures {
				s := Summary{Trial: TrialHeader{Architecture: a, Fault: f, Repeat: i + 1}}
				s.Windows.Fault.Offered = 400
				s.Windows.Fault.Ack = Quantiles{N: 400, P99: ack * time.Millisecond}
				s.Windows.Fault.Done = Quantiles{N: 400, P99: 10 * ack * time.Millisecond}
				list = append(list, s)
			}
		}
	}
	return list
}

func TestUntilEnds(t *testing.T) {
	plan, err := Defaults().Resolve(someCatalogue())
	if err != nil {
		t.Fatal(err)
	}
	near := []time.Duration{100, 104, 98, 101, 99, 103}
	far := []time.Duration{100, 150, 80, 101, 99, 103}
	spoil := func(change func(*Summary), of ...string) func([]Summary) {
		return func(list []Summary) {
			for i := range list {
				if slices.Contains(of, list[i].Trial.Architecture.Name) {
					change(&list[i])
				}
			}
		}
	}
	invalid := func(s *Summary) { s.Invalid = []string{"load too weak"} }
	never := func(s *Summary) { s.Windows.Fault.Done.P99 = Never }
	sometimes := func(s *Summary) {
		if s.Trial.Repeat == 3 {
			never(s)
		}
	}
	minute := time.Minute
	for _, c := range []struct {
		name   string
		until  Until
		acks   []time.Duration
		change func([]Summary)
		rounds int // 0: as many as there are acks
		want   Ending
	}{
		{name: "near enough", until: Until{Width: 0.05}, acks: near, want: EndedByWidth},
		{name: "not as near as that", until: Until{Width: 0.03}, acks: near},
		{name: "far", until: Until{Width: 0.1}, acks: far},
		{name: "five trials have no interval", until: Until{Width: 1}, acks: near[:5]},
		{name: "less than a millisecond apart", until: Until{Width: 0.001}, acks: []time.Duration{0, 0, 0, 0, 0, 0}, want: EndedByWidth},
		{name: "one is not known", until: Until{Width: 0.05}, acks: near, change: spoil(invalid, "queue"), want: EndedByWidth},
		{name: "none is known", until: Until{Width: 0.05}, acks: near, change: spoil(invalid, "sync", "queue", "hybrid")},
		{name: "one is half known", until: Until{Width: 0.05}, acks: near, change: func(list []Summary) { invalid(&list[0]) }},
		{name: "never done is known", until: Until{Width: 0.05}, acks: near, change: spoil(never, "sync"), want: EndedByWidth},
		{name: "sometimes never done is not", until: Until{Width: 0.05}, acks: near, change: spoil(sometimes, "sync")},
		{name: "another fits", until: Until{Budget: 7 * minute}, acks: far},
		{name: "another does not fit", until: Until{Budget: 7*minute - 1}, acks: far, want: EndedByBudget},
		{name: "the width comes first", until: Until{Width: 0.05, Budget: minute}, acks: near, want: EndedByWidth},
		{name: "the budget comes first", until: Until{Width: 0.03, Budget: minute}, acks: near, want: EndedByBudget},
		{name: "one round", until: Until{Budget: 90 * time.Second}, acks: near[:1], want: EndedByBudget},
		{name: "a thousand", until: Until{Width: 0.03}, acks: near, rounds: mostRounds, want: EndedByRounds},
	} {
		trials := tried(plan, c.acks...)
		if c.change != nil {
			c.change(trials)
		}
		r := Rounds{Done: max(c.rounds, len(c.acks))}
		r.Spent = time.Duration(r.Done) * minute
		widths := widthsOf(plan, trials)
		if n := 2 * len(plan.Faults) * len(plan.Architectures); len(widths) != n {
			t.Errorf("%s: %d widths, want %d", c.name, len(widths), n)
		}
		if got := c.until.end(r, widths); got != c.want {
			t.Errorf("%s: ended by %q, want %q; %s", c.name, got, c.want, r.Text(widths))
		}
	}
}

// TestWidth: the further bound counts, as a share of the median.
func TestWidth(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
		text   string
	}{
		{[]float64{90, 95, 100, 100, 105, 130}, 0.3, "± 30 %"},
		{[]float64{1, 1, 1, 1, 1, 11}, 10, "± 1000 %"},
		{[]float64{100, 100, 100, 100, 100, 102.5}, 0.025, "± 2.5 %"},
		{[]float64{1, 1, 1, 1, 1, 1}, 0, "the same in every trial"},
		{[]float64{1, 1, 1}, math.Inf(1), "valid trials: 3, an interval needs 6"},
		{[]float64{1, 1, 1, 1, 1, math.Inf(1)}, math.Inf(1), "which some trials never saw end"},
		{slices.Repeat([]float64{math.Inf(1)}, 6), 0, "the same in every trial"},
		{nil, math.Inf(1), "of which no trial tells"},
	} {
		w := Width{"done p99", "queue", "slow-risk", intervalOf(c.values)}
		if got := w.Share(); got != c.want && math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%v: %v, want %v", c.values, got, c.want)
		}
		if text := w.Text(); text != "done p99 of queue under slow-risk, "+c.text {
			t.Errorf("%v: %s", c.values, text)
		}
	}
}

func TestLeastKnownIsFirst(t *testing.T) {
	of := func(name string, values ...float64) Width { return Width{Measure: name, Median: intervalOf(values)} }
	list := LeastKnown([]Width{of("silent"), of("near", 10, 10, 10, 10, 10, 11), of("few", 1), of("far", 10, 10, 10, 10, 10, 90)})
	var names []string
	for _, w := range list {
		names = append(names, w.Measure)
	}
	if want := []string{"few", "far", "near", "silent"}; !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
}

func TestUntilInPlans(t *testing.T) {
	for _, c := range []struct {
		lines, want string // in the error; "": none
		least       int
	}{
		{"until: {width: 0.1}", "", 6},
		{"trials: 8\nuntil: {width: 0.1}", "", 8},
		{"trials: 2\nuntil: {budget: 20m}", "", 2},
		{"until: {width: 0.1, budget: 30m}", "", 6},
		{"until: {width: 0}", "until.width: 0 must be above 0 and at most 1", 0},
		{"until: {width: 10%}", "until.width: \"10%\" must be a number", 0},
		{"until: {budget: 20}", "until.budget: \"20\" is no duration", 0},
		{"until: {budget: 1m}", "until.budget: 1m0s is less than what is run in any case takes (trials: 1), about 1m56s: give more", 0},
		{"until: {budget: 5m, width: 0.1}", "(an interval needs 6 rounds), about 11m38s", 0},
		{"until: {budget: 200h}", "until.budget: 200h0m0s must be above 0 and at most 168h0m0s", 0},
		{"until: {with: 0.1}", `unknown field "with" (did you mean "width"?)`, 0},
	} {
		p, err := parse(t, c.lines+"\n")
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", c.lines, err)
			continue
		}
		if err != nil {
			continue
		}
		plan, err := p.Resolve(someCatalogue())
		if n := len(plan.TrialList(someCatalogue())); err != nil || n != 6*c.least {
			t.Errorf("%s: %d trials, want %d rounds; %v", c.lines, n, c.least, err)
		}
	}
}

// TestRoundsTakeTurns: ABBA, with indices that go on.
func TestRoundsTakeTurns(t *testing.T) {
	p := Defaults()
	p.Trials, p.Faults = 4, []string{Control, "broker-down"}
	for _, share := range []bool{false, true} {
		p.Share = share
		plan, err := p.Resolve(someCatalogue())
		if err != nil {
			t.Fatal(err)
		}
		var order []string
		for i, h := range plan.TrialList(someCatalogue()) {
			if h.Index != i {
				t.Errorf("trial %d has index %d", i, h.Index)
			}
			if h.Fault.Kind == NoFault {
				order = append(order, h.Architecture.Name)
			}
		}
		if got, want := strings.Join(order, " "), strings.TrimSpace(strings.Repeat("sync queue hybrid hybrid queue sync ", 2)); got != want {
			t.Errorf("share %t: %s, want %s", share, got, want)
		}
	}
}

// TestRoundsAreKept: the header says how far the run has come, and what was last asked for; the rest is as it was.
func TestRoundsAreKept(t *testing.T) {
	header, _ := aHeader(t)
	header.Command = "faultline run"
	header.Plan.Until = Until{Budget: time.Hour}
	dir := t.TempDir()
	if err := createRun(dir, header); err != nil {
		t.Fatal(err)
	}
	asked := Until{Width: 0.1}
	if err := (Rounds{Done: 7, Spent: time.Minute, Ended: EndedByWidth}).keep(dir, asked); err != nil {
		t.Fatal(err)
	}
	kept, _, err := ReadRun(dir)
	if err != nil || kept.Rounds == nil || *kept.Rounds != (Rounds{7, time.Minute, EndedByWidth}) || kept.Plan.Until != asked {
		t.Errorf("%+v, %v", kept.Rounds, err)
	}
	if d := DifferentPlans(kept.Plan, header.Plan); kept.Command != header.Command || len(d) != 2 || !within(d[0].Path, "until") || !within(d[1].Path, "until") {
		t.Errorf("%q differs: %v", kept.Command, d)
	}
	now, trials := aHeader(t)
	if left, err := Left(now, trials, dir); err != nil || len(left) != len(trials) {
		t.Errorf("it is not carried on with another end: %v", err)
	}
	next := header.Plan.Round(someCatalogue(), 2)
	if begun(next, dir) {
		t.Error("a round was begun that has left nothing")
	}
	if err := os.MkdirAll(filepath.Join(dir, next[3].directory()), 0o755); err != nil {
		t.Fatal(err)
	}
	if !begun(next, dir) {
		t.Error("a round was not begun that has left something")
	}
}

// TestStoppingByWidthBendsNothing: over simulated runs of two architectures that are the same, each ended by its width, the
// two are rarely said to differ, intervals hold the true median, and medians are where it is. Spreads from 3 to 20 %
// gave as much over 400 runs each: docs/plan.md.
func TestStoppingByWidthBendsNothing(t *testing.T) {
	const spread, runs = 0.06, 150
	random := rand.New(rand.NewPCG(1, 2))
	plan, err := Defaults().Resolve(someCatalogue())
	if err != nil {
		t.Fatal(err)
	}
	plan.Architectures, plan.Faults = plan.Architectures[:2], plan.Faults[:1]
	ack := Measures()[2]
	differ, held, bias := 0, 0, 0.0
	for range runs {
		trials := untilKnown(plan, 0.1, func() time.Duration { return time.Duration(1e9 * math.Exp(spread*random.NormFloat64())) })
		x, y := trialsUnder(trials, "sync", Control).valid, trialsUnder(trials, "queue", Control).valid
		if f := changeOf(ack, x, y, 0).Finding; f == Better || f == Worse {
			differ++
		}
		median := intervalOf(ack.values(x))
		if median.Low <= 1 && 1 <= median.High {
			held++
		}
		bias += (median.Value - 1) / runs
	}
	if differ > runs/10 || held < runs*9/10 || math.Abs(bias) > 0.01 {
		t.Errorf("of %d runs %d found a difference, the interval of %d held the median, which was off by %+.4f", runs, differ, held, bias)
	}
}

// untilKnown are the trials of rounds whose p99s are drawn, until they are known to a width.
func untilKnown(p Plan, width float64, draw func() time.Duration) (trials []Summary) {
	for r := (Rounds{Done: 1}); ; r.Done++ {
		round := tried(p, 0)
		for i := range round {
			round[i].Trial.Repeat = r.Done
			round[i].Windows.Fault.Ack.P99, round[i].Windows.Fault.Done.P99 = draw(), draw()
		}
		trials = append(trials, round...)
		if r.Done >= minTrials && (Until{Width: width}).end(r, widthsOf(p, trials)) != "" {
			return trials
		}
	}
}
