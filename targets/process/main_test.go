package process_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/lab"
	"faultline/targets/process"
)

// parentEnv makes this program, run again, a parent of two children; its value is the directory of logs.
const parentEnv = "FAULTLINE_TEST_PARENT"

// roles are trivial: a child says its process id and its directory in the place of addresses.
var roles = map[string]process.Role{
	"idle": func(ctx context.Context, s process.Spec, listening func(bench.Addresses)) error {
		return idle(ctx, s, listening)
	},
	"family": func(ctx context.Context, s process.Spec, listening func(bench.Addresses)) error {
		grandchild := exec.Command("sleep", "1000")
		if err := grandchild.Start(); err != nil {
			return err
		}
		s.Dir = strconv.Itoa(grandchild.Process.Pid)
		listening(bench.Addresses{Main: strconv.Itoa(os.Getpid()), Admin: s.Dir})
		<-ctx.Done()
		return nil
	},
	"broken": func(context.Context, process.Spec, func(bench.Addresses)) error {
		fmt.Fprintln(os.Stderr, "first line")
		return errors.New("port 80 is somebody else's")
	},
	"mute": func(ctx context.Context, _ process.Spec, _ func(bench.Addresses)) error {
		<-ctx.Done()
		return nil
	},
	"polite": func(ctx context.Context, s process.Spec, listening func(bench.Addresses)) error {
		return asked(ctx, s, listening, func() error {
			time.Sleep(cleaning)
			return write(s.Dir, "cleaned up")
		})
	},
	"stubborn": func(ctx context.Context, s process.Spec, listening func(bench.Addresses)) error {
		return asked(ctx, s, listening, func() error { <-ctx.Done(); return nil })
	},
	"links": lab.Roles()["links"],
}

// cleaning is how long it takes the polite to clean up.
const cleaning = 300 * time.Millisecond

// asked takes connects until it is asked to end, and leaves in its own way. It keeps a diary.
func asked(ctx context.Context, s process.Spec, listening func(bench.Addresses), leave func() error) error {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM)
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	if err := write(s.Dir, "began"); err != nil {
		return err
	}
	listening(bench.Addresses{Main: l.Addr().String(), Admin: s.Dir})
	select {
	case <-end:
	case <-ctx.Done():
		return nil
	}
	if err := write(s.Dir, "was asked"); err != nil {
		return err
	}
	return leave()
}

// write adds a line to the diary of a process.
func write(dir, line string) error {
	diary, err := os.OpenFile(filepath.Join(dir, "diary"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer diary.Close()
	_, err = fmt.Fprintln(diary, line)
	return err
}

// idle notes each of its lives in its diary.
func idle(ctx context.Context, s process.Spec, listening func(bench.Addresses)) error {
	if err := write(s.Dir, strconv.Itoa(os.Getpid())); err != nil {
		return err
	}
	listening(bench.Addresses{Main: strconv.Itoa(os.Getpid()), Admin: s.Dir})
	<-ctx.Done()
	return nil
}

func TestMain(m *testing.M) {
	process.Main(roles)
	if logs := os.Getenv(parentEnv); logs != "" {
		if err := beParent(logs); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// beParent starts two children, tells where they are, and waits to be killed.
func beParent(logs string) error {
	r, err := process.New(logs)
	if err != nil {
		return err
	}
	var all []bench.Addresses
	for _, name := range []string{"one", "two"} {
		instance, err := r.Start(context.Background(), bench.Service{Name: name, Role: "idle"})
		if err != nil {
			return err
		}
		all = append(all, instance.Addresses())
	}
	if err := json.NewEncoder(os.Stdout).Encode(all); err != nil {
		return err
	}
	_, err = os.Stdin.Read(make([]byte, 1)) // the test holds the other end
	return err
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func pid(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	must(t, err)
	return n
}

// isReaper reports whether a process is the reaper of a runtime.
func isReaper(pid int) bool {
	raw, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	return strings.Contains("\x00"+string(raw), "\x00FAULTLINE_CHILD=reaper\x00")
}

func kill(t *testing.T, pid int, s syscall.Signal) {
	t.Helper()
	must(t, syscall.Kill(pid, s))
}
