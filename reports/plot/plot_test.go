package plot

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"strings"
	"testing"
)

// check holds a drawing to what any must be: well-formed, finite, and no element but its own.
func check(t *testing.T, drawing string) {
	t.Helper()
	if m := regexp.MustCompile(`NaN|Inf|%!`).FindString(drawing); m != "" {
		t.Errorf("the drawing holds %q", m)
	}
	d := xml.NewDecoder(strings.NewReader(drawing))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, drawing)
		}
		if e, ok := token.(xml.StartElement); ok && !strings.Contains(" svg path rect text tspan circle ", " "+e.Name.Local+" ") {
			t.Errorf("a foreign element: %s", e.Name.Local)
		}
	}
}

const hostile = "\"'><script>alert(1)</script>\x00\xff&"

func TestLinesSurviveAnyNumber(t *testing.T) {
	odd := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, -5, math.MaxFloat64, math.SmallestNonzeroFloat64, 1}
	for _, log := range []bool{false, true} {
		for _, v := range odd {
			p := Lines{Height: 200, Label: hostile, Clock: hostile, Unit: "s", Y: Axis{Log: log},
				Band: Span{From: v, To: v + 1, Label: hostile}, Rules: []Rule{{v, hostile}},
				Lines: []Line{{Name: hostile, Colour: Hues[0], Points: []Point{{X: 0, Y: 1}, {X: 1, Y: v}, {X: v, Y: 2}, {X: 3, Never: true}, {X: 4, Gap: true}}}}}
			check(t, string(p.SVG()))
		}
	}
}

func TestStripsSurviveAnyNumber(t *testing.T) {
	odd := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, -5, math.MaxFloat64, math.SmallestNonzeroFloat64, 1}
	for _, log := range []bool{false, true} {
		for _, v := range odd {
			p := Strips{Label: hostile, Strips: []Strip{{hostile, Axis{Log: log}}, {hostile, Axis{}}}, Rows: []StripRow{
				{Name: hostile, Detail: hostile, Colour: Hues[0], Marks: []Mark{{Value: v, Low: v, High: 2, Text: hostile}}},
				{Name: hostile, Note: hostile}, {Name: hostile, Hollow: true, Marks: []Mark{{Value: 1, Low: 1, High: v}, {Never: true}}}}}
			check(t, string(p.SVG()))
		}
	}
}

// TestStripsJoinWhatIsFilled: one line from the first row to the third, past the hollow one.
func TestStripsJoinWhatIsFilled(t *testing.T) {
	mark := func(v float64) []Mark { return []Mark{{Value: v, Low: v, High: v}} }
	p := Strips{Strips: []Strip{{Name: "a", X: Axis{Min: 0, Max: 10}}},
		Rows: []StripRow{{Marks: mark(0)}, {Hollow: true, Marks: mark(10)}, {Marks: mark(10)}}}
	drawing := string(p.SVG())
	if want := `d="M250 48L962 136"`; !strings.Contains(drawing, want) {
		t.Errorf("no line %s in\n%s", want, drawing)
	}
}

func TestEmptyDrawsNothing(t *testing.T) {
	for name, svg := range map[string]string{
		"no lines":   string(Lines{Height: 100}.SVG()),
		"only gaps":  string(Lines{Height: 100, Lines: []Line{{Points: []Point{{Gap: true}}}}}.SVG()),
		"no heat":    string(Heat{To: 1, Rows: []HeatRow{{Name: "a"}}}.SVG()),
		"no bars":    string(Bars{}.SVG()),
		"no service": string(Graph{}.SVG()),
		"no rows":    string(Strips{Strips: []Strip{{Name: "a"}}}.SVG()),
	} {
		if svg != "" {
			t.Errorf("%s: drew %.80s", name, svg)
		}
	}
}

func TestGapLiftsThePen(t *testing.T) {
	p := Lines{Height: 100, Lines: []Line{{Name: "a", Points: []Point{{X: 0, Y: 1}, {X: 1, Y: 1}, {X: 2, Gap: true}, {X: 3, Y: 1}}}}}
	d := regexp.MustCompile(`d="([^"]*)" fill="none"[^>]*data-name`).FindStringSubmatch(string(p.SVG()))[1]
	if strings.Count(d, "M") != 2 || !strings.Contains(d, "H") {
		t.Errorf("path %q: want two strokes, the second a dot", d)
	}
}

func TestOthersSurviveAnyNumber(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), -1, 0, 0.5, 7} {
		check(t, string(Heat{Label: hostile, To: 3, Band: Span{1, 2, hostile}, Rows: []HeatRow{{hostile, hostile, []float64{v, 0.3, v}}}}.SVG()))
		check(t, string(Bars{Label: hostile, Parts: []string{hostile, "b", "c"}, Format: func(float64) string { return hostile },
			Rows: []BarRow{{hostile, hostile, []float64{v, 1, v}, ""}, {Name: "n", Note: hostile}}}.SVG()))
		check(t, string(Dots{Label: hostile, Reach: v, Even: 3, Dots: []Dot{{v, v, v * 2, Hues[0]}, {2, 1, v, Hues[1]}}}.SVG()))
		check(t, string(Graph{Label: hostile, Nodes: []Node{{hostile, hostile, v, true}, {"b", "", v, false}, {"alone", "", v, false}},
			Edges: []Edge{{hostile, "b", hostile, true, true, true, true}, {From: "b", To: hostile}, {From: "b", To: "unknown"}}}.SVG()))
	}
}

func TestLabelsStandApart(t *testing.T) {
	for _, at := range [][]float64{{50, 50, 50}, {0, 1, 2, 99, 100}, {100, 100, 100, 100}, {30, 10, 20}, {5}, nil} {
		got := apart(at, 15, 0, 100)
		for i := range got {
			if got[i] < -0.01 || got[i] > 100.01 {
				t.Errorf("apart(%v) = %v: outside", at, got)
			}
			for j := range i {
				if math.Abs(got[i]-got[j]) < 14.99 {
					t.Errorf("apart(%v) = %v: too close", at, got)
				}
			}
		}
	}
	if got := apart([]float64{50, 50}, 10, 0, 100); got[0] != 45 || got[1] != 55 {
		t.Errorf("two labels at 50 stand at %v, want 45 and 55", got)
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		axis   Axis
		values []float64
		want   string
	}{
		{Axis{}, []float64{0, 17}, "0 5 10 15"},
		{Axis{}, []float64{3, 97}, "0 20 40 60 80"},
		{Axis{Log: true}, []float64{0.0042, 3}, "0.001 0.01 0.1 1 10"},
		{Axis{Log: true}, []float64{1}, "0.1 1"},
		{Axis{}, nil, "0 0.2 0.4 0.6000000000000001 0.8 1"},
	} {
		var got []string
		for _, tick := range c.axis.over(c.values).Ticks {
			got = append(got, tick.Label)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("ticks of %v: %s, want %s", c.values, s, c.want)
		}
	}
}
