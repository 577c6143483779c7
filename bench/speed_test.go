package bench_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"
	"testing"
	"time"

	"faultline/bench"
	"faultline/reports"
)

// The run of the benchmarks of speed: a million orders, a thousand a second, and eight services.
const (
	manyOrders   = 1_000_000
	manyServices = 8
	manyRate     = 1000
)

// A manyRun is a made-up run of the same orders without and with a slow service, so many times over.
type manyRun struct {
	services []string
	header   bench.RunHeader
	span     time.Duration // of a trial's load
}

func newManyRun(trials, orders int) manyRun {
	m := manyRun{services: []string{"order"}, span: time.Duration(orders) * time.Second / manyRate}
	a := bench.Architecture{Name: "many", Links: []bench.Link{{From: bench.Client, To: "order", Transport: bench.Wait}}}
	for i := 1; i < manyServices; i++ {
		m.services = append(m.services, fmt.Sprintf("service-%d", i))
		a.Links = append(a.Links, bench.Link{From: m.services[i-1], To: m.services[i], Transport: "http"})
	}
	d := bench.Defaults()
	m.header = bench.RunHeader{Schema: bench.SchemaVersion, Transports: []bench.Transport{{Name: "http", Blocking: true}}, Plan: bench.Plan{SLO: d.SLO,
		Load: bench.Load{Rate: manyRate}, Flow: d.Flow, Trials: trials, Architectures: []bench.Architecture{a},
		Faults: []bench.Fault{{Name: bench.Control}, {Name: "slow", Kind: bench.Slow, Place: m.services[manyServices-1], Delay: 200 * time.Millisecond}}}}
	return m
}

// write leaves the run on disk, as a run does.
func (m manyRun) write(b *testing.B, dir string) {
	b.Helper()
	raw, err := json.Marshal(m.header)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "run.json"), raw, 0o644)
	}
	for repeat := range m.header.Plan.Trials {
		for i, fault := range m.header.Plan.Faults {
			if index := 2*repeat + i; err == nil {
				err = m.writeTrial(filepath.Join(dir, "trials", strconv.Itoa(index)), index, fault)
			}
		}
	}
	if err != nil {
		b.Fatal(err)
	}
}

func (m manyRun) writeTrial(dir string, index int, fault bench.Fault) error {
	p := bench.Phases{Baseline: m.span / 100, Fault: m.span * 2 / 5, Recovery: m.span * 3 / 5, Drain: m.span, End: m.span + time.Minute}
	h := bench.TrialHeader{Schema: bench.SchemaVersion, Index: index, Architecture: m.header.Plan.Architectures[0], Fault: fault, Phases: p, Repeat: 1 + index/2,
		Seed: 1, Ready: time.Second}
	w, err := bench.Create(dir, h)
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(1, 2))
	orders := int(m.span * manyRate / time.Second)
	planned := make([]time.Duration, orders)
	for i := range planned {
		planned[i] = time.Duration(i) * time.Second / manyRate
	}
	w.Planned(planned)
	for i, at := range planned {
		o := m.order(i, at, fault, p, random)
		w.Answer(o)
		w.Records([]bench.Record{{Order: o.ID, Key: bench.Key(h, i), Status: "confirmed"}})
		for j, effect := range []string{"score", "check", "charge", "reservation", "done"} {
			w.Journal([]bench.Entry{{T: o.Done, Service: m.services[j], Order: o.ID, Effect: effect, N: 1}})
		}
	}
	for t := time.Duration(0); t < m.span; t += time.Second {
		for i, service := range m.services {
			w.Sample(manySample(service, t, m.services[i+1:], random))
		}
	}
	if fault.Kind != bench.NoFault {
		w.Event(bench.Event{T: p.Fault, Kind: bench.EventInject, Place: fault.Place})
		w.Event(bench.Event{T: p.Recovery, Kind: bench.EventHeal})
	}
	w.Event(bench.Event{T: p.End, Kind: bench.EventBooks})
	w.Event(bench.Event{T: p.End, Kind: bench.EventFinish})
	return w.Close()
}

// order is one that took 20 ms on average, and longer by the fault's delay in its window.
func (m manyRun) order(i int, at time.Duration, fault bench.Fault, p bench.Phases, random *rand.Rand) bench.Order {
	done := at + time.Duration(random.ExpFloat64()*float64(20*time.Millisecond))
	if at >= p.Fault && at < p.Recovery {
		done += fault.Delay
	}
	return bench.Order{Seq: i, Planned: at, Sent: at + 50*time.Microsecond, Acked: done, Done: done, Settled: done, Code: 201,
		ID: "ord_" + strconv.FormatUint(uint64(i)*2654435761, 36), Status: bench.WordOf("confirmed"), Attempts: 1, Told: bench.ToldAccepted}
}

func manySample(service string, at time.Duration, callees []string, random *rand.Rand) bench.Sample {
	h := func() bench.Histogram {
		h := bench.Histogram{}
		for range 40 {
			h[80+random.IntN(60)] += manyRate / 40
		}
		return h
	}
	s := bench.Sample{From: at, To: at + time.Second, Service: service, Requests: map[string]int64{bench.OutcomeOK: manyRate}, Latency: h(), Slot: h(), Work: h(),
		Sum: manyRate * 0.02, WorkSum: manyRate * 0.005, Spent: bench.Spent{Work: manyRate * 0.005}}
	if len(callees) > 0 {
		s.Spent.Others = map[string]float64{callees[0]: manyRate * 0.015}
		s.Calls = map[string]bench.CallsByCallee{callees[0]: {Outcomes: map[string]int64{bench.OutcomeOK: manyRate}, Latency: h(), Sum: manyRate * 0.015}}
	}
	return s
}

// used is the processor time that this process used, in seconds: what a benchmark takes on a machine that others use as well.
func used(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// peak is the most resident memory that do takes, in MB, all of this process's; 0 where the system does not tell.
func peak(do func()) float64 {
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil { // forgets the peak so far
		do()
		return 0
	}
	do()
	status, _ := os.ReadFile("/proc/self/status")
	_, after, _ := bytes.Cut(status, []byte("VmHWM:"))
	kB, _ := strconv.ParseFloat(string(bytes.Fields(after)[0]), 64)
	return kB / 1000
}

// BenchmarkAnalysis computes the figures of a trial of a million orders and eight services, given its control's. It must take
// less than 3 s of a processor, and 300 MB beside the facts themselves.
func BenchmarkAnalysis(b *testing.B) {
	m, dir := newManyRun(1, manyOrders), b.TempDir()
	m.write(b, dir)
	_, all, err := bench.ReadRun(dir)
	if err != nil {
		b.Fatal(err)
	}
	runtime.GC()
	b.ReportAllocs()
	begin := used(b)
	for b.Loop() {
		if s := bench.Summarize(m.header, &all[0], all[1]); s.Audit.Classes[bench.OK] != manyOrders {
			b.Fatalf("%v", s.Audit.Classes)
		}
	}
	b.ReportMetric((used(b)-begin)/float64(b.N), "cpu-s/op")
}

// BenchmarkReport reads a run of a million orders in twenty trials, half of them under a fault, and writes its page. It must take less
// than 2 s and 200 MB.
func BenchmarkReport(b *testing.B) {
	m, dir := newManyRun(10, manyOrders/20), b.TempDir()
	m.write(b, dir)
	b.ReportAllocs()
	begin, most := used(b), 0.0
	for b.Loop() {
		most = max(most, peak(func() {
			header, trials, err := bench.ReadSummaries(dir)
			if err == nil {
				err = reports.HTML(io.Discard, bench.Conclude(header, trials))
			}
			offered := 0
			for _, s := range trials {
				offered += s.Audit.Classes[bench.OK]
			}
			if err != nil || offered != manyOrders {
				b.Fatal(offered, err)
			}
		}))
	}
	b.ReportMetric((used(b)-begin)/float64(b.N), "cpu-s/op")
	b.ReportMetric(most, "peak-MB")
}
