package chaos

import (
	"fmt"
	"strings"
	"time"

	"faultline/bench"
)

// Broker is the name under which every architecture's broker runs, and the target of its places.
const Broker = bench.BrokerName

// All are the faults that a plan can name; the control comes first.
var All = []bench.Fault{
	{Name: bench.Control, Kind: bench.NoFault,
		About: "nothing is broken: what every fault is measured against"},
	{Name: "slow-risk", Kind: bench.Slow, Place: "risk", Delay: 200 * time.Millisecond,
		About: "risk's own work takes 200 ms longer, holding its slots"},
	{Name: "risk-latency", Kind: bench.Latency, Place: "fraud->risk", Delay: 200 * time.Millisecond,
		About: "a round trip on fraud->risk takes 200 ms longer, 100 ms each way"},
	{Name: "poison", Kind: bench.Poison, Place: "payment", Share: 0.05,
		About: "5 % of the orders make payment's work panic, however often it is tried, until it is mended"},
	{Name: "forge", Kind: bench.Forge, Place: "order",
		About: "somebody tells order, by callbacks signed with a guess, that orders are paid whose payment is under way"},
	{Name: "payment-down", Kind: bench.Kill, Place: "payment",
		About: "payment is killed (SIGKILL) and started again at the end of the window"},
	{Name: "payment-hang", Kind: bench.Hang, Place: "payment",
		About: "payment is stopped (SIGSTOP): its connections stay open and nobody answers"},
	{Name: "inventory-down", Kind: bench.Kill, Place: "inventory",
		About: "inventory is killed (SIGKILL) and started again at the end of the window"},
	{Name: "order-down", Kind: bench.Kill, Place: "order",
		About: "order, which clients talk to, is killed (SIGKILL) and started again at the end of the window"},
	{Name: "broker-down", Kind: bench.Kill, Place: Broker,
		About: "the broker is killed (SIGKILL) and started again at the end of the window"},
}

// CrashAt kills victim (place itself, if empty) each time place passes the named crash point, at most times times.
func CrashAt(place, point, victim string, times int) bench.Fault {
	f := bench.Fault{Kind: bench.Crash, Place: place, Point: point, Victim: victim, Times: times}
	f.Name = "crash-" + strings.ReplaceAll(point, ":", "-")
	if !strings.Contains(point, place) {
		f.Name = fmt.Sprintf("crash-%s-%s", place, strings.ReplaceAll(point, ":", "-"))
	}
	who := place
	if victim != "" && victim != place {
		who = victim
		f.Name += "-kills-" + victim
	}
	f.About = fmt.Sprintf("%s is killed when %s passes %s, up to %d times, and started again each time", who, place, point, times)
	return f
}

// StallAt is CrashAt with a victim that stands still for a while before it is killed: what was sent to it meanwhile
// lies in the connection and dies with it.
func StallAt(place, point, victim string, stall time.Duration, times int) bench.Fault {
	f := CrashAt(place, point, victim, times)
	f.Name += "-stalled"
	f.About = fmt.Sprintf("when %s passes %s, %s stands still for %v and is killed, up to %d times, and started again each time",
		place, point, victim, stall, times)
	f.Delay = stall
	return f
}

// RandomKills kills place at seeded random moments, about one a second, at most times times.
func RandomKills(place string, times int) bench.Fault {
	return bench.Fault{Name: place + "-kills", Kind: bench.Kills, Place: place, Times: times,
		About: fmt.Sprintf("%s is killed at random moments, up to %d times, and started again each time", place, times)}
}
