package reports

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"faultline/bench"
)

// A benchUnit is a figure of a trial in the form of Go's benchmarks; better is "" where none is.
type benchUnit struct {
	unit, better string
	of           func(bench.Summary) float64
}

// benchUnits are those of BenchmarkTrial too, so that both can be compared.
func benchUnits() []benchUnit {
	nanoseconds := func(of func(bench.Summary) time.Duration) func(bench.Summary) float64 {
		return func(t bench.Summary) float64 {
			d := of(t)
			if d == bench.Never {
				d = t.Trial.Phases.End // benchstat knows no infinity: as long as was waited
			}
			return float64(d)
		}
	}
	list := []benchUnit{
		{"ack-p50-ns", "lower", nanoseconds(func(t bench.Summary) time.Duration { return t.Windows.Fault.Ack.P50 })},
		{"ack-p99-ns", "lower", nanoseconds(func(t bench.Summary) time.Duration { return t.Windows.Fault.Ack.P99 })},
		{"done-p50-ns", "lower", nanoseconds(func(t bench.Summary) time.Duration { return t.Windows.Fault.Done.P50 })},
		{"done-p99-ns", "lower", nanoseconds(func(t bench.Summary) time.Duration { return t.Windows.Fault.Done.P99 })},
		{"orders/s", "higher", func(t bench.Summary) float64 { return t.Windows.Fault.Throughput }},
		{"goodput/s", "higher", func(t bench.Summary) float64 { return t.Windows.Fault.Goodput }},
		{"errors-%", "lower", func(t bench.Summary) float64 { return 100 * t.Windows.Fault.Errors }},
		{"cpu-ns/order", "lower", func(t bench.Summary) float64 { return float64(t.Cost.CPU) }},
	}
	for _, class := range shownViolations {
		list = append(list, benchUnit{string(class), "lower", func(t bench.Summary) float64 { return float64(t.Audit.Classes[class]) }})
	}
	return list
}

// GoBench writes each valid trial as one result of a Go benchmark, for benchstat: trials of an architecture under a fault
// have the same name, and benchstat -col /arch sets architectures side by side.
func GoBench(w io.Writer, r bench.Results) error {
	var b bytes.Buffer
	m := r.Run.Machine
	fmt.Fprintf(&b, "# faultline %s, commit %s, %s\n", plain(r.Run.Version), orDash(plain(r.Run.Commit)), r.Run.Started.UTC().Format(time.RFC3339))
	fmt.Fprintf(&b, "# %s\n", plain(r.Run.Command))
	for _, line := range []struct{ key, value string }{{"goos", m.OS}, {"goarch", m.Arch}, {"pkg", "faultline/bench"}, {"cpu", m.CPU}} {
		if value := plain(line.value); value != "" {
			fmt.Fprintf(&b, "%s: %s\n", line.key, value)
		}
	}
	units := benchUnits()
	for _, u := range units {
		fmt.Fprintf(&b, "Unit %s better=%s\n", u.unit, u.better)
	}
	for _, t := range r.Trials {
		name := fmt.Sprintf("BenchmarkTrial/arch=%s/fault=%s", benchName(t.Trial.Architecture.Name), benchName(t.Trial.Fault.Name))
		if len(t.Invalid) > 0 || t.Interrupted {
			fmt.Fprintf(&b, "# left out: %s, INVALID or interrupted: %s\n", name, plain(strings.Join(t.Invalid, "; ")))
			continue
		}
		fmt.Fprintf(&b, "%s 1", name)
		for _, u := range units {
			fmt.Fprintf(&b, " %s %s", benchNumber(u.of(t)), u.unit)
		}
		b.WriteString("\n")
	}
	_, err := b.WriteTo(w)
	return err
}

// benchNumber writes a number as strconv reads it, without an exponent.
func benchNumber(v float64) string {
	s := fmt.Sprintf("%.6f", v)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// benchName keeps what the name of a benchmark may have: no space, no slash, nothing that is read as its processors.
func benchName(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '.':
			return r
		}
		return '_'
	}, s)
	if i := strings.LastIndexByte(s, '-'); i >= 0 && strings.Trim(s[i+1:], "0123456789") == "" {
		s = s[:i] + "_" + s[i+1:]
	}
	return s
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
