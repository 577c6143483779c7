package reports

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"regexp"
	"strings"
	"testing"

	"faultline/bench"
)

var (
	svgs     = regexp.MustCompile(`(?s)<svg .*?</svg>`)
	outside  = regexp.MustCompile(`(?i)(https?:)?//[a-z0-9]|\bsrc=|\bhref=|url\(|@import|<link|<img|<iframe|<object|<embed`)
	notFine  = regexp.MustCompile(`NaN|[+-]Inf|\bInf\b|e\+\d\d|%!`)
	handlers = regexp.MustCompile(`(?i)<[^>"]*("[^"]*"[^>"]*)*\son[a-z]+=`)
)

// TestPage holds every variant of a run to what any page must be.
func TestPage(t *testing.T) {
	for name, r := range variants() {
		t.Run(name, func(t *testing.T) {
			page := render(t, HTML, r)
			if len(page) > 400_000 {
				t.Errorf("the page has %d bytes, at most 400 kB", len(page))
			}
			for _, drawing := range svgs.FindAllString(page, -1) {
				wellFormed(t, drawing)
				if m := notFine.FindString(drawing); m != "" {
					t.Errorf("a drawing holds %q", m)
				}
			}
			markup := strings.ReplaceAll(page, `xmlns="http://www.w3.org/2000/svg"`, "")
			markup = strings.ReplaceAll(markup, `"http://www.w3.org/2000/svg"`, "") // a name that the script says, not an address
			for _, m := range outside.FindAllString(strings.ReplaceAll(markup, html.EscapeString(nasty), ""), -1) {
				if name != "hostile" {
					t.Errorf("the page refers outside: %q", m)
				}
			}
		})
	}
}

func wellFormed(t *testing.T, drawing string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(drawing))
	for {
		switch _, err := d.Token(); {
		case errors.Is(err, io.EOF):
			return
		case err != nil:
			t.Errorf("a drawing is not well-formed: %v\n%.300s", err, drawing)
			return
		}
	}
}

// TestHostileNames checks that no string from outside becomes an element, a handler or a terminal command.
func TestHostileNames(t *testing.T) {
	page := render(t, HTML, hostileRun())
	for _, bad := range []string{"<script>alert", "<img", nasty, "\u202e", "\x1b", "\x00"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	if n := strings.Count(page, "<script"); n != 1 {
		t.Errorf("the page has %d scripts, want its own", n)
	}
	if m := handlers.FindString(page); m != "" {
		t.Errorf("the page has a handler: %q", m)
	}
	for i, r := range render(t, Text, hostileRun()) {
		if r < ' ' && r != '\n' || r == '\u202e' || r == 0x7f {
			t.Fatalf("the text holds %U at byte %d", r, i)
		}
	}
}

// TestPolicy checks that the policy's hashes are those of the style and script that were written.
func TestPolicy(t *testing.T) {
	page := render(t, HTML, made(1))
	policy := html.UnescapeString(regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)[1])
	for _, element := range []string{"style", "script"} {
		body := regexp.MustCompile(`(?s)<` + element + `>(.*?)</` + element + `>`).FindStringSubmatch(page)[1]
		sum := sha256.Sum256([]byte(body))
		want := element + "-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
		if !strings.Contains(policy, want) {
			t.Errorf("policy %q\nlacks  %q", policy, want)
		}
	}
	if strings.Contains(page, " style=") {
		t.Error("a style attribute, which the policy forbids")
	}
}

// TestInvalidHasNoFigures checks that an invalid trial shows why, and neither a p99 nor a winner.
func TestInvalidHasNoFigures(t *testing.T) {
	r := invalidRun()
	why := r.Trials[3].Invalid[0]
	p99 := seconds(r.Trials[3].Windows.Fault.Done.P99.Seconds())
	for _, f := range All[:2] {
		got := strings.Join(strings.Fields(render(t, f.Format, r)), " ")
		if !strings.Contains(got, "INVALID: "+why) {
			t.Errorf("%s does not say why the trial is invalid", f.Name)
		}
		if strings.Contains(got, p99) {
			t.Errorf("%s shows %s, the p99 of an invalid trial", f.Name, p99)
		}
	}
}

// TestWinnerIsMarkedOnlyInASoundRun: one invalid or interrupted trial, and no row has a best.
func TestWinnerIsMarkedOnlyInASoundRun(t *testing.T) {
	for name, want := range map[string]bool{"two": true, "six": true, "invalid": false, "interrupted": false} {
		if got := strings.Contains(render(t, HTML, variants()[name]), `class="n best"`); got != want {
			t.Errorf("%s: a winner is marked: %t, want %t", name, got, want)
		}
	}
}

func TestSumIsChecked(t *testing.T) {
	for _, f := range All[:2] {
		if !strings.Contains(render(t, f.Format, nothingDoneRun()), "1749, but 1750 offered ✗") {
			t.Errorf("%s hides that the classes do not add up", f.Name)
		}
	}
}

func TestTextFitsTheTerminal(t *testing.T) {
	for _, name := range []string{"two", "six", "invalid", "interrupted", "nothingdone", "three", "empty", "seams"} {
		for _, line := range strings.Split(render(t, Text, variants()[name]), "\n") {
			if width(line) > 120 {
				t.Errorf("%s: %d columns: %s", name, width(line), line)
			}
		}
	}
}

func TestJSONKeepsEverything(t *testing.T) {
	var back struct {
		Schema int
		bench.Results
	}
	want := made(1)
	if err := json.Unmarshal([]byte(render(t, JSON, want)), &back); err != nil {
		t.Fatal(err)
	}
	if back.Schema != bench.SchemaVersion || len(back.Trials) != len(want.Trials) ||
		back.Trials[1].Windows.Fault.Ack.P99 != want.Trials[1].Windows.Fault.Ack.P99 {
		t.Errorf("read back schema %d and %d trials", back.Schema, len(back.Trials))
	}
}
