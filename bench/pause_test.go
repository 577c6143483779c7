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
	pauseRate = 500 // light: other tests run beside it
	pauseSpan = 1400 * time.Millisecond
	pauseIn   = 30 * time.Second
	pauseAt   = 10 * time.Second
)

// A stub answers every request at once, but for one pause, after which it answers whoever waits, in the order they came.
// It speaks just enough HTTP, in a process of its own: what the oracle is about is the pause, and not how fast a server
// catches up after it.
type stub struct {
	first  sync.Once
	mu     sync.Mutex
	paused bool
	held   []net.Conn // those that wait, while paused
}

// runStub is the stub's process.
func runStub(ctx context.Context, _ process.Spec, listening func(bench.Addresses)) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	listening(bench.Addresses{Main: listener.Addr().String()})
	s := &stub{}
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
			time.AfterFunc(pauseAt, s.pause)
			time.AfterFunc(pauseAt+pauseSpan, s.resume)
		})
		s.answer(conn)
	}
}

// answer answers the request that came by conn, now or when the pause ends.
func (s *stub) answer(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paused {
		s.held = append(s.held, conn)
		return
	}
	conn.Write(answer) // a client that has gone away needs none
}

func (s *stub) pause() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paused = true
}

func (s *stub) resume() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paused = false
	for _, conn := range s.held {
		conn.Write(answer)
	}
}

// TestOraclePause is oracle 1 of MEASURES: a pause of S in T at a constant rate makes Qq = S − (1 − q)·T, from the
// planned times.
func TestOraclePause(t *testing.T) {
	needTime(t)
	t.Parallel()
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
}

// pauseTries is how often the pause is tried until the machine lets it be seen undisturbed.
const pauseTries = 3

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

// TestPauseHiddenByFewWorkers says why the driver counts from the schedule: vegeta's own latency, with as few workers as
// people use, has next to nothing of the same pause.
func TestPauseHiddenByFewWorkers(t *testing.T) {
	needTime(t)
	t.Parallel()
	p99 := cappedVegeta(t)
	t.Logf("vegeta's own p99 with 10 workers: %.4f s", p99)
	if p99 > 0.25 {
		t.Errorf("p99 = %.3f s: it did not hide the pause of %v", p99, pauseSpan)
	}
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
