package process

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"

	"faultline/bench"
)

// A Runtime starts services as child processes on 127.0.0.1.
type Runtime struct {
	dir     string // the durable state of the services
	program string
	logs    string // one file a service
	reaper  *Reaper
	starts  chan func()
	closed  sync.Once

	mu       sync.Mutex
	children []*Child
}

// New makes a runtime whose services log into a directory, or if it is "" beside their state, which is removed
// at the end. Close must be called.
func New(logs string) (*Runtime, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program to start it as a service: %w", err)
	}
	dir, err := os.MkdirTemp("", "faultline-")
	if err != nil {
		return nil, fmt.Errorf("making a directory for the services' state: %w", err)
	}
	if logs == "" {
		logs = filepath.Join(dir, "logs")
	}
	if err := os.MkdirAll(logs, 0o755); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("making the directory of logs: %w", err)
	}
	reaper, err := StartReaper(dir)
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	r := &Runtime{program: program, dir: dir, logs: logs, reaper: reaper, starts: make(chan func())}
	go r.fork()
	return r, nil
}

// Dir holds the durable state of the services. It is removed at the end, also at that of a kill -9.
func (r *Runtime) Dir() string { return r.dir }

// childNice is the niceness of all children: where they want more processor time than there is, the load
// generator, which is the parent, still keeps its schedule.
const childNice = 10

// fork starts all children from one thread that lives as long as the runtime: the kernel takes the end of
// the thread that started a child for the death of its parent. The thread is never given back.
func (r *Runtime) fork() {
	runtime.LockOSThread()
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, childNice) // the children inherit the thread's; without it they run as well
	for start := range r.starts {
		start()
	}
}

// Start starts a service and returns when it listens.
func (r *Runtime) Start(ctx context.Context, s bench.Service) (bench.Instance, error) {
	spec, err := NewSpec(s, filepath.Join(r.dir, s.Name), anyPorts(s.Places))
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(spec.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the state directory of %s: %w", s.Name, err)
	}
	c := &Child{runtime: r, spec: spec}
	r.mu.Lock()
	r.children = append(r.children, c)
	r.mu.Unlock()
	if err := c.start(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

// anyPorts are ports of 127.0.0.1 that the system chooses.
func anyPorts(places []string) bench.Addresses {
	const port = "127.0.0.1:0"
	a := bench.Addresses{Main: port, Admin: port, Places: map[string]string{}}
	for _, place := range places {
		a.Places[place] = port
	}
	return a
}

// Close ends every child and removes their state. It may be called again.
func (r *Runtime) Close() error {
	r.mu.Lock()
	children := r.children
	r.children = nil
	r.mu.Unlock()
	for _, c := range children {
		_ = c.Stop(context.Background())
	}
	var err error
	r.closed.Do(func() {
		close(r.starts)
		err = os.RemoveAll(r.dir)
		r.reaper.Close()
	})
	return err
}
