package reports

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"faultline/bench"
)

// contrasts are comparisons that every format must survive, by name.
var contrasts = sync.OnceValue(func() map[string]bench.Contrast {
	slower := func(r bench.Results, by float64) bench.Results {
		for i := range r.Trials {
			for _, w := range []*bench.Quantiles{&r.Trials[i].Windows.Fault.Ack, &r.Trials[i].Windows.Fault.Done} {
				for _, q := range []*time.Duration{&w.P50, &w.P90, &w.P99, &w.Max} {
					if *q != bench.Never {
						*q = time.Duration(float64(*q) * by)
					}
				}
			}
		}
		r.Run.Commit, r.Dir = "5f6e7d8", "runs/new"
		return r
	}
	compared := func(base, now bench.Results, q bench.Question) bench.Contrast {
		c, err := bench.CompareRuns(base, now, nil, nil, q)
		if err != nil {
			panic(err)
		}
		return c
	}
	gates, err := bench.ParseGates([]string{"ack p99 not worse by 10%", "lost = 0", "zombie = 0", "done p50 of queue under control < 1ms"})
	if err != nil {
		panic(err)
	}
	orders := compared(made(6), slower(made(6), 1.2), bench.Question{Effect: 0.05, Gates: gates})
	orders.Cells[0].Orders = []bench.OrderChange{{Measure: "ack", Pairs: 2640, Slower: 0.83, Faster: 0.04,
		Shift: bench.Interval{Value: 0.0081, Low: 0.0079, High: 0.0084, N: 2640}}}
	return map[string]bench.Contrast{
		"slower":  orders,
		"same":    compared(made(6), slower(made(6), 1), bench.Question{Effect: 0.05}),
		"few":     compared(made(2), slower(made(2), 1.2), bench.Question{Effect: 0.05}),
		"invalid": compared(made(1), invalidRun(), bench.Question{Effect: 0.05, Gates: gates}),
		"nothing": compared(made(1), nothingDoneRun(), bench.Question{Effect: 0.05}),
		"hostile": compared(hostileRun(), hostileRun(), bench.Question{Effect: 0.05}),
		"styles":  compared(made(6), made(6), bench.Question{Effect: 0.05, Architectures: [][2]string{{"sync", "queue"}}}),
	}
})

func renderContrast(t *testing.T, f ContrastFormat, c bench.Contrast) string {
	t.Helper()
	var b bytes.Buffer
	if err := f(&b, c); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestContrastGolden(t *testing.T) {
	for _, e := range Contrasts {
		check(t, "compare."+e.Ext, renderContrast(t, e.Format, contrasts()["slower"]))
	}
	check(t, "compare-few.txt", renderContrast(t, ContrastText, contrasts()["few"]))
	check(t, "compare-hostile.md", renderContrast(t, ContrastMD, contrasts()["hostile"]))
}

func TestContrastsSurvive(t *testing.T) {
	for name, c := range contrasts() {
		for _, e := range Contrasts {
			text := renderContrast(t, e.Format, c)
			bare := strings.ReplaceAll(strings.ReplaceAll(text, plain(nasty), ""), html.EscapeString(plain(nasty)), "")
			if m := notFine.FindString(bare); m != "" {
				t.Errorf("%s of %s holds %q", e.Name, name, m)
			}
			for _, bad := range []string{"\x1b", "\u202e", "\x00"} {
				if e.Name != "json" && strings.Contains(text, bad) {
					t.Errorf("%s of %s holds %q", e.Name, name, bad)
				}
			}
			if e.Name == "html" && (strings.Count(text, "<script") != 1 || strings.Contains(text, "<img") || handlers.MatchString(text)) {
				t.Errorf("the page of %s has markup of somebody else's", name)
			}
		}
	}
}

// TestContrastSaysWhatItFound in the first line of a comment.
func TestContrastSaysWhatItFound(t *testing.T) {
	for name, want := range map[string]string{
		"slower":  `^### ✗ faultline: Worse: `,
		"same":    `^### ✓ faultline: No difference of over 5 %`,
		"few":     `^### ✓ faultline: .*[Tt]oo few trials`,
		"invalid": `(?s)INVALID or interrupted, left out`,
		"styles":  `(?s)sync → queue`,
	} {
		if text := renderContrast(t, ContrastMD, contrasts()[name]); !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("%s: %.300s", name, text)
		}
	}
}
