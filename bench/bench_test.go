package bench_test

import (
	"fmt"
	"testing"
	"time"

	"faultline/bench"
)

// BenchmarkTrial runs each architecture under each fault that fits it, as in make report: one operation is one trial.
// An invalid trial fails its benchmark: its figures are not to be trusted.
func BenchmarkTrial(b *testing.B) {
	for _, unit := range []string{"ack-p99-ns", "done-p99-ns", "lost", "affected/s", "cpu-ns/order", "harness-cpu-%"} {
		fmt.Printf("Unit %s better=lower\n", unit)
	}
	for _, unit := range []string{"orders/s", "goodput/s"} {
		fmt.Printf("Unit %s better=higher\n", unit)
	}
	catalogue := newCatalogue()
	for _, a := range catalogue.Architectures {
		for _, f := range catalogue.Faults {
			if catalogue.Fits(f, a) == nil && catalogue.Stands(f, defaultPlan(b, a.Name)) == nil {
				b.Run("arch="+a.Name+"/fault="+f.Name, func(b *testing.B) { benchmarkTrial(b, a, f) })
			}
		}
	}
}

// BenchmarkCost runs each architecture undisturbed at 200 orders a second: what an order costs its services.
func BenchmarkCost(b *testing.B) {
	for _, a := range newCatalogue().Architectures {
		b.Run(a.Name, func(b *testing.B) {
			plan := defaultPlan(b, a.Name)
			plan.Load.Rate = 200
			benchmarkPlan(b, plan)
		})
	}
}

func benchmarkTrial(b *testing.B, a bench.Architecture, f bench.Fault) {
	plan := defaultPlan(b, a.Name)
	plan.Faults = []bench.Fault{f}
	benchmarkPlan(b, plan)
}

// benchmarkPlan runs the first trial of a plan.
func benchmarkPlan(b *testing.B, plan bench.Plan) {
	plan.Faults = plan.Faults[:1]
	var sum figures
	for range b.N {
		s := runPlan(b, plan).Trials[0]
		if len(s.Invalid) > 0 {
			b.Fatalf("invalid: %s", s.Invalid[0])
		}
		sum.add(s)
	}
	sum.report(b)
}

// figures are sums over trials; an operation's figure is their mean.
type figures struct{ ack, done, orders, goodput, lost, affected, cost, cpu float64 }

func (f *figures) add(s bench.Summary) {
	w := s.Windows.Fault
	f.ack += nanoseconds(w.Ack.P99)
	f.done += nanoseconds(w.Done.P99)
	f.orders += w.Throughput
	f.goodput += w.Goodput
	f.lost += float64(s.Audit.Classes[bench.Lost])
	f.affected += w.LateDone * float64(w.Done.N) / (w.To - w.From).Seconds()
	f.cost += nanoseconds(s.Cost.CPU)
	f.cpu += 100 * (s.Harness.CPU + s.Harness.LinksCPU)
}

// report gives the means. ns/op is the length of a trial, and says nothing.
func (f *figures) report(b *testing.B) {
	n := float64(b.N)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(f.ack/n, "ack-p99-ns")
	b.ReportMetric(f.done/n, "done-p99-ns")
	b.ReportMetric(f.orders/n, "orders/s")
	b.ReportMetric(f.goodput/n, "goodput/s")
	b.ReportMetric(f.lost/n, "lost")
	b.ReportMetric(f.affected/n, "affected/s")
	b.ReportMetric(f.cost/n, "cpu-ns/order")
	b.ReportMetric(f.cpu/n, "harness-cpu-%")
}

// nanoseconds writes a wait that never ended as the longest that the drain allows: benchstat knows no infinity.
func nanoseconds(d time.Duration) float64 {
	if d == bench.Never {
		d = bench.Defaults().Windows.Phases().End
	}
	return float64(d)
}
