package reports

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"faultline/bench"
)

// OpenMetrics writes the measures of every valid trial as gauges, to be pushed or scraped after a run.
func OpenMetrics(w io.Writer, r bench.Results) error {
	var b bytes.Buffer
	for _, f := range families(r) {
		if _, err := expfmt.MetricFamilyToOpenMetrics(&b, f); err != nil {
			return fmt.Errorf("writing OpenMetrics: %w", err)
		}
	}
	if _, err := expfmt.FinalizeOpenMetrics(&b); err != nil {
		return fmt.Errorf("writing OpenMetrics: %w", err)
	}
	_, err := b.WriteTo(w)
	return err
}

// families are the gauges that have a value, in the order of bench.Measures.
func families(r bench.Results) (list []*dto.MetricFamily) {
	add := func(name, help string, value float64, labels ...string) {
		i := slices.IndexFunc(list, func(f *dto.MetricFamily) bool { return f.GetName() == name })
		if i < 0 {
			i = len(list)
			list = append(list, &dto.MetricFamily{Name: &name, Help: &help, Type: dto.MetricType_GAUGE.Enum()})
		}
		list[i].Metric = append(list[i].Metric, &dto.Metric{Label: labelPairs(labels), Gauge: &dto.Gauge{Value: &value}})
	}
	for _, t := range r.Trials {
		labels := []string{"architecture", t.Trial.Architecture.Name, "fault", t.Trial.Fault.Name, "repeat", strconv.Itoa(t.Trial.Repeat)}
		valid := len(t.Invalid) == 0 && !t.Interrupted
		add("faultline_trial_valid", "1 if the trial tested something.", map[bool]float64{true: 1}[valid], labels...)
		if !valid {
			continue
		}
		for _, m := range bench.Measures() {
			if v := m.Of(t); !math.IsNaN(v) {
				name, label := familyOf(m)
				add(name, helpOf(m), v, append(slices.Clone(labels), label...)...)
			}
		}
	}
	for _, g := range r.Gates {
		for _, c := range g.Cells {
			add("faultline_gate", "1: pass, 0: fail, 0.5: inconclusive.", map[bench.Outcome]float64{bench.Pass: 1, bench.Inconclusive: 0.5}[c.Outcome],
				"gate", g.Gate, "architecture", c.Architecture, "fault", c.Fault)
		}
	}
	return list
}

// familyOf is the family of a measure, and the label that tells it from others of it.
func familyOf(m bench.Measure) (name string, label []string) {
	name = strings.NewReplacer(" ", "_", "-", "_").Replace(m.Name)
	if base, quantile, ok := strings.Cut(m.Name, " p"); ok {
		return "faultline_" + base + "_seconds", []string{"quantile", "0." + quantile}
	}
	switch m.Unit {
	case bench.Seconds:
		return "faultline_" + name + "_seconds", nil
	case bench.Share:
		return "faultline_" + name + "_ratio", nil
	case bench.PerSecond:
		return "faultline_" + name + "_orders_per_second", nil
	}
	return "faultline_orders", []string{"class", m.Name}
}

func helpOf(m bench.Measure) string {
	return strings.ToUpper(m.About[:1]) + m.About[1:] + "."
}

// labelPairs takes names and values in turn.
func labelPairs(labels []string) (pairs []*dto.LabelPair) {
	for i := 0; i+1 < len(labels); i += 2 {
		name, value := labels[i], plain(labels[i+1])
		pairs = append(pairs, &dto.LabelPair{Name: &name, Value: &value})
	}
	return pairs
}
