package reports

import (
	"bytes"
	"fmt"
	"io"
	"math"

	"faultline/bench"
)

// A Part is one file of a format that is a folder.
type Part struct {
	Name   string // with its extension
	Format Format
}

// HGRM writes the percentile distributions of every architecture under every fault, one after the other, each under a line
// that names it. Programs that plot them expect one a file: HGRMs are those.
func HGRM(w io.Writer, r bench.Results) error {
	var b bytes.Buffer
	parts := HGRMs(r)
	for _, p := range parts {
		fmt.Fprintf(&b, "#[%s]\n", p.Name)
		if err := p.Format(&b, r); err != nil {
			return err
		}
		b.WriteString("\n")
	}
	if len(parts) == 0 {
		b.WriteString("#[no valid trial: there is no distribution]\n")
	}
	_, err := b.WriteTo(w)
	return err
}

// HGRMs are the percentile distributions of the median trial of each architecture under each fault, in the form of
// HdrHistogram's percentile output, in milliseconds: of answers, and of orders done.
func HGRMs(r bench.Results) (parts []Part) {
	g := newGrid(r)
	for _, f := range g.faults {
		for _, c := range g.row(f) {
			t := c.median()
			if t == nil {
				continue
			}
			name := benchName(c.arch.Name) + "." + benchName(f.Name)
			w := t.Windows.Fault
			parts = append(parts,
				Part{name + ".answer.hgrm", distribution(t.AckCurve, w.Ack)},
				Part{name + ".done.hgrm", distribution(t.DoneCurve, w.Done)})
		}
	}
	return parts
}

// distribution writes a percentile curve: value, percentile, how many are at most that, and 1/(1−percentile). Orders that
// never came are in the percentiles and have no line: the curve ends before them.
func distribution(curve []bench.Point, q bench.Quantiles) Format {
	return func(w io.Writer, _ bench.Results) error {
		var b bytes.Buffer
		fmt.Fprintf(&b, "%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)")
		came := q.N - q.Never
		row := func(seconds, at float64, total int, inverse string) {
			fmt.Fprintf(&b, "%12.3f %2.12f %10d %14s\n", 1000*seconds, at, total, inverse)
		}
		for _, p := range curve {
			if total := atMost(p.Q, q.N); p.Seconds >= 0 && total < came {
				row(p.Seconds, p.Q, total, fmt.Sprintf("%.2f", 1/(1-p.Q)))
			}
		}
		switch {
		case came > 0 && q.Never > 0:
			row(q.Max.Seconds(), float64(came)/float64(q.N), came, fmt.Sprintf("%.2f", float64(q.N)/float64(q.Never)))
		case came > 0:
			row(q.Max.Seconds(), 1, came, "inf")
		}
		fmt.Fprintf(&b, "#[Max     = %12.3f, Total count    = %12d]\n", 1000*q.Max.Seconds(), q.N)
		fmt.Fprintf(&b, "#[Never   = %12d]\n", q.Never)
		_, err := b.WriteTo(w)
		return err
	}
}

// atMost is the rank of a quantile: how many of n are at most it.
func atMost(q float64, n int) int { return max(min(1, n), int(math.Ceil(q*float64(n)-1e-9))) }
