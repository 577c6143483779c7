package reports

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"faultline/internal/needs"
)

// TestBrowserAcceptsThePage renders pages in Chromium, scripts on, and fails on anything that its console
// says: a violated policy, an error in the script, a request.
func TestBrowserAcceptsThePage(t *testing.T) {
	browser := needs.Browser(t)
	for _, name := range []string{"two", "hostile", "empty", "nothingdone", "seams"} {
		t.Run(name, func(t *testing.T) {
			dom, console := visit(t, browser, render(t, HTML, variants()[name]))
			for _, line := range strings.Split(console, "\n") {
				if strings.Contains(line, "CONSOLE") || strings.Contains(line, "Content Security Policy") {
					t.Errorf("the console says: %s", line)
				}
			}
			if !strings.Contains(dom, `id="readout"`) {
				t.Error("the page did not come through")
			}
			if plots, ready := strings.Count(dom, "data-clock="), strings.Count(dom, `tabindex="0"`); plots != ready {
				t.Errorf("the script prepared %d of %d plots", ready, plots)
			}
			if regexp.MustCompile(`<script>alert|<img`).MatchString(dom) {
				t.Error("a hostile name became an element")
			}
		})
	}
}

// TestHdrHistogramPlotsHGRM has HdrHistogram's own plotter read the files. It plots every line but that of the greatest value,
// which is infinitely far to the right.
func TestHdrHistogramPlotsHGRM(t *testing.T) {
	browser := needs.Browser(t)
	reader, err := os.ReadFile(filepath.Join("testdata", "hdrhistogram", "plotfiles.js"))
	if err != nil {
		t.Fatal(err)
	}
	r := variants()["two"]
	parts := HGRMs(r)
	var files []string
	for _, p := range parts {
		files = append(files, render(t, p.Format, r))
	}
	texts, err := json.Marshal(files)
	if err != nil {
		t.Fatal(err)
	}
	dom, console := visit(t, browser, fmt.Sprintf("<body><script>%s\nconst read = JSON.stringify(%s.map(f => appendDataSeries(f, 'x', [])));"+
		"document.body.textContent = read</script></body>", reader, texts))
	var plots [][][]any
	if _, rest, ok := strings.Cut(dom, "<body>"); !ok || json.Unmarshal([]byte(strings.Split(rest, "</body>")[0]), &plots) != nil || len(plots) != len(parts) {
		t.Fatalf("the plotter read no plot:\n%s\n%s", dom, console)
	}
	for i, p := range parts {
		trial := trialOf(r, p.Name)
		curve, q := trial.AckCurve, trial.Windows.Fault.Ack
		if strings.HasSuffix(p.Name, "done.hgrm") {
			curve, q = trial.DoneCurve, trial.Windows.Fault.Done
		}
		want := [][]any{{"X", "x"}}
		for _, at := range curve {
			if at.Seconds >= 0 && atMost(at.Q, q.N) < q.N-q.Never {
				want = append(want, []any{rounded(1/(1-at.Q), 2), rounded(1000*at.Seconds, 3)})
			}
		}
		if q.Never > 0 { // the curve ends before its right end, and its last line is finite
			want = append(want, []any{rounded(float64(q.N)/float64(q.Never), 2), rounded(1000*q.Max.Seconds(), 3)})
		}
		if len(want) < 10 || !reflect.DeepEqual(plots[i], want) {
			t.Errorf("%s: plotted %v, want %v", p.Name, plots[i], want)
		}
	}
}

// rounded is v as it reads with so many decimals.
func rounded(v float64, decimals int) float64 {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'f', decimals, 64), 64)
	return v
}

func visit(t *testing.T, browser, page string) (dom, console string) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "report.html")
	if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0",
		"--user-data-dir="+filepath.Join(dir, "profile"), "--virtual-time-budget=2000", "--dump-dom", "file://"+path)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Run(); err != nil {
		t.Fatalf("running %s: %v\n%s", browser, err, errs.String())
	}
	return out.String(), errs.String()
}
