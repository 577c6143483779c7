package docker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"faultline/bench"
	"faultline/targets/process"
)

// RoleProbe is the role of a container that is there to be dialled.
const RoleProbe = "docker-probe"

// Probe greets whoever connects to Main.
func Probe(ctx context.Context, s process.Spec, listening func(bench.Addresses)) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", s.Listen.Main)
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	defer context.AfterFunc(ctx, func() { l.Close() })()
	listening(s.Listen)
	for {
		conn, err := l.Accept()
		if err != nil {
			return nil
		}
		_, _ = conn.Write([]byte(greeting))
		conn.Close()
	}
}

const (
	greeting   = "here\n"
	reachLimit = 2 * time.Second
)

// tryReach finds out how containers are reached from here: by their own addresses, or else by published ports.
func (e *Engine) tryReach(ctx context.Context) error {
	var errs error
	for _, e.direct = range []bool{true, false} {
		err := e.greet(ctx)
		if err == nil {
			return nil
		}
		errs = errors.Join(errs, err)
	}
	return fmt.Errorf("its containers are reached neither by their own addresses nor by published ports: %w", oneLine(errs))
}

// greet starts a container and dials it.
func (e *Engine) greet(ctx context.Context) (err error) {
	r, err := New(ctx, e, "", "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	i, err := r.Start(ctx, bench.Service{Name: "probe", Role: RoleProbe})
	if err != nil {
		return err
	}
	conn, err := net.DialTimeout("tcp", i.Addresses().Main, reachLimit)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(reachLimit)); err != nil {
		return err
	}
	said := make([]byte, len(greeting)) // a proxy for published ports accepts whether anybody listens or not
	if _, err := conn.Read(said); err != nil || string(said) != greeting {
		return fmt.Errorf("%s answers %q: %w", i.Addresses().Main, said, err)
	}
	return nil
}
