package reports

import (
	"regexp"
	"strings"
	"testing"

	"faultline/bench"
)

// madeCuts are the cuts of the flow, by queue.
func madeCuts() []bench.Architecture {
	c := bench.Catalogue{Flow: wired("", "", "", "").Links,
		Transports: []bench.Transport{{Name: "http", Blocking: true}, {Name: "queue", Broker: true}}}
	cuts, err := c.Cuts([]string{"queue"})
	if err != nil {
		panic(err)
	}
	return cuts
}

// seamsRun is a run of cuts: two that no other beats, one beaten, one whose answers fail and one without a place.
func seamsRun() bench.Results {
	r := madeOf(madeCuts(), []bench.Fault{control(), slowRisk()}, 1)
	r.Trials = r.Trials[:9]
	r.Verdict = bench.Verdict{Sentence: "Under slow-risk no cut beats cut-client, cut-risk."}
	one := func(v float64) bench.Compare { return bench.Compare{Value: v, Low: v, High: v, N: 1, Infinite: v < 0} }
	cut := func(i int, ack, done, blast, parts float64, beaten ...string) bench.FrontCut {
		a := r.Run.Plan.Architectures[i]
		return bench.FrontCut{Architecture: a.Name, Seam: a.Seam(), Ack: one(ack), Done: one(done), Blast: one(blast), Parts: one(parts), BeatenBy: beaten, OnFront: len(beaten) == 0}
	}
	several := cut(0, 0.0118, 3.14, 0.92, 12)
	several.Done = bench.Compare{Value: 3.14, Low: 2.96, High: 3.4, N: 3}
	unplaced := bench.FrontCut{Architecture: "cut-risk", Seam: "client order payment fraud risk |", Unplaced: "INVALID under slow-risk: 3 orders & no more"}
	r.Fronts = []bench.Front{{Fault: "slow-risk", Cuts: []bench.FrontCut{several, cut(1, 2.9, 2.9, 1.3, 12, "cut-client", "cut-payment", "cut-fraud"),
		cut(2, 2.88, 2.88, 1.3, 7, "cut-fraud"), cut(3, bench.InfiniteBin, 2.8, 0, 4), unplaced}}}
	for i := range r.Trials {
		if r.Trials[i].Trial.Architecture.Name == "cut-client" {
			r.Trials[i].Parts = bench.Parts{Brokers: 1, Queues: 8, Tables: 3}
		}
	}
	return r
}

// frontFigureOf is the drawing of the front under slow-risk.
func frontFigureOf(t *testing.T, page string) string {
	t.Helper()
	drawing := regexp.MustCompile(`(?s)<svg [^>]*the cuts under slow-risk.*?</svg>`).FindString(page)
	if drawing == "" {
		t.Fatal("the front is not drawn")
	}
	return drawing
}

func TestFrontIsDrawn(t *testing.T) {
	page := render(t, HTML, seamsRun())
	drawing := frontFigureOf(t, page)
	filled := regexp.MustCompile(`<circle [^>]*class="f-`)
	hollow := regexp.MustCompile(`<circle [^>]*class="s-[^"]* f-paper"`)
	if f, h := len(filled.FindAllString(drawing, -1)), len(hollow.FindAllString(drawing, -1)); f != 4+3 || h != 2*4 {
		t.Errorf("%d filled dots and %d hollow ones, want 7 and 8: one of the filled is beyond the axis", f, h)
	}
	for _, want := range []string{"client | order payment fraud risk", "cut-order: beaten by cut-client + 2", ">failed<", ">3.14 s<", ">92 %<", ">12<", "no place: INVALID under slow-risk: 3 orders &amp; no more"} {
		if !strings.Contains(drawing, want) {
			t.Errorf("the drawing does not say %q", want)
		}
	}
	for _, want := range []string{"<h2>Where to cut</h2>", "3.14 s<small>2.96 s to 3.40 s</small>", "12<small>1 broker, 8 queues, 3 tables</small>", "✓ on the front",
		"cut-payment: waiting: client, order; asking by queue: payment, fraud"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestFrontOnlyOfCuts(t *testing.T) {
	for name, r := range variants() {
		if name != "seams" && strings.Contains(render(t, HTML, r), "Where to cut") {
			t.Errorf("%s is no run of cuts and has a front", name)
		}
	}
}

// TestFrontOfAnInvalidCut checks that a cut without a place shows no figure.
func TestFrontOfAnInvalidCut(t *testing.T) {
	r := seamsRun()
	last := &r.Fronts[0].Cuts[4]
	last.Ack = bench.Compare{Value: 77.7, N: 1}
	if page := render(t, HTML, r); strings.Contains(page, "77.7 s") {
		t.Error("the page shows the figure of a cut without a place")
	}
	if text := render(t, Text, r); strings.Contains(text, "77.7 s") {
		t.Error("the text does")
	}
}
