// Command faultline measures coupling: it runs one order flow wired in many styles, breaks one place at a time
// under open-loop load, and shows who felt it, how much, for how long, and what became of every order.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"faultline/internal/lab"
	"faultline/targets/process"
)

// Exit codes.
const (
	exitOK          = 0
	exitHarness     = 1   // the harness failed
	exitUsage       = 2   // bad usage, or a plan that can't be run
	exitGate        = 3   // a gate failed
	exitInvalid     = 4   // a trial tested nothing
	exitInterrupted = 130 // Ctrl-C
)

func main() {
	process.Main(lab.Roles())
	ctx, stop := interruptible(os.Stderr)
	defer stop()
	os.Exit(run(ctx, os.Stdout, os.Stderr, os.Args[1:]))
}

// interruptible is done at the first Ctrl-C; the second ends the program at once. Children die with it.
func interruptible(stderr io.Writer) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		fmt.Fprintln(stderr, "\ninterrupted: cleaning up, and writing what was seen; once more ends at once")
		cancel()
		<-signals
		os.Exit(exitInterrupted)
	}()
	return ctx, cancel
}

// A command line is everything that can be asked for.
type commandLine struct {
	Run           runCommand        `cmd:"" help:"Run a plan: architectures x faults under load, each order audited."`
	Seams         seamsCommand      `cmd:"" help:"Move the boundary between sync and async through the flow, and show which cuts no other beats."`
	BreakingPoint breakingCommand   `cmd:"" name:"breaking-point" help:"Find the weakest fault that breaks an SLO, by how long it lasts and how many orders arrive."`
	Capacity      capacityCommand   `cmd:"" help:"Find the highest arrival rate that keeps an SLO, undisturbed or under a fault."`
	Metastable    metastableCommand `cmd:"" help:"Find up to which load, and for how long a fault, a system heals itself, by what its callers do."`
	Matrix        matrixCommand     `cmd:"" help:"Break every place of some architectures: who feels which, as one matrix."`
	Report        reportCommand     `cmd:"" help:"Render the facts of runs again."`
	Compare       compareCommand    `cmd:"" help:"Set a run against a baseline: what got worse, by how much, how sure."`
	Parity        parityCommand     `cmd:"" help:"Run a plan as processes and in containers, in turn: where the two differ, and why."`
	Init          initCommand       `cmd:"" help:"Write a commented plan to start from."`
	List          listCommand       `cmd:"" help:"List architectures, faults and their kinds, transports and formats."`
	Up            upCommand         `cmd:"" help:"Start one architecture and leave it running, to try it with curl."`
	DLQ           dlqCommand        `cmd:"" name:"dlq" help:"List what a system that is up has given up (dead letters), or put it back."`
	Clean         cleanCommand      `cmd:"" help:"Remove what runs in containers have left on the engine: containers, networks, images of this program."`
	Version       versionCommand    `cmd:"" help:"Print the version."`
}

// A streams is where a command prints, and until when it may run.
type streams struct {
	ctx      context.Context
	out, err io.Writer
}

// run carries out one command line and returns the exit code.
func run(ctx context.Context, stdout, stderr io.Writer, args []string) int {
	var line commandLine
	exited := false
	parser, err := kong.New(&line, kong.Name("faultline"), kong.Writers(stdout, stderr), kong.Exit(func(int) { exited = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}),
		kong.Description("Measures coupling: one order flow wired in many styles, one place broken at a time, every order accounted for.\n\n"+
			"Exit codes: 0 fine, 1 the harness failed, 2 bad usage or plan, 3 a gate or SLO failed, 4 a run was invalid, 130 interrupted."))
	if err != nil {
		fmt.Fprintln(stderr, "faultline:", err)
		return exitHarness
	}
	command, err := parser.Parse(args)
	if exited {
		return exitOK // --help
	}
	if err != nil {
		fmt.Fprintf(stderr, "faultline: %s; see faultline --help\n", oneLine(err))
		return exitUsage
	}
	return exitCode(command.Run(streams{ctx, stdout, stderr}), stderr)
}

// A usageError is bad input: exit code 2.
type usageError struct{ error }

// Unwrap gives the error itself.
func (e usageError) Unwrap() error { return e.error }

var (
	errInvalid     = errors.New("a trial was invalid: see why above; its figures are not to be trusted (the command that ran it does so again with --out DIR --resume)")
	errInterrupted = errors.New("interrupted")
)

// exitCode prints an error, one line a problem, and says which code it has.
func exitCode(err error, stderr io.Writer) int {
	var usage usageError
	var gate gateError
	code := exitHarness
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errInterrupted), errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &usage):
		code = exitUsage
	case errors.As(err, &gate):
		code = exitGate
	case errors.Is(err, errInvalid):
		code = exitInvalid
	}
	for problem := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintln(stderr, "faultline:", problem)
	}
	return code
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
