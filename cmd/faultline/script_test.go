package main

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"faultline/internal/lab"
	"faultline/targets/process"
)

// commandEnv makes this program, run again, the command.
const commandEnv = "FAULTLINE_TEST_COMMAND"

// Children of the command are this program too.
func TestMain(m *testing.M) {
	process.Main(lab.Roles())
	if os.Getenv(commandEnv) != "" {
		main()
	}
	testscript.Main(m, map[string]func(){"faultline": main})
}

// TestScripts runs the scripts in testdata/script, as they are told in
// https://pkg.go.dev/github.com/rogpeppe/go-internal/testscript, with three commands more.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               takePort,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code":    code,
			"refused": refused,
			"empty":   empty,
		},
	})
}

// takePort puts an address at which somebody listens into $TAKEN.
func takePort(env *testscript.Env) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	env.Defer(func() { l.Close() })
	env.Setenv("TAKEN", l.Addr().String())
	return nil
}

// code runs a command that must end with one of the exit codes: code 0,4 COMMAND ARGS.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N[,N] command")
	}
	got := exitOf(ts.Exec(args[1], args[2:]...))
	if !slices.Contains(strings.Split(args[0], ","), strconv.Itoa(got)) {
		ts.Fatalf("exit code %d, want %s; stderr:\n%s", got, args[0], ts.ReadFile("stderr"))
	}
}

func exitOf(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	return -1
}

// refused runs a command that must say in one line what is wrong, and nothing else.
func refused(ts *testscript.TestScript, neg bool, args []string) {
	code(ts, neg, append([]string{"2", "faultline"}, args...))
	out, problems := ts.ReadFile("stdout"), ts.ReadFile("stderr")
	if out != "" || strings.Count(problems, "\n") != 1 || !strings.HasPrefix(problems, "faultline: ") {
		ts.Fatalf("want one line that begins with faultline:, got\n%s%s", out, problems)
	}
}

// empty checks a directory to hold nothing.
func empty(ts *testscript.TestScript, neg bool, args []string) {
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	if (len(entries) == 0) == neg {
		ts.Fatalf("%s holds %v", args[0], entries)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
