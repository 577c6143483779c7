package process

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"faultline/bench"
)

// startTimeout is how long a child may take until it listens.
const startTimeout = 30 * time.Second

// tuning keeps a child's Go runtime on one processor at a time: a dozen processes that each spin for work on all
// processors cost half as much again, and delay each other and the load generator. And it collects garbage less often
// than a heap of a few megabytes would have it, which is a tenth of what an order costs.
var tuning = []string{"GOMAXPROCS=1", "GOGC=400"}

// A Child is one service as a child process, over all its lives.
type Child struct {
	runtime *Runtime
	spec    Spec

	mu        sync.Mutex
	stopped   bool
	cmd       *exec.Cmd
	lifeline  *os.File
	addresses bench.Addresses
	exited    chan struct{}
}

// NewSpec is what the child of a service is told, with its state in dir.
func NewSpec(s bench.Service, dir string, listen bench.Addresses) (Spec, error) {
	config, err := json.Marshal(s.Config)
	if err != nil {
		return Spec{}, fmt.Errorf("encoding the configuration of %s: %w", s.Name, err)
	}
	return Spec{Name: s.Name, Role: s.Role, Dir: dir, Config: config, Dials: s.Dials, Listen: listen}, nil
}

// start begins a life of the child and waits until it listens.
func (c *Child) start(ctx context.Context) error {
	lifeline, addresses, err := c.launch()
	if err != nil {
		return fmt.Errorf("starting %s: %w", c.spec.Name, err)
	}
	defer addresses.Close()
	spec, err := json.Marshal(c.spec)
	if err != nil {
		return fmt.Errorf("starting %s: %w", c.spec.Name, err)
	}
	if _, err := lifeline.Write(append(spec, '\n')); err != nil {
		return c.startError(err)
	}
	_ = addresses.SetReadDeadline(time.Now().Add(startTimeout))
	stop := context.AfterFunc(ctx, func() { _ = addresses.SetReadDeadline(time.Now()) })
	defer stop()
	line, err := bufio.NewReader(addresses).ReadBytes('\n')
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return c.startError(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return json.Unmarshal(line, &c.addresses)
}

// launch starts the process; the returned files are the parent's ends of its pipes.
func (c *Child) launch() (lifeline, addresses *os.File, err error) {
	life, lifeline, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	defer life.Close()
	addresses, told, err := os.Pipe()
	if err != nil {
		lifeline.Close()
		return nil, nil, err
	}
	defer told.Close()
	log, err := os.OpenFile(c.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		lifeline.Close()
		addresses.Close()
		return nil, nil, err
	}
	defer log.Close()
	cmd := exec.Command(c.runtime.program)
	cmd.Env = append(append(os.Environ(), tuning...), childEnv+"="+c.spec.Role)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{life, told}
	cmd.SysProcAttr = attributes()
	if err := c.begin(cmd, lifeline); err != nil {
		lifeline.Close()
		addresses.Close()
		return nil, nil, err
	}
	return lifeline, addresses, nil
}

// begin starts the process on the runtime's thread, and watches for its end.
func (c *Child) begin(cmd *exec.Cmd, lifeline *os.File) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return errors.New("it was stopped for good")
	}
	result := make(chan error, 1)
	c.runtime.starts <- func() { result <- cmd.Start() }
	if err := <-result; err != nil {
		return err
	}
	pid := cmd.Process.Pid
	c.runtime.reaper.watch(pid)
	exited := make(chan struct{})
	c.cmd, c.lifeline, c.exited = cmd, lifeline, exited
	go func() {
		_ = cmd.Wait()
		lifeline.Close()
		c.runtime.reaper.forget(pid)
		close(exited)
	}()
	return nil
}

// startError tells why a child did not come up, with the end of its log.
func (c *Child) startError(err error) error {
	log, _ := os.ReadFile(c.logFile())
	lines := strings.Split(strings.TrimSpace(string(log)), "\n")
	if last := lines[len(lines)-1]; last != "" {
		return fmt.Errorf("starting %s: %s (log: %s)", c.spec.Name, last, c.logFile())
	}
	return fmt.Errorf("starting %s: it did not say where it listens: %w", c.spec.Name, err)
}

func (c *Child) logFile() string { return filepath.Join(c.runtime.logs, c.spec.Name+".log") }

// Addresses are where the child listens in its present life.
func (c *Child) Addresses() bench.Addresses {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.addresses
}

// Exited is closed when the present life has ended.
func (c *Child) Exited() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.exited
}

// Signal delivers a signal to the child and whatever it started.
func (c *Child) Signal(_ context.Context, s bench.Signal) error {
	signals := map[bench.Signal]syscall.Signal{
		bench.SignalKill: syscall.SIGKILL, bench.SignalHang: syscall.SIGSTOP, bench.SignalContinue: syscall.SIGCONT, bench.SignalTerminate: syscall.SIGTERM}
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.exited:
		return fmt.Errorf("signalling %s: %w", c.spec.Name, os.ErrProcessDone)
	default:
	}
	if err := syscall.Kill(-c.cmd.Process.Pid, signals[s]); err != nil {
		return fmt.Errorf("signalling %s: %w", c.spec.Name, err)
	}
	return nil
}

// Restart begins a new life with the durable state of the last, which must have ended.
func (c *Child) Restart(ctx context.Context) error {
	select {
	case <-c.Exited():
		return c.start(ctx)
	default:
		return fmt.Errorf("restarting %s: it still runs", c.spec.Name)
	}
}

// Stop ends the child for good. Nothing it holds needs a gentle end: its state survives a kill, and is removed.
func (c *Child) Stop(ctx context.Context) error {
	c.mu.Lock()
	c.stopped = true
	exited := c.exited
	c.mu.Unlock()
	if exited == nil {
		return nil
	}
	if err := c.Signal(ctx, bench.SignalKill); err != nil && !errors.Is(err, os.ErrProcessDone) && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	<-exited
	return nil
}
