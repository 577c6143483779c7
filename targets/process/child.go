// Package process runs services as child processes of this program: the same binary, started again.
//
// A child reads its Spec from an inherited pipe, says on another where it listens, and lives until the first
// pipe closes. So kill -9 and SIGSTOP are real, and no child outlives the program, whatever ends it: the kernel
// kills the children of a dead parent (Linux), and a reaper, which no fault touches, kills what is left and
// removes the state directory.
package process

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"faultline/bench"
)

// What a child has in its environment.
const (
	childEnv = "FAULTLINE_CHILD" // its role, so that ps -E and logs can tell
	specEnv  = "FAULTLINE_SPEC"  // its Spec, if it inherits no pipes
)

// File descriptors that a child inherits.
const (
	lifelineFD = 3 // its Spec in one line; at its end the parent is gone
	addressFD  = 4 // where it says its bench.Addresses in one line
)

// A Spec is what a child is told.
type Spec struct {
	Name   string            `json:"name"`
	Role   string            `json:"role"`
	Dir    string            `json:"dir"` // its durable state
	Config json.RawMessage   `json:"config"`
	Dials  map[string]string `json:"dials"`
	Listen bench.Addresses   `json:"listen"` // where it listens; port 0 is any
}

// A Role is a part of this program that runs as a child. It calls listening once, and returns when ctx is done.
type Role func(ctx context.Context, s Spec, listening func(bench.Addresses)) error

// Main runs this process as a child, if it is one, and then does not return. Call it first in main.
func Main(roles map[string]Role) {
	role := os.Getenv(childEnv)
	if role == "" {
		return
	}
	os.Unsetenv(childEnv)
	if role == reaperRole {
		reap()
		os.Exit(0)
	}
	run := runChild
	if os.Getenv(specEnv) != "" {
		run = runAlone
	}
	if err := run(roles); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", role, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func runChild(roles map[string]Role) error {
	lifeline := bufio.NewReader(os.NewFile(lifelineFD, "lifeline"))
	line, err := lifeline.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("reading the spec: %w", err)
	}
	run, s, err := find(roles, line)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, lifeline)
		cancel()
		time.Sleep(time.Second)
		os.Exit(1) // whatever still hangs, the parent is gone
	}()
	return run(ctx, s, announce)
}

// find reads a Spec and looks its role up.
func find(roles map[string]Role, raw []byte) (Role, Spec, error) {
	var s Spec
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, s, fmt.Errorf("reading the spec: %w", err)
	}
	run, ok := roles[s.Role]
	if !ok {
		return nil, s, fmt.Errorf("no role %q in this program", s.Role)
	}
	return run, s, nil
}

// announce tells the parent where the child listens.
func announce(a bench.Addresses) {
	out := os.NewFile(addressFD, "addresses")
	defer out.Close()
	if err := json.NewEncoder(out).Encode(a); err != nil {
		fmt.Fprintf(os.Stderr, "telling the parent where this process listens: %v\n", err)
	}
}
