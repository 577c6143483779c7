package bench

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// The trial of the speed benchmark: a million orders in 1000 s, and eight services.
const (
	manyOrders   = 1_000_000
	manyServices = 8
	manySpan     = 1000 * time.Second
)

// manyFacts makes up a trial of n orders: a chain of services, a fault in its middle, every order in five books.
func manyFacts(n int, kind FaultKind) Facts {
	p := Phases{Baseline: 10 * time.Second, Fault: 400 * time.Second, Recovery: 600 * time.Second, Drain: manySpan, End: manySpan + time.Minute}
	a := Architecture{Name: "many", Links: []Link{{From: Client, To: "order", Transport: Wait}}}
	services := []string{"order"}
	for i := 1; i < manyServices; i++ {
		services = append(services, fmt.Sprintf("service-%d", i))
		a.Links = append(a.Links, Link{From: services[i-1], To: services[i], Transport: "http"})
	}
	f := Facts{Trial: TrialHeader{Schema: SchemaVersion, Architecture: a, Phases: p, Repeat: 1, Seed: 1, Ready: time.Second,
		Fault: Fault{Name: "slow", Kind: kind, Place: services[7], Delay: 200 * time.Millisecond}}}
	random := rand.New(rand.NewPCG(1, 2))
	f.Orders = make([]Order, n)
	f.Journal = make([]Entry, 0, 5*n)
	f.Records = make([]Record, 0, n)
	for i := range f.Orders {
		at := time.Duration(float64(manySpan) * float64(i) / float64(n))
		took := time.Duration(random.ExpFloat64() * float64(20*time.Millisecond))
		if kind != NoFault && at >= p.Fault && at < p.Recovery {
			took += 200 * time.Millisecond
		}
		f.Orders[i] = Order{Seq: i, Planned: at, Sent: at + 50*time.Microsecond, Acked: at + took, Done: at + took, Settled: at + took, Code: 201,
			ID: "ord_" + strconv.FormatUint(uint64(i)*2654435761, 36), Status: "confirmed", Attempts: 1, Told: ToldAccepted}
		f.Records = append(f.Records, Record{Order: f.Orders[i].ID, Key: Key(f.Trial, i), Status: "confirmed"})
		for j, effect := range []string{"score", "check", "charge", "reservation", "done"} {
			f.Journal = append(f.Journal, Entry{T: at + took, Service: services[j], Order: f.Orders[i].ID, Effect: effect, N: 1})
		}
	}
	for t := time.Duration(0); t < manySpan; t += time.Second {
		for i, service := range services {
			f.Samples = append(f.Samples, manySample(service, t, n/1000, services[i+1:], random))
		}
	}
	f.Events = []Event{{T: p.Fault, Kind: EventInject, Place: services[7]}, {T: p.Recovery, Kind: EventHeal}, {T: p.End, Kind: EventBooks}, {T: p.End, Kind: EventFinish}}
	return f
}

func manySample(service string, at time.Duration, calls int, callees []string, random *rand.Rand) Sample {
	h := func() Histogram {
		h := Histogram{}
		for range 40 {
			h[80+random.IntN(60)] += int64(calls / 40)
		}
		return h
	}
	s := Sample{From: at, To: at + time.Second, Service: service, Requests: map[string]int64{OutcomeOK: int64(calls)}, Latency: h(), Slot: h(), Work: h(),
		Sum: float64(calls) * 0.02, WorkSum: float64(calls) * 0.005, Spent: Spent{Work: float64(calls) * 0.005}}
	if len(callees) > 0 {
		s.Spent.Others = map[string]float64{callees[0]: float64(calls) * 0.015}
		s.Calls = map[string]CallsByCallee{callees[0]: {Outcomes: map[string]int64{OutcomeOK: int64(calls)}, Latency: h(), Sum: float64(calls) * 0.015}}
	}
	return s
}

// write leaves facts on disk as a trial does.
func (f Facts) write(dir string) error {
	w, err := Create(dir, f.Trial)
	if err != nil {
		return err
	}
	planned := make([]time.Duration, len(f.Orders))
	for i, o := range f.Orders {
		planned[i] = o.Planned
	}
	w.Planned(planned)
	for _, o := range f.Orders {
		w.Answer(o)
	}
	for _, s := range f.Samples {
		w.Sample(s)
	}
	for _, e := range f.Events {
		w.Event(e)
	}
	w.Journal(f.Journal)
	w.Records(f.Records)
	return w.Close()
}

// used is the processor time that this process used, in seconds: what a benchmark takes on a machine that others use as well.
func used(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// BenchmarkAnalysis computes the figures of a trial of a million orders and eight services, given its control's. It must take
// less than 3 s of a processor, and 300 MB beside the facts themselves.
func BenchmarkAnalysis(b *testing.B) {
	h := planOf()
	control := checkControl(manyFacts(manyOrders, NoFault), h.Plan.SLO)
	f := manyFacts(manyOrders, Slow)
	runtime.GC()
	b.ReportAllocs()
	begin := used(b)
	for b.Loop() {
		if s := summarize(h, control, f); s.Audit.Classes[OK] != manyOrders {
			b.Fatalf("%v", s.Audit.Classes)
		}
	}
	b.ReportMetric((used(b)-begin)/float64(b.N), "cpu-s/op")
}

// BenchmarkReading reads such a trial from disk.
func BenchmarkReading(b *testing.B) {
	dir, err := os.MkdirTemp("", "many-")
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := manyFacts(manyOrders, Slow).write(dir); err != nil {
		b.Fatal(err)
	}
	runtime.GC()
	b.ReportAllocs()
	begin := used(b)
	for b.Loop() {
		if f, err := ReadTrial(dir); err != nil || len(f.Orders) != manyOrders {
			b.Fatal(err)
		}
	}
	b.ReportMetric((used(b)-begin)/float64(b.N), "cpu-s/op")
}
