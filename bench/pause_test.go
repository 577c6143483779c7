package bench_test

import (
	"context"
	"math"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"faultline/bench"
	"faultline/targets/process"
)

// The pause of oracle 1: S in T, at a constant rate.
const (
	pauseRate = 2000
	pauseSpan = 1400 * time.Millisecond
	pauseIn   = 30 * time.Second
	pauseAt   = 10 * time.Second
)

// A stub answers every request at once, but for one pause in which it answers nobody. It speaks just enough HTTP, in a
// process of its own: what the oracle is about is the pause, and not how fast a server catches up after it.
type stub struct {
	first   sync.Once
	paused  chan struct{} // closed while it must not answer, and then resumed is open
	resumed chan struct{}
}

// runStub is the stub's process.
func runStub(ctx context.Context, _ process.Spec, listening func(bench.Addresses)) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	listening(bench.Addresses{Main: listener.Addr().String()})
	s := &stub{paused: make(chan struct{}), resumed: make(chan struct{})}
	for {
		conn, err := listener.Accept()
		if err != nil {
			return nil
		}
		go s.serve(conn)
	}
}

// startStub starts a stub and returns its address.
func startStub(t *testing.T) string {
	runtime, err := process.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { runtime.Close() })
	instance, err := runtime.Start(t.Context(), bench.Service{Name: "stub", Role: "stub"})
	if err != nil {
		t.Fatal(err)
	}
	return instance.Addresses().Main
}

// answer is what every request gets.
var answer = []byte("HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 41\r\n\r\n" +
	`{"order_id":"ord_x","status":"confirmed"}`)

func (s *stub) serve(conn net.Conn) {
	defer conn.Close()
	buffer := make([]byte, 4096)
	for {
		if _, err := conn.Read(buffer); err != nil { // a request fits into one segment
			return
		}
		s.first.Do(func() {
			time.AfterFunc(pauseAt, func() { close(s.paused) })
			time.AfterFunc(pauseAt+pauseSpan, func() { close(s.resumed) })
		})
		select {
		case <-s.paused:
			<-s.resumed
		default:
		}
		if _, err := conn.Write(answer); err != nil {
			return
		}
	}
}

// TestOraclePause is oracle 1 of MEASURES: a pause of S in T at a constant rate makes Qq = S − (1 − q)·T, from the
// planned times. vegeta's own latency, with as few workers as people use, hides it; it is logged beside.
func TestOraclePause(t *testing.T) {
	needTime(t)
	want := (pauseSpan - pauseIn/100).Seconds()
	least := math.Inf(1)
	for range pauseTries { // whatever else the machine does can only add to a wait
		p99 := pausedP99(t)
		t.Logf("p99 from the schedule %.3f s, predicted %.3f s", p99, want)
		if p99 < want {
			t.Fatalf("p99 = %.3f s: less than the pause made of it, %.3f s", p99, want)
		}
		if least = min(least, p99); least <= 1.05*want {
			break
		}
	}
	if least > 1.05*want {
		t.Errorf("p99 = %.3f s at best, want %.3f s, 0 to +5 %%", least, want)
	}
	t.Logf("vegeta's own p99 with 10 workers: %.4f s", cappedVegeta(t))
}

// pauseTries is how often the pause is tried until the machine lets it be seen undisturbed.
const pauseTries = 6

// pausedP99 drives a stub through its pause, and returns the p99 from the schedule in seconds.
func pausedP99(t *testing.T) float64 {
	load := bench.Load{Rate: pauseRate, Arrivals: bench.Constant, Timeout: 10 * time.Second, Memory: 4 << 30}
	var mu sync.Mutex
	var waits []float64
	bench.Drive(t.Context(), load, bench.Schedule(load, pauseIn, 1), startStub(t), func(o bench.Order) {
		mu.Lock()
		defer mu.Unlock()
		waits = append(waits, (o.Acked - o.Planned).Seconds())
	})
	slices.Sort(waits)
	return waits[int(math.Ceil(0.99*float64(len(waits))))-1]
}

// cappedVegeta attacks a stub of its own as oracle 1 does, with 10 workers, and returns the p99 it reports, in seconds.
func cappedVegeta(t *testing.T) float64 {
	attacker := vegeta.NewAttacker(vegeta.MaxWorkers(10))
	target := vegeta.NewStaticTargeter(vegeta.Target{Method: http.MethodGet, URL: "http://" + startStub(t)})
	var m vegeta.Metrics
	for r := range attacker.Attack(target, vegeta.Rate{Freq: pauseRate, Per: time.Second}, pauseIn, "") {
		m.Add(r)
	}
	m.Close()
	return m.Latencies.P99.Seconds()
}
