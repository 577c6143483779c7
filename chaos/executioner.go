package chaos

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"faultline/bench"
)

// An executioner kills its victim when a service POSTs that it has passed its crash point, and answers when the victim
// is dead, or stands still and is about to be killed. It strikes once each time it is armed.
type executioner struct {
	victim *service
	note   func(bench.Event)
	stall  time.Duration // how long the victim stands still before it is killed
	dying  sync.WaitGroup
	armed  atomic.Bool
	struck chan error
	url    string
	server *http.Server
	ended  chan struct{}
}

// open listens where a service at that address can reach us; close awaits what it starts.
func (e *executioner) open(service string) error {
	l, err := net.Listen("tcp4", net.JoinHostPort(ourSide(service), "0"))
	if err != nil {
		return fmt.Errorf("listening for crash points: %w", err)
	}
	e.url = "http://" + l.Addr().String() + "/"
	e.struck, e.ended = make(chan error, 1), make(chan struct{})
	e.server = &http.Server{Handler: http.HandlerFunc(e.serve)}
	go func() {
		defer close(e.ended)
		e.server.Serve(l)
	}()
	return nil
}

// ourSide is our own address on the way to another: 127.0.0.1, or what the services' network calls this machine.
func ourSide(address string) string {
	conn, err := net.Dial("udp4", address) // sends nothing
	if err != nil {
		return "127.0.0.1"
	}
	defer conn.Close()
	return conn.LocalAddr().(*net.UDPAddr).IP.String()
}

// arm returns where the service must POST.
func (e *executioner) arm() string {
	e.armed.Store(true)
	return e.url
}

func (e *executioner) disarm() { e.armed.Store(false) }

// serve kills even if the service has stopped waiting: its point was passed.
func (e *executioner) serve(w http.ResponseWriter, r *http.Request) {
	if e.armed.CompareAndSwap(true, false) {
		e.strike(context.WithoutCancel(r.Context()))
	}
	w.WriteHeader(http.StatusNoContent)
}

// strike returns when the victim does nothing any more; struck has the result once it is dead.
func (e *executioner) strike(ctx context.Context) {
	if e.stall == 0 {
		e.struck <- e.victim.kill(ctx, e.note)
		return
	}
	if err := e.victim.Signal(ctx, bench.SignalHang); err != nil {
		e.struck <- fmt.Errorf("stopping %s: %w", e.victim.name, err)
		return
	}
	e.dying.Go(func() {
		pause(ctx, e.stall)
		e.struck <- e.victim.kill(ctx, e.note)
	})
}

func (e *executioner) await(ctx context.Context) error {
	select {
	case err := <-e.struck:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-e.struck: // just before
		return err
	default:
		return ctx.Err()
	}
}

// close answers those who still wait and returns when nothing is left of it; it may be repeated.
func (e *executioner) close(ctx context.Context) error {
	if e.server == nil {
		return nil
	}
	if err := e.server.Shutdown(ctx); err != nil {
		return fmt.Errorf("closing the listener for crash points: %w", err)
	}
	<-e.ended
	e.dying.Wait()
	return nil
}
