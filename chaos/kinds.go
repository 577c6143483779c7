package chaos

import (
	"fmt"
	"slices"
	"strings"

	"faultline/bench"
)

// A kind says what the faults of one kind can strike, what they must be told, and how they are carried out.
type kind struct {
	kind    bench.FaultKind
	about   string      // what happens
	strikes site        // which places it fits
	needs   []parameter // it makes no sense without
	takes   []parameter // it may be told beside them
	also    rule        // what no parameter can tell by itself; nil: nothing
	// instead is what does something like it without a container engine; "" where none is needed.
	instead string
	broker  string // the only one that can do it; "": any
	// filter and netem are what it asks of the kernel that the links run on: to filter packets, to delay them.
	filter, netem bool
	inject        injector
	probe         prober // nil: what a new connection can't tell from outside, such as a share of requests
}

// An injector readies a fault. note may be called until it is cured.
type injector func(n *Network, f bench.Fault, note func(bench.Event)) (breakage, error)

// kindOf looks a kind up; ok is false for one that is not a single fault's.
func kindOf(name bench.FaultKind) (k kind, ok bool) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.kind == name })
	if i < 0 {
		return kind{}, false
	}
	return kinds[i], true
}

// kinds are all that there are, one a row.
var kinds = []kind{
	{kind: bench.NoFault, strikes: nothing, inject: idle},
	{kind: bench.Slow, about: "its own work takes delay longer, holding its slots; with a spread, on average",
		strikes: services, needs: those(delay), takes: those(spread), inject: commanded("/slow", slowed)},
	{kind: bench.Errors, about: "that share of its work fails as with a 500, each piece anew",
		strikes: services, needs: those(share), inject: commanded("/fail", shared)},
	{kind: bench.FewSlots, about: "it has only so many worker slots",
		strikes: services, needs: those(slotsLeft), inject: commanded("/slots", slotted)},
	{kind: bench.Leak, about: "its memory grows by rate, up to limit",
		strikes: services, needs: those(growing, limit), inject: commanded("/leak", grown)},
	{kind: bench.CrashLoop, about: "killed, and again delay after it was ready each time",
		strikes: processes, needs: those(delay), inject: (*Network).crashLoop},
	{kind: bench.ColdStart, about: "killed once; from its start its work takes factor times as long and delay more, which wears off",
		strikes: services, needs: those(fading), takes: those(factor.otherwise("1"), delay.otherwise("0s")), also: colder,
		inject: (*Network).coldStart},
	{kind: bench.SlowConsumer, about: "it waits delay before each message, and has slots of them in work at a time",
		strikes: consumers, needs: those(delay), takes: those(slotsLeft.otherwise("as before")),
		inject: commanded("/consume", paced)},
	{kind: bench.DropConsumer, about: "the connection over which it consumes is reset, times times, delay apart",
		strikes: consumptions, needs: those(times), takes: those(delay.otherwise(strikeEvery.String())), inject: (*Network).dropConsumer},
	{kind: bench.RefusePublishers, about: "it takes no message and says so at once",
		strikes: broker, inject: (*Network).refusePublishers},
	{kind: bench.Redeliver, about: "it hands out again what is not acknowledged, times times, delay apart",
		strikes: broker, needs: those(times), takes: those(delay.otherwise(strikeEvery.String())), inject: (*Network).redeliver},
	{kind: bench.LoseBinding, about: "its queue is bound to no topic",
		strikes: subscriptions, inject: (*Network).loseBinding, probe: (*Network).probeBinding},
	{kind: bench.Poison, about: "its work panics for that share of the orders, at every attempt",
		strikes: workers, needs: those(share), inject: commanded("/poison", shared)},
	{kind: bench.Forge, about: "callbacks signed with a guess say that orders are paid",
		strikes: calledBack, inject: (*Network).forge},
	{kind: bench.Kill, about: "SIGKILL, started again at the end",
		strikes: processes, inject: (*Network).kill, probe: byTarget(connect)},
	{kind: bench.Hang, about: "SIGSTOP: connections stay open and nobody answers",
		strikes: processes, inject: (*Network).hang, probe: byTarget(answer)},
	{kind: bench.Kills, about: "killed at seeded random moments, started again each time",
		strikes: processes, needs: those(times), inject: (*Network).kills, probe: byTarget(connect)},
	{kind: bench.Crash, about: "whenever it passes point, it is killed, or victim is after standing still for delay",
		strikes: services, needs: those(point, times), takes: those(victim, delay.otherwise("0s")), also: victimRuns,
		inject: (*Network).crash, probe: byTarget(connect)},
	{kind: bench.Storm, about: "clients give up after delay, and place an order that failed again at once",
		strikes: clients, needs: those(times), takes: those(delay.otherwise("load.timeout")), inject: idle},
	{kind: bench.Impatient, about: "clients that have waited delay send their order again beside the first",
		strikes: clients, needs: those(delay), takes: those(times.otherwise("1")), inject: idle},
	{kind: bench.Stop, about: "SIGTERM, SIGKILL after grace, started again at the end",
		strikes: processes, needs: those(grace), inject: (*Network).stop, probe: byTarget(connect)},
	{kind: bench.Restart, about: "SIGTERM, SIGKILL after grace, started again as soon as it has ended",
		strikes: processes, needs: those(grace), inject: (*Network).restart, probe: byTarget(connect)},

	{kind: bench.Latency, about: "a round trip takes delay longer",
		strikes: connections, needs: those(delay), takes: those(jitter, distribution, direction), also: staysPositive,
		inject: (*Network).link, probe: byLink(answer, latencyLimit)},
	{kind: bench.Bandwidth, about: "all its connections together carry rate, each way",
		strikes: connections, needs: those(rate), takes: those(direction), inject: (*Network).link},
	{kind: bench.SlowStart, about: "a new connection begins at rate, and is twice as fast after each delay",
		strikes: connections, needs: those(rate, delay), takes: those(direction), inject: (*Network).link},
	{kind: bench.Reset, about: "connections are reset, those that are open and new ones",
		strikes: connections, inject: (*Network).link, probe: byLink(answer, hangLimit)},
	{kind: bench.Refuse, about: "connects are refused; the callee lives",
		strikes: connections, inject: (*Network).link, probe: byLink(connect, hangLimit)},
	{kind: bench.Blackhole, about: "connects succeed, nothing comes through",
		strikes: connections, inject: (*Network).link, probe: byLink(answer, hangLimit)},
	{kind: bench.HalfOpen, about: "nothing comes through in that direction",
		strikes: connections, needs: those(direction), inject: (*Network).link, probe: byLink(answer, hangLimit)},

	{kind: bench.Respond, about: "that share of requests is answered by the link, with status",
		strikes: carryingHTTP, needs: those(status, share), inject: (*Network).link},
	{kind: bench.Hold, about: "that share of requests reaches the callee delay later",
		strikes: carryingHTTP, needs: those(delay, share), takes: those(jitter, distribution), also: staysPositive,
		inject: (*Network).link},
	{kind: bench.FailFirst, about: "the first times attempts at a request are answered by the link, with status",
		strikes: carryingHTTP, needs: those(status, times), inject: (*Network).link},
	{kind: bench.Truncate, about: "that share of answers ends in the middle",
		strikes: carryingHTTP, needs: those(share), inject: (*Network).link},

	{kind: bench.Disconnect, about: "taken off its network",
		strikes: processes, instead: "blackhole on each link, or hang",
		inject: (*Network).disconnect, probe: byTarget(reach)},
	{kind: bench.Partition, about: "no packet passes between the two",
		strikes: sides, instead: "blackhole on each link", filter: true,
		inject: (*Network).partition, probe: (*Network).probePartition},
	{kind: bench.Loss, about: "that share of packets is dropped, each way",
		strikes: connections, needs: those(share), instead: "latency, with a jitter", filter: true,
		inject: (*Network).loss},
	{kind: bench.PacketDelay, about: "packets to whoever dials come delay later",
		strikes: connections, needs: those(delay), instead: "latency", netem: true,
		inject: (*Network).shape, probe: byLink(answer, latencyLimit)},
	{kind: bench.Reorder, about: "a share of those packets overtakes the others, which come delay later",
		strikes: connections, needs: those(delay, share), instead: "latency", netem: true,
		inject: (*Network).shape},
	{kind: bench.Starve, about: "it gets so many processors and no more",
		strikes: processes, needs: those(cpus), instead: "slow", inject: (*Network).starve},
	{kind: bench.OutOfMemory, about: "it is bounded to limit and takes more: the kernel kills it; started again at the end",
		strikes: services, needs: those(limit), instead: "kill", inject: (*Network).outOfMemory, probe: byTarget(connect)},
	{kind: bench.MemoryAlarm, about: "it takes its memory to be full, and blocks publishers",
		strikes: brokers, instead: "blackhole, half-open or bandwidth on a link to the broker", broker: "rabbitmq",
		inject: (*Network).alarm, probe: (*Network).probeAlarm},
	{kind: bench.DiskAlarm, about: "it takes its disk to be full, and blocks publishers",
		strikes: brokers, instead: "blackhole, half-open or bandwidth on a link to the broker", broker: "rabbitmq",
		inject: (*Network).alarm, probe: (*Network).probeAlarm},
}

// A Kind is a way to break one place, as a plan writes it.
type Kind struct {
	Name, About string
	Places      string // which fit, in words
	Parameters  []Parameter
}

// A Parameter is a field of a fault that means something to its kind.
type Parameter struct {
	Name    string
	Allowed string // in words: the range with its unit, or the names
	Default string // "" where it must be given
}

// Kinds are all that a fault can have, several at a time the last.
func Kinds() (list []Kind) {
	for _, k := range kinds[1:] {
		shown := Kind{Name: k.name(), About: k.about, Places: k.strikes.words}
		if k.instead != "" {
			shown.About += " (--runtime docker)"
		}
		for _, p := range k.needs {
			shown.Parameters = append(shown.Parameters, Parameter{Name: p.name, Allowed: p.allowed})
		}
		for _, p := range k.takes {
			shown.Parameters = append(shown.Parameters, Parameter{p.name, p.allowed, p.unsaid})
		}
		list = append(list, shown)
	}
	return append(list, Kind{Name: string(bench.Several), About: "single faults with names and times of their own", Places: "those of its steps"})
}

// KindName is for bench.Names.
func KindName(k Kind) string { return k.Name }

// unknown says which kinds there are.
func unknown(k bench.FaultKind) error {
	return fmt.Errorf("kind %q is unknown: use one of %s", k, strings.Join(bench.Names(Kinds(), KindName), ", "))
}

// mistold are the parameters of a fault that its kind misses, that are out of range, and that its kind does not know.
func (k kind) mistold(f bench.Fault) (errs []error) {
	for _, p := range k.needs {
		if !p.given(f) {
			errs = append(errs, fmt.Errorf("it has no %s: give %s", p.name, p.allowed))
		}
	}
	for _, p := range parameters {
		at := slices.IndexFunc(k.reads(), func(r parameter) bool { return r.name == p.name })
		switch {
		case !p.given(f):
		case at < 0:
			errs = append(errs, fmt.Errorf("%s has no %s: remove it", k.name(), p.name))
		case !k.reads()[at].fits(f):
			errs = append(errs, fmt.Errorf("its %s is %s: give %s", p.name, p.value(f), k.reads()[at].allowed))
		}
	}
	return errs
}

// reads are the parameters that mean something to the kind.
func (k kind) reads() []parameter { return slices.Concat(k.needs, k.takes) }

func (k kind) name() string {
	if k.kind == bench.NoFault {
		return bench.Control
	}
	return string(k.kind)
}
