package chaos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"

	"faultline/bench"
	"faultline/chaos/links"
)

// A fake runtime runs services, and the links, in this process.
type fake struct {
	services map[string]*fakeService
	links    *fakeLinks
}

func (f *fake) Start(ctx context.Context, s bench.Service) (bench.Instance, error) {
	if s.Role == "links" {
		f.links = &fakeLinks{ended: make(chan error, 1)}
		ctx, f.links.stop = context.WithCancel(context.Background())
		ready := make(chan bench.Addresses, 1)
		go func() {
			f.links.ended <- links.Serve(ctx, s.Config.(links.Config), func(a bench.Addresses) { ready <- a })
		}()
		f.links.addresses = <-ready
		return f.links, nil
	}
	i := &fakeService{dials: s.Dials}
	f.services[s.Name] = i
	return i, i.Restart(ctx)
}

type fakeLinks struct {
	bench.Instance
	addresses bench.Addresses
	stop      context.CancelFunc
	ended     chan error
}

func (l *fakeLinks) Addresses() bench.Addresses { return l.addresses }
func (l *fakeLinks) Stop(context.Context) error { l.stop(); return <-l.ended }

// A fake service dies, hangs and is slowed like a process; one address serves for Main and Admin.
type fakeService struct {
	dials map[string]string

	mu            sync.Mutex
	server        *httptest.Server
	exited        chan struct{}
	hung          chan struct{} // closed when it runs on; nil while it runs
	slowed        time.Duration
	poisoned      float64
	point, notify string
	told          []string // its commands, in this life: path and body
	failures      int      // of the next restarts
	starts        int
	stubborn      bool // does not end when it is asked to
}

func (s *fakeService) Restart(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failures > 0 {
		s.failures--
		return errors.New("does not want to start")
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ping", func(http.ResponseWriter, *http.Request) { s.stall() })
	mux.HandleFunc("GET /ready", func(http.ResponseWriter, *http.Request) { s.stall() })
	for _, path := range []string{"slow", "poison", "crash", "fail", "slots", "leak", "consume"} {
		mux.HandleFunc("POST /"+path, s.command)
	}
	mux.HandleFunc("POST /work", func(http.ResponseWriter, *http.Request) { s.pass("after-charge") })
	s.server, s.exited, s.point, s.slowed, s.poisoned = httptest.NewServer(mux), make(chan struct{}), "", 0, 0
	s.told = nil
	s.starts++
	return nil
}

func (s *fakeService) command(w http.ResponseWriter, r *http.Request) {
	var c struct {
		Delay         time.Duration `json:"delay_ns"`
		Share         float64
		Point, Notify string
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, &c)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told = append(s.told, r.URL.Path+" "+string(body))
	if r.URL.Path == "/slow" {
		s.slowed = c.Delay
		return
	}
	if r.URL.Path == "/poison" {
		s.poisoned = c.Share
		return
	}
	if r.URL.Path == "/crash" {
		s.point, s.notify = c.Point, c.Notify
	}
}

// commands are what its present life was told.
func (s *fakeService) commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.told)
}

// pass is where the service's code passes a crash point.
func (s *fakeService) pass(point string) {
	s.mu.Lock()
	armed, notify := s.point == point, s.notify
	if armed {
		s.point = ""
	}
	s.mu.Unlock()
	switch {
	case armed && notify == "":
		s.die()
	case armed:
		if res, err := http.Post(notify, "text/plain", nil); err == nil {
			io.Copy(io.Discard, res.Body)
			res.Body.Close()
		}
	}
}

func (s *fakeService) stall() {
	s.mu.Lock()
	hung := s.hung
	s.mu.Unlock()
	if hung != nil {
		<-hung
	}
}

func (s *fakeService) die() {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.exited:
	default:
		s.server.Listener.Close()
		s.server.CloseClientConnections()
		close(s.exited)
	}
}

func (s *fakeService) Signal(_ context.Context, what bench.Signal) error {
	if what == bench.SignalKill || what == bench.SignalTerminate && !s.stubborn {
		s.die()
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if what == bench.SignalHang {
		s.hung = make(chan struct{})
	} else if what == bench.SignalContinue && s.hung != nil {
		close(s.hung)
		s.hung = nil
	}
	return nil
}

func (s *fakeService) Addresses() bench.Addresses {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.server.Listener.Addr().String()
	return bench.Addresses{Main: a, Admin: a}
}

func (s *fakeService) Exited() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.exited
}

func (s *fakeService) Usage() (bench.Usage, error) { return bench.Usage{}, nil }

func (s *fakeService) Stop(context.Context) error {
	s.die()
	s.server.Close()
	return nil
}

func (s *fakeService) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprintf("slowed %v, poisoned %g, point %q, %d starts", s.slowed, s.poisoned, s.point, s.starts)
}
