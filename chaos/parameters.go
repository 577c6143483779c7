package chaos

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"faultline/bench"
)

// A parameter is a field of a fault, with the values that make sense for a kind that reads it.
type parameter struct {
	name    string // in a plan
	given   func(bench.Fault) bool
	value   func(bench.Fault) string
	fits    func(bench.Fault) bool
	allowed string // in words, with the unit, or an example
	unsaid  string // what it is where it is left out
}

// parameters are every field that only some kinds read.
var parameters = []parameter{delay, jitter, distribution, direction, rate, status, share, times, point, victim, grace, cpus,
	spread, factor, fading, slotsLeft, limit}

var (
	delay        = between("delay", func(f bench.Fault) time.Duration { return f.Delay }, 100*time.Microsecond, time.Minute, "")
	jitter       = between("jitter", func(f bench.Fault) time.Duration { return f.Jitter }, 100*time.Microsecond, time.Minute, "").otherwise("0s")
	distribution = named("distribution", func(f bench.Fault) string { return f.Distribution }, "uniform, normal or pareto",
		bench.Uniform, bench.Normal, bench.Pareto).otherwise("uniform")
	direction = named("direction", func(f bench.Fault) string { return f.Direction }, "up (from whoever dials) or down",
		bench.Up, bench.Down).otherwise("both")
	rate   = between("rate", func(f bench.Fault) int64 { return f.Rate }, 100, 1_000_000_000, "bytes/s")
	status = between("status", func(f bench.Fault) int { return f.Status }, 400, 599, "")
	share  = between("share", func(f bench.Fault) float64 { return f.Share }, 0.001, 1, "")
	times  = between("times", func(f bench.Fault) int { return f.Times }, 1, 100000, "")
	grace  = between("grace", func(f bench.Fault) time.Duration { return f.Grace }, 10*time.Millisecond, 30*time.Second, "")
	cpus   = between("cpus", func(f bench.Fault) float64 { return f.CPUs }, 0.01, 1024, "processors")
	// Those of single kinds.
	spread    = between("spread", func(f bench.Fault) float64 { return f.Spread }, 0.01, 3, "").otherwise("0")
	factor    = between("factor", func(f bench.Fault) float64 { return f.Factor }, 1.1, 100, "times")
	fading    = between("fading", func(f bench.Fault) time.Duration { return f.Fading }, time.Second, time.Hour, "")
	slotsLeft = between("slots", func(f bench.Fault) int { return f.Slots }, 1, 10000, "")
	growing   = between("rate", func(f bench.Fault) int64 { return f.Rate }, 1<<20, 1_000_000_000, "bytes/s")
	limit     = between("limit", func(f bench.Fault) int64 { return f.Limit }, 8<<20, 2<<30, "bytes")

	point = named("point", func(f bench.Fault) string { return f.Point }, "a crash point, such as payment:after-charge")
	// Whether somebody of that name runs is a matter of the architecture: see victimRuns.
	victim = named("victim", func(f bench.Fault) string { return f.Victim }, "a service, or the broker").otherwise("the place itself")
)

// those is a list of parameters.
func those(p ...parameter) []parameter { return p }

// otherwise is the parameter with what it is where it is left out, in words.
func (p parameter) otherwise(unsaid string) parameter {
	p.unsaid = unsaid
	return p
}

// between is a parameter with a least and a greatest value, and a unit unless the values are written with it or have none.
func between[T cmp.Ordered](name string, of func(bench.Fault) T, from, to T, unit string) parameter {
	var none T
	return parameter{
		name:    name,
		given:   func(f bench.Fault) bool { return of(f) != none },
		value:   func(f bench.Fault) string { return fmt.Sprint(of(f)) },
		fits:    func(f bench.Fault) bool { return of(f) >= from && of(f) <= to },
		allowed: strings.TrimSpace(fmt.Sprintf("%v to %v %s", from, to, unit)),
	}
}

// named is a parameter in words: one of those that are allowed, or with none listed anything.
func named[T ~string](name string, of func(bench.Fault) T, allowed string, names ...T) parameter {
	return parameter{
		name:    name,
		given:   func(f bench.Fault) bool { return of(f) != "" },
		value:   func(f bench.Fault) string { return fmt.Sprintf("%q", of(f)) },
		fits:    func(f bench.Fault) bool { return len(names) == 0 || slices.Contains(names, of(f)) },
		allowed: allowed,
	}
}
