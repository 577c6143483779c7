package reports

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"faultline/bench"
)

// textWidth is the widest line that the text format writes of its own words; names may be longer.
const textWidth = 116

// Text writes the tables that a run ends with, for a plain terminal: the figures of every fault, how far it
// spread, the verdict, and how to run it again.
func Text(w io.Writer, r bench.Results) error {
	g := newGrid(r)
	t := &terminal{}
	t.wrap("", "faultline · "+strings.Join(runLine(r), " · "))
	broken, control := g.broken()
	if control != nil {
		broken = append([]bench.Fault{*control}, broken...)
	}
	if len(r.Trials) == 0 {
		broken = nil
	}
	t.overview(g)
	for _, f := range broken {
		t.fault(g, f)
	}
	for _, f := range broken {
		t.spread(g, f)
	}
	t.verdict(r)
	t.gates(r.Gates)
	t.trust(r)
	t.fronts(r)
	_, err := t.b.WriteTo(w)
	return err
}

// A terminal collects lines of plain text.
type terminal struct{ b bytes.Buffer }

func (t *terminal) line(s string) {
	t.b.WriteString(strings.TrimRight(s, " ") + "\n")
}

// head starts a block: a title in capitals and what it is about.
func (t *terminal) head(title, about string) {
	t.line("")
	t.wrap(strings.ToUpper(plain(title))+"  ", about)
}

// wrap writes words after a label, broken at the width and indented under their beginning.
func (t *terminal) wrap(label, text string) {
	indent := strings.Repeat(" ", width(label))
	line, empty := label, true
	for _, word := range strings.Fields(plain(text)) {
		if !empty && width(line)+1+width(word) > textWidth {
			t.line(line)
			line, empty = indent, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	t.line(line)
}

// verdict writes the run in a sentence, its price, and whether it may be believed.
func (t *terminal) verdict(r bench.Results) {
	sentence, price := verdict(r)
	t.line("")
	t.wrap("VERDICT  ", sentence)
	if price != "" {
		t.wrap("price    ", strings.TrimPrefix(price, "The price: "))
	}
	badge, _ := validity(r)
	t.wrap("validity ", badge)
	for _, s := range r.Trials {
		if len(s.Invalid) > 0 {
			t.wrap("         INVALID  ", trialName(s)+": "+strings.Join(s.Invalid, "; "))
		}
		for _, w := range s.Warnings {
			t.wrap("         warning  ", trialName(s)+": "+w)
		}
	}
}

// trust writes what measuring cost at worst over the trials, and the command.
func (t *terminal) trust(r bench.Results) {
	if len(r.Trials) > 0 {
		t.wrap("harness  ", harnessCost(r))
	}
	for _, f := range append(driverOf(r), roundsOf(r)...) {
		t.wrap(fmt.Sprintf("%-9s", strings.ToLower(f.Name)), f.Value)
	}
	if r.Dir != "" {
		t.wrap("facts    ", r.Dir)
	}
	if r.Run.Command != "" {
		t.line("again    " + plain(r.Run.Command))
	}
}

func harnessCost(r bench.Results) string {
	var h bench.HarnessCost
	for _, s := range r.Trials {
		o := s.Harness
		h.CPU, h.LinksCPU = max(h.CPU, o.CPU), max(h.LinksCPU, o.LinksCPU)
		h.Late.P99, h.Late.Max = max(h.Late.P99, o.Late.P99), max(h.Late.Max, o.Late.Max)
		h.GCPauseMax, h.HeapMax = max(h.GCPauseMax, o.GCPauseMax), max(h.HeapMax, o.HeapMax)
		h.Resolution = max(h.Resolution, o.Resolution)
	}
	cost := "at most: sent late p99 " + duration(h.Late.P99) + ", max " + duration(h.Late.Max) +
		" · driver " + share(h.CPU) + " and links " + share(h.LinksCPU) + " of a core · GC pause " + duration(h.GCPauseMax) +
		" · heap " + bytesOf(float64(h.HeapMax))
	if h.Resolution > 0 { // somebody polled
		cost += " · completion seen within " + duration(h.Resolution)
	}
	return cost
}
