package docker_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/needs"
	"faultline/internal/poll"
	"faultline/targets/docker"
	"faultline/targets/process"
)

// drive is a driver that does what its job says.
func drive(ctx context.Context, _ process.Spec, _ func(bench.Addresses)) error {
	job, err := os.ReadFile(docker.JobFile)
	if err != nil {
		return err
	}
	note := func(name, text string) error {
		return os.WriteFile(filepath.Join(docker.JobDir, name), []byte(text), 0o600)
	}
	before, err := os.ReadFile(filepath.Join(docker.JobDir, "before"))
	if err != nil {
		return err
	}
	fmt.Println("working on", string(before))
	switch string(job) {
	case "fail":
		fmt.Fprintln(os.Stderr, "nothing works")
		os.Exit(7)
	case "wait":
		<-ctx.Done()
		return note("after", "told to stop")
	case "litter":
		e, err := docker.Open(ctx)
		if err != nil {
			return err
		}
		r, err := docker.New(ctx, e, "", "")
		if err != nil {
			return err
		}
		if _, err := r.Start(ctx, bench.Service{Name: "left", Role: "notes"}); err != nil {
			return err
		}
		if err := note("after", r.Run); err != nil {
			return err
		}
		os.Exit(0) // with the container there, and no reaper: it dies with this one
	}
	return errors.Join(os.MkdirAll(filepath.Join(docker.JobDir, "deep", "er"), 0o755), note("deep/er/after", "done"))
}

// TestDrive: a job runs on the engine's machine, with the run's directory there and back; interrupted it ends by itself, and what it
// leaves there is removed.
func TestDrive(t *testing.T) {
	needs.Docker(t)
	t.Parallel()
	e, err := docker.Open(t.Context())
	must(t, err)
	for job, c := range map[string]struct{ err, file, text string }{
		"work":   {file: "deep/er/after", text: "done"},
		"fail":   {err: "ended with 7: nothing works"},
		"wait":   {err: context.Canceled.Error(), file: "after", text: "told to stop"},
		"litter": {file: "after"},
	} {
		t.Run(job, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			must(t, os.WriteFile(filepath.Join(dir, "before"), []byte("what was there"), 0o600))
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			var said []string
			err := e.Drive(ctx, []byte(job), dir, func(line []byte) {
				said = append(said, string(line))
				if job == "wait" {
					cancel()
				}
			})
			if got := fmt.Sprint(err); c.err == "" && err != nil || !strings.Contains(got, c.err) {
				t.Errorf("error %v, want %q", err, c.err)
			}
			if !slices.Equal(said, []string{"working on what was there"}) {
				t.Errorf("it said %q", said)
			}
			if c.file == "" {
				return
			}
			text, err := os.ReadFile(filepath.Join(dir, c.file))
			if err != nil || c.text != "" && string(text) != c.text {
				t.Errorf("%s holds %q, %v", c.file, text, err)
			}
			if job == "litter" {
				poll.Until(t, 10*time.Second, "what the driver left is removed", func() bool { return len(left(t, engine(t), string(text))) == 0 })
			}
		})
	}
}
