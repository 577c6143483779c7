package bench

import (
	"math"
	"strings"
	"testing"
	"time"
)

// TestTimeChange: what a run's orders took longer than a baseline's is found where it was spent, the client's way included, and adds up.
func TestTimeChange(t *testing.T) {
	base, now := pair(Slow, later(50*time.Millisecond))
	base.Trial.Architecture.Links[1].Transport, now.Trial.Architecture.Links[1].Transport = "http", "http"
	all := placed(now.Orders, now.Trial.Phases.Fault, forever)
	late := 0.0
	for i := range now.Orders {
		if o, b := now.Orders[i], base.Orders[i]; o.Planned >= now.Trial.Phases.Fault {
			late += (o.Acked - o.Planned - (b.Acked - b.Planned)).Seconds()
		}
	}
	chain(&base, float64(all), 0, 0.02)
	chain(&now, float64(all), 0.01, 0.02)
	c := timeChange(planOf(), []Facts{base}, []Facts{now})
	sum := 0.0
	for _, p := range c.Parts {
		sum += p.Seconds
	}
	if c.Of != AtAnswer || math.Abs(c.Extra-late/float64(all)) > 1e-9 || math.Abs(sum-c.Extra) > 1e-9 {
		t.Errorf("%g an order, in parts that add up to %g, want %g: %+v", c.Extra, sum, late/float64(all), c.Parts)
	}
	for _, want := range []string{"later each: ", "+10.0 ms waiting for risk's slots", "on the link client->order", "of processor time"} {
		if !strings.Contains(c.Sentence, want) {
			t.Errorf("no %q in %s", want, c.Sentence)
		}
	}
	back := timeChange(planOf(), []Facts{now}, []Facts{base})
	if math.Abs(back.Extra+c.Extra) > 1e-9 || !strings.Contains(back.Sentence, "sooner each: ") || !strings.Contains(back.Sentence, "−10.0 ms waiting for risk's slots") {
		t.Errorf("the other way: %s", back.Sentence)
	}
	if same := timeChange(planOf(), []Facts{base}, []Facts{base}); same.Extra != 0 || !strings.Contains(same.Sentence, "as soon as in the baseline") {
		t.Errorf("against itself: %s", same.Sentence)
	}
	now.Trial.Seed++
	if c := timeChange(planOf(), []Facts{base}, []Facts{now}); c.Missing == "" {
		t.Errorf("other orders: %+v", c)
	}
}

// TestParity: two runtimes agree if the same architectures are the best and the worst, whatever their figures.
func TestParity(t *testing.T) {
	run := func(runtime string, sync, queue, hybrid float64) Results {
		plan := Plan{Architectures: []Architecture{{Name: "sync"}, {Name: "queue"}, {Name: "hybrid"}}, Faults: []Fault{{Name: Control}}, Runtime: runtime}
		r := Results{Run: RunHeader{Plan: plan}}
		for _, of := range []struct {
			name string
			p99  float64
		}{{"sync", sync}, {"queue", queue}, {"hybrid", hybrid}} {
			r.Trials = append(r.Trials, p99Trials(of.name, of.p99)...)
		}
		return r
	}
	for _, c := range []struct {
		name      string
		base, now Results
		want      string
	}{
		{"one runtime", run("process", 3000, 10, 12), run("process", 10, 3000, 12), ""},
		{"the same", run("process", 3000, 10, 12), run("docker", 3500, 22, 20), "The same verdict on both runtimes: under control, by p99 answer, sync is the worst and the best are hybrid and queue."},
		{"nothing apart", run("process", 10, 11, 12), run("docker", 13, 12, 14), "The same verdict on both runtimes: no architecture is clearly apart from another."},
		{"another", run("process", 3000, 10, 12), run("docker", 20, 3000, 22), "Another verdict on each runtime. process: "},
	} {
		if got := parity(c.base, c.now); got != c.want && (c.name != "another" || !strings.HasPrefix(got, c.want)) {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
