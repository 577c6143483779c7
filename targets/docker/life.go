package docker

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
)

// A life is one run of a container, from before its start to its end.
type life struct {
	listening chan struct{} // closed when its log says so
	exited    chan struct{} // closed when it has ended, and its log is whole
}

// beginLife watches a container that is about to start: what it says goes to the file log, at its end. ctx ends the watching.
func beginLife(ctx context.Context, c *client.Client, id, log, listening string) (*life, error) {
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("opening its log: %w", err)
	}
	said, err := c.ContainerAttach(ctx, id, client.ContainerAttachOptions{Stream: true, Stdout: true, Stderr: true})
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("listening to its log: %w", err)
	}
	end := c.ContainerWait(ctx, id, client.ContainerWaitOptions{Condition: container.WaitConditionNextExit})
	l := &life{listening: make(chan struct{}), exited: make(chan struct{})}
	logged := make(chan struct{})
	go func() {
		defer close(logged)
		defer file.Close()
		to := &watcher{Writer: file, want: []byte(listening), seen: l.listening}
		_, _ = stdcopy.StdCopy(to, to, said.Reader)
	}()
	go func() {
		defer close(l.exited)
		defer said.Close()
		awaitEnd(ctx, c, id, end)
		select {
		case <-logged:
		case <-time.After(logPatience):
		}
	}()
	return l, nil
}

// logPatience is how long the rest of a log may take after its container has ended.
const logPatience = time.Second

// awaitEnd returns when the container has ended, or ctx is done. The engine may be restarted meanwhile, so a lost wait is no end.
func awaitEnd(ctx context.Context, c *client.Client, id string, end client.ContainerWaitResult) {
	select {
	case <-end.Result:
		return
	case <-end.Error:
	case <-ctx.Done():
		return
	}
	for ctx.Err() == nil {
		i, err := c.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
		if errdefs.IsNotFound(err) || err == nil && ended(i.Container.State) {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// ended reports whether a container had a life that is over.
func ended(s *container.State) bool {
	return s != nil && !s.Running && !strings.HasPrefix(s.FinishedAt, "0001-")
}

// A watcher passes on what is written, and closes seen once a line of it contains what is wanted.
type watcher struct {
	io.Writer
	want, line []byte
	seen       chan struct{}
}

// longestLine bounds what is kept of a line.
const longestLine = 64 << 10

// Write never fails because nobody waits any more.
func (w *watcher) Write(p []byte) (int, error) {
	if w.want != nil {
		w.line = append(w.line, p...)
		if bytes.Contains(w.line, w.want) {
			close(w.seen)
			w.want, w.line = nil, nil
		} else if i := bytes.LastIndexByte(w.line, '\n'); i >= 0 || len(w.line) > longestLine {
			w.line = append([]byte(nil), w.line[i+1:]...)
		}
	}
	return w.Writer.Write(p)
}
