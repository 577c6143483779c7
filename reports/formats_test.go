package reports

import (
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"golang.org/x/perf/benchfmt"

	"faultline/bench"
)

// gated is a run with gates of every outcome.
func gated() bench.Results {
	r := made(6)
	r.Gates = []bench.GateResult{
		{Gate: "ack p99 of queue < 500ms", Outcome: bench.Pass, Cells: []bench.GateCell{
			{Architecture: "queue", Fault: "control", Outcome: bench.Pass, Saw: "12ms (11ms to 13ms, 95 % interval of 6 trials)", N: 6},
			{Architecture: "queue", Fault: "slow-risk", Outcome: bench.Pass, Saw: "14ms (13ms to 15ms, 95 % interval of 6 trials)", N: 6}}},
		{Gate: "ack p99 of sync < 500ms", Outcome: bench.Fail, Cells: []bench.GateCell{
			{Architecture: "sync", Fault: "slow-risk", Outcome: bench.Fail, Saw: "3.01s (2.9s to 3.1s, 95 % interval of 6 trials)", N: 6}}},
		{Gate: "done p99 of sync under control not worse by 10%", Outcome: bench.Inconclusive, Cells: []bench.GateCell{
			{Architecture: "sync", Fault: "control", Outcome: bench.Inconclusive, Saw: "no baseline: name one with --against", N: 6}}},
		{Gate: "drain of sync under control < 1s", Outcome: bench.Inconclusive, Why: "no trial of this run tells"},
	}
	return r
}

// TestFormatsSurvive renders every variant in every format.
func TestFormatsSurvive(t *testing.T) {
	for name, r := range variants() {
		for _, f := range All {
			text := render(t, f.Format, r)
			if f.Name != "json" && f.Name != "csv" && f.Name != "openmetrics" && notFine.MatchString(strings.ReplaceAll(text, plain(nasty), "")) {
				t.Errorf("%s of %s holds %q", f.Name, name, notFine.FindString(text))
			}
			if f.Parts == nil {
				continue
			}
			for _, p := range f.Parts(r) {
				if render(t, p.Format, r) == "" {
					t.Errorf("%s of %s: %s is empty", f.Name, name, p.Name)
				}
			}
		}
	}
}

// TestHostileNamesAreInertInEveryFormat: nothing that a terminal obeys, and nothing that a reader takes for markup.
func TestHostileNamesAreInertInEveryFormat(t *testing.T) {
	r := hostileRun()
	r.Gates = []bench.GateResult{{Gate: nasty, Outcome: bench.Fail, Cells: []bench.GateCell{{Architecture: nasty, Fault: nasty, Outcome: bench.Fail, Saw: nasty}}}}
	for _, f := range All {
		text := render(t, f.Format, r)
		if f.Name == "json" { // its own escapes; who shows a text of it makes it harmless
			continue
		}
		for i, c := range text {
			if c < ' ' && c != '\n' && c != '\t' || c == '\u202e' || c == 0x7f {
				t.Errorf("%s holds %U at byte %d", f.Name, c, i)
				break
			}
		}
	}
	for _, f := range []Format{MD, ADR} {
		text := codeSpans.ReplaceAllString(render(t, f, r), "code")
		for _, m := range tags.FindAllString(text, -1) {
			if m != "<details>" && m != "</details>" && m != "<summary>" && m != "</summary>" && m != "<br>" {
				t.Errorf("Markdown has an element of somebody else's: %s", m)
			}
		}
	}
}

var (
	codeSpans = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
	tags      = regexp.MustCompile(`<[^>]*>`)
)

func TestMarkdownIsInert(t *testing.T) {
	for in, want := range map[string]string{
		"plain words, 14.1 ms (n = 6)": "plain words, 14.1 ms (n = 6)",
		"**bold** _it_ `code`":         "\\*\\*bold\\*\\* \\_it\\_ \\`code\\`",
		"[a](http://evil)":             "\\[a\\](http:\u2060//evil)",
		"![i](x)":                      "\\!\\[i\\](x)",
		"@everyone #12":                "@\u2060everyone \\#\u206012",
		"a|b\nc":                       "a\\|b c",
		"<img src=x>&amp;":             "&lt;img src=x&gt;&amp;amp;",
		"www.evil.org":                 "www\u2060.evil.org",
		"\x1b[31mred\u202e":            "\uFFFD\\[31mred\uFFFD",
	} {
		if got := inert(in); got != want {
			t.Errorf("inert(%q) = %q, want %q", in, got, want)
		}
	}
	if got := code("a`b|c\n"); got != "`a'b¦c `" {
		t.Errorf("code: %q", got)
	}
	if got := fenced("a ``` b"); !strings.HasPrefix(got, "````\n") {
		t.Errorf("fenced: %q", got)
	}
}

// TestMDFitsAComment: however long the run, GitHub takes the comment, and it says what it leaves out.
func TestMDFitsAComment(t *testing.T) {
	r := made(2)
	var archs []bench.Architecture
	for i := range 60 {
		archs = append(archs, wired("style-with-quite-a-long-name-"+strconv.Itoa(i), "wait", "http", "http"))
	}
	faults := []bench.Fault{control()}
	for i := range 12 {
		f := slowRisk()
		f.Name += strconv.Itoa(i)
		faults = append(faults, f)
	}
	r.Run.Plan.Architectures, r.Run.Plan.Faults = archs, faults
	for i := range r.Trials {
		r.Trials[i].Invalid = []string{strings.Repeat("why ", 4000)}
	}
	r.Verdict.Sentence = strings.Repeat("a long sentence ", 2000)
	for _, f := range []Format{MD, ADR} {
		text := render(t, f, r)
		if n := width(text); n > mostMD {
			t.Errorf("%d characters", n)
		}
		if !strings.Contains(text, "Left out") {
			t.Error("it does not say that something is left out")
		}
	}
	if text := render(t, MD, gated()); strings.Contains(text, "Left out") || !strings.HasPrefix(text, "### ✗ faultline: Make payment async") {
		t.Errorf("an ordinary comment: %.200s", text)
	}
}

// A junitRule is what JUnit's readers agree on of one element: junit-10.xsd of Jenkins' xUnit plugin, which is the strictest,
// and what GitLab needs besides.
type junitRule struct {
	in    string   // its parent, "" for the root
	must  []string // attributes
	may   []string // further ones
	first bool     // before its siblings of other names
	text  bool
}

var junitRules = map[string]junitRule{
	"testsuites": {may: []string{"name", "time", "tests", "failures", "errors"}},
	"testsuite":  {in: "testsuites", must: []string{"name", "tests", "failures", "errors"}, may: []string{"skipped", "time", "timestamp"}},
	"properties": {in: "testsuite", first: true},
	"property":   {in: "properties", must: []string{"name", "value"}},
	"testcase":   {in: "testsuite", must: []string{"name", "classname", "time"}},
	"failure":    {in: "testcase", must: []string{"message", "type"}, text: true},
	"error":      {in: "testcase", must: []string{"message", "type"}, text: true},
	"skipped":    {in: "testcase", must: []string{"message", "type"}, text: true},
}

var (
	junitTime   = regexp.MustCompile(`^\d+(\.\d+)?$`)
	junitNumber = regexp.MustCompile(`^\d+$`)
	junitMoment = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$`)
	junitForms  = map[string]*regexp.Regexp{"time": junitTime, "tests": junitNumber, "failures": junitNumber, "errors": junitNumber, "skipped": junitNumber, "timestamp": junitMoment}
)

// TestJUnitIsWhatServersRead holds what is written to those rules.
func TestJUnitIsWhatServersRead(t *testing.T) {
	for name, r := range variants() {
		for _, wrong := range junitWrongs(render(t, JUnit, r)) {
			t.Errorf("%s: %s", name, wrong)
		}
	}
	for name, c := range contrasts() {
		for _, wrong := range junitWrongs(renderContrast(t, ContrastJUnit, c)) {
			t.Errorf("comparing %s: %s", name, wrong)
		}
	}
	good := render(t, JUnit, gated())
	for from, to := range map[string]string{
		"<testcase ":         "<testcase run=\"1\" ",
		" classname=":        " class=",
		"<properties>":       "<testcase name=\"\" classname=\"\" time=\"0\"/><properties>",
		"<failure message":   "<failed message",
		" tests=\"":          " tests=\"x",
		"</testsuites>":      "",
		"<testsuite name":    "words <testsuite name",
		`time="0"></testcas`: `time="soon"></testcas`,
	} {
		bad := strings.Replace(good, from, to, 1)
		if bad == good || len(junitWrongs(bad)) == 0 {
			t.Errorf("%s in place of %s is not seen", to, from)
		}
	}
}

// junitWrongs are the rules that a document breaks.
func junitWrongs(doc string) (wrongs []string) {
	d := xml.NewDecoder(strings.NewReader(doc))
	open := []string{""}
	before := map[int]string{} // the last sibling, by depth
	for {
		token, err := d.Token()
		if token == nil || err != nil {
			if len(open) > 1 || before[1] == "" || err != io.EOF {
				wrongs = append(wrongs, fmt.Sprintf("it is no whole document: %v", err))
			}
			return wrongs
		}
		depth, parent := len(open), open[len(open)-1]
		switch e := token.(type) {
		case xml.StartElement:
			name := e.Name.Local
			rule, known := junitRules[name]
			if !known || rule.in != parent || rule.first && before[depth] != "" {
				wrongs = append(wrongs, fmt.Sprintf("<%s> in <%s> after <%s>", name, parent, before[depth]))
			}
			wrongs = append(wrongs, rule.wrongs(e)...)
			before[depth], before[depth+1] = name, ""
			open = append(open, name)
		case xml.EndElement:
			open = open[:depth-1]
		case xml.CharData:
			if !junitRules[parent].text && strings.TrimSpace(string(e)) != "" {
				wrongs = append(wrongs, fmt.Sprintf("text in <%s>: %.40q", parent, e))
			}
		}
	}
}

func (r junitRule) wrongs(e xml.StartElement) (wrongs []string) {
	has := map[string]bool{}
	for _, a := range e.Attr {
		name := a.Name.Local
		if has[name] || !slices.Contains(slices.Concat(r.must, r.may), name) {
			wrongs = append(wrongs, fmt.Sprintf("<%s> has %s", e.Name.Local, name))
		}
		if form := junitForms[name]; form != nil && !form.MatchString(a.Value) {
			wrongs = append(wrongs, fmt.Sprintf("%s of <%s> is %q", name, e.Name.Local, a.Value))
		}
		has[name] = true
	}
	for _, name := range r.must {
		if !has[name] {
			wrongs = append(wrongs, fmt.Sprintf("<%s> lacks %s", e.Name.Local, name))
		}
	}
	return wrongs
}

func TestJUnitTellsFailureFromInconclusiveFromInvalid(t *testing.T) {
	read := func(r bench.Results) map[string]junitCase {
		var doc junitSuites
		if err := xml.Unmarshal([]byte(render(t, JUnit, r)), &doc); err != nil {
			t.Fatal(err)
		}
		cases := map[string]junitCase{}
		for _, c := range doc.Suites[0].Cases {
			cases[c.Class+": "+c.Name] = c
		}
		s := doc.Suites[0]
		if s.Tests != len(s.Cases) || doc.Tests != s.Tests || doc.Failures != s.Failures {
			t.Errorf("%d tests, %d cases", s.Tests, len(s.Cases))
		}
		return cases
	}
	cases := read(gated())
	if c := cases["order.queue.slow-risk: ack p99 of queue < 500ms"]; c.Failure != nil || c.Error != nil || c.Skipped != nil || c.Class == "" {
		t.Errorf("a gate that passed: %+v", c)
	}
	failed := cases["order.sync.slow-risk: ack p99 of sync < 500ms"].Failure
	if failed == nil || !strings.Contains(failed.Message, "3.01s") || !strings.HasPrefix(failed.Text, failed.Message) {
		t.Errorf("a gate that failed: %+v", failed)
	}
	if c := cases["order.sync.control: done p99 of sync under control not worse by 10%"]; c.Skipped == nil {
		t.Errorf("an inconclusive gate: %+v", c)
	}
	if c := cases["order: drain of sync under control < 1s"]; c.Skipped == nil {
		t.Errorf("a gate that nothing tells: %+v", c)
	}
	invalid := read(invalidRun())
	if c := invalid["order.queue.slow-risk: the trials are valid"]; c.Error == nil || !strings.HasPrefix(c.Error.Message, "INVALID: ") {
		t.Errorf("an invalid trial: %+v", c)
	}
	if c := invalid["order.sync.slow-risk: ack p99 < 500ms"]; c.Failure == nil {
		t.Errorf("without gates the plan's SLOs are: %+v", invalid)
	}
}

// TestGoBenchIsRead by the reader that benchstat uses.
func TestGoBenchIsRead(t *testing.T) {
	for name, r := range variants() {
		reader := benchfmt.NewReader(strings.NewReader(render(t, GoBench, r)), name)
		results, units := 0, map[string]bool{}
		for reader.Scan() {
			switch line := reader.Result().(type) {
			case *benchfmt.SyntaxError:
				t.Errorf("%s: %v", name, line)
			case *benchfmt.UnitMetadata:
				units[line.Unit] = true
			case *benchfmt.Result:
				results++
				if full := line.Name.String(); strings.Contains(full, "trial=") || strings.Contains(full, " ") {
					t.Errorf("%s: name %q", name, full)
				}
				if len(line.Values) != len(benchUnits()) {
					t.Errorf("%s: %d values", name, len(line.Values))
				}
			}
		}
		valid := 0
		for _, trial := range r.Trials {
			if len(trial.Invalid) == 0 && !trial.Interrupted {
				valid++
			}
		}
		if results != valid || len(units) < len(benchUnits()) {
			t.Errorf("%s: read %d results of %d trials, %d units", name, results, valid, len(units))
		}
	}
	if got := benchName("a b/c-8"); got != "a_b_c_8" {
		t.Errorf("benchName: %s", got)
	}
}

// TestHGRMIsHdrHistograms: rows have the columns that HdrHistogram prints, and a histogram filled by them agrees with the
// trial's own percentiles.
func TestHGRMIsHdrHistograms(t *testing.T) {
	r := made(1)
	row := regexp.MustCompile(`^ *(\d+\.\d{3}) +(\d\.\d{12}) +(\d+) +(\d+\.\d{2}|inf)$`)
	for _, p := range HGRMs(r) {
		h := hdrhistogram.New(1, 1e11, 3)
		before := int64(0)
		for _, line := range strings.Split(render(t, p.Format, r), "\n") {
			if line == "" || strings.HasPrefix(line, "#[") || strings.Contains(line, "Percentile") {
				continue
			}
			f := row.FindStringSubmatch(line)
			if f == nil {
				t.Fatalf("%s: %q", p.Name, line)
			}
			ms, _ := strconv.ParseFloat(f[1], 64)
			total, _ := strconv.ParseInt(f[3], 10, 64)
			if total < before {
				t.Errorf("%s: counts fall at %q", p.Name, line)
			}
			if err := h.RecordValues(int64(math.Round(ms*1000)), total-before); err != nil {
				t.Fatal(err)
			}
			before = total
		}
		trial := trialOf(r, p.Name)
		want := trial.Windows.Fault.Ack
		if strings.HasSuffix(p.Name, "done.hgrm") {
			want = trial.Windows.Fault.Done
		}
		if h.TotalCount() != int64(want.N-want.Never) {
			t.Errorf("%s: %d orders, the trial says %d", p.Name, h.TotalCount(), want.N-want.Never)
		}
		q := 100 * 0.9 * float64(want.N) / float64(want.N-want.Never) // of those that came
		if want.P90 == bench.Never {
			continue
		}
		if got := float64(h.ValueAtQuantile(q)) / 1e6; math.Abs(got-want.P90.Seconds()) > 0.05*want.P90.Seconds() {
			t.Errorf("%s: p90 %.4f, the trial says %.4f", p.Name, got, want.P90.Seconds())
		}
	}
}

func trialOf(r bench.Results, name string) bench.Summary {
	for _, trial := range r.Trials {
		if strings.HasPrefix(name, trial.Trial.Architecture.Name+"."+trial.Trial.Fault.Name+".") {
			return trial
		}
	}
	return bench.Summary{}
}

func TestCSVIsRead(t *testing.T) {
	for name, r := range variants() {
		rows, err := csv.NewReader(strings.NewReader(render(t, CSV, r))).ReadAll()
		if err != nil || len(rows) != 1+len(r.Trials)*len(bench.Measures()) {
			t.Errorf("%s: %d rows, %v", name, len(rows), err)
		}
	}
	if got := cellText("=1+1"); got != "'=1+1" {
		t.Errorf("a formula: %s", got)
	}
}

func TestOpenMetricsIsRead(t *testing.T) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	for name, r := range variants() {
		text := render(t, OpenMetrics, r)
		if !strings.HasSuffix(text, "# EOF\n") || strings.Count(text, "# EOF") != 1 {
			t.Errorf("%s does not end in # EOF", name)
		}
		families, err := parser.TextToMetricFamilies(strings.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(r.Trials) > 0 && len(families["faultline_trial_valid"].GetMetric()) != len(r.Trials) {
			t.Errorf("%s: %d families", name, len(families))
		}
	}
}
