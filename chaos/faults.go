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
	{Name: "risk-jitter", Kind: bench.Latency, Place: "fraud->risk", Delay: 200 * time.Millisecond, Jitter: 100 * time.Millisecond, Distribution: bench.Pareto,
		About: "a round trip on fraud->risk takes 200 ms longer on average, few of them much more (Pareto)"},
	{Name: "risk-slow-start", Kind: bench.SlowStart, Place: "fraud->risk", Rate: 1000, Delay: 200 * time.Millisecond,
		About: "a new connection of fraud->risk begins at 1 kB/s and is twice as fast after each 200 ms"},
	{Name: "risk-reset", Kind: bench.Reset, Place: "fraud->risk",
		About: "connections of fraud->risk are reset, those that are open and every new one"},
	{Name: "risk-refused", Kind: bench.Refuse, Place: "fraud->risk",
		About: "connects from fraud to risk are refused, and what is open is reset; risk lives"},
	{Name: "risk-blackhole", Kind: bench.Blackhole, Place: "fraud->risk",
		About: "nothing comes through fraud->risk, in neither direction, and no connection ends"},
	{Name: "risk-half-open", Kind: bench.HalfOpen, Place: "fraud->risk", Direction: bench.Down,
		About: "risk gets what fraud asks and works on it, and its answers vanish"},
	{Name: "risk-errors", Kind: bench.Respond, Place: "fraud->risk", Status: 503, Share: 0.2,
		About: "20 % of the requests on fraud->risk are answered with 503 in place of risk"},
	{Name: "risk-hold", Kind: bench.Hold, Place: "fraud->risk", Delay: 500 * time.Millisecond, Share: 0.1,
		About: "10 % of the requests on fraud->risk reach risk 500 ms later"},
	{Name: "risk-fail-first", Kind: bench.FailFirst, Place: "fraud->risk", Status: 503, Times: 1,
		About: "the first attempt at each request on fraud->risk is answered with 503, the next ones pass"},
	{Name: "risk-truncated", Kind: bench.Truncate, Place: "fraud->risk", Share: 0.2,
		About: "20 % of risk's answers end in the middle, after risk has done its work"},
	{Name: "client-narrow", Kind: bench.Bandwidth, Place: "client->order", Rate: 20000,
		About: "all connections from clients to order together carry 20 kB/s, each way"},
	{Name: "poison", Kind: bench.Poison, Place: "payment", Share: 0.05,
		About: "5 % of the orders make payment's work panic, however often it is tried, until it is mended"},
	{Name: "forge", Kind: bench.Forge, Place: "order",
		About: "somebody tells order, by callbacks signed with a guess, that orders are paid whose payment is under way"},
	{Name: "impatient", Kind: bench.Impatient, Place: bench.Client, Delay: 30 * time.Millisecond, Times: 1,
		About: "clients that have waited 30 ms send their order again, under its key, without waiting for the first request's end"},
	{Name: "retry-storm", Kind: bench.Several,
		About: "risk's own work takes 200 ms longer, and clients wait 1 s and place a failed order again at once, up to 3 times",
		Steps: []bench.Fault{
			{Name: "slow-risk", Kind: bench.Slow, Place: "risk", Delay: 200 * time.Millisecond},
			{Name: "storm", Kind: bench.Storm, Place: bench.Client, Delay: time.Second, Times: 3}}},
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
	{Name: "payment-stop", Kind: bench.Stop, Place: "payment", Grace: time.Second,
		About: "payment is asked to end (SIGTERM), killed if it has not after 1 s, and started again at the end of the window"},
	{Name: "payment-restart", Kind: bench.Restart, Place: "payment", Grace: time.Second,
		About: "payment is asked to end (SIGTERM), killed if it has not after 1 s, and started again at once"},
	{Name: "payment-offline", Kind: bench.Disconnect, Place: "payment",
		About: "payment is taken off its network: its process runs on, and nothing reaches it or comes from it"},
	{Name: "order-payment-partition", Kind: bench.Partition, Place: "order|payment",
		About: "no packet passes between order and payment"},
	{Name: "order-broker-partition", Kind: bench.Partition, Place: "order|broker",
		About: "no packet passes between order and the broker"},
	{Name: "risk-loss", Kind: bench.Loss, Place: "fraud->risk", Share: 0.1,
		About: "10 % of the packets on fraud->risk are dropped, each way"},
	{Name: "risk-packets-late", Kind: bench.PacketDelay, Place: "fraud->risk", Delay: 200 * time.Millisecond,
		About: "packets from risk reach fraud 200 ms later, acknowledgements too"},
	{Name: "risk-packets-disordered", Kind: bench.Reorder, Place: "fraud->risk", Delay: 20 * time.Millisecond, Share: 0.25,
		About: "packets from risk reach fraud 20 ms later, but for 25 % that overtake them"},
	{Name: "cpu-starve", Kind: bench.Starve, Place: "risk", CPUs: 0.1,
		About: "risk gets a tenth of a processor"},
	{Name: "risk-out-of-memory", Kind: bench.OutOfMemory, Place: "risk", Limit: 64 << 20,
		About: "risk's memory is cut to 64 MiB and it takes more: the kernel kills it, and it is started again at the window's end"},
	{Name: "broker-memory", Kind: bench.MemoryAlarm, Place: Broker,
		About: "RabbitMQ takes itself to use too much memory and blocks publishers"},
	{Name: "broker-disk", Kind: bench.DiskAlarm, Place: Broker,
		About: "RabbitMQ takes its disk to be full and blocks publishers"},
	{Name: "broker-hang", Kind: bench.Hang, Place: Broker,
		About: "the broker is stopped (SIGSTOP): its connections stay open and nobody answers"},
	{Name: "risk-erratic", Kind: bench.Slow, Place: "risk", Delay: 60 * time.Millisecond, Spread: 1,
		About: "risk's own work takes 60 ms longer on average, now hardly and now several times that"},
	{Name: "fraud-errors", Kind: bench.Errors, Place: "fraud", Share: 0.2,
		About: "20 % of what fraud is asked fails as with a 500; the same asked again may pass"},
	{Name: "risk-few-slots", Kind: bench.FewSlots, Place: "risk", Slots: 1,
		About: "risk has one worker slot left of its 8: 50 orders/s of 400"},
	{Name: "inventory-leak", Kind: bench.Leak, Place: "inventory", Rate: 64 << 20, Limit: 192 << 20,
		About: "inventory's memory grows by 64 MiB a second, up to 192 MiB"},
	{Name: "payment-crash-loop", Kind: bench.CrashLoop, Place: "payment", Delay: 500 * time.Millisecond,
		About: "payment is killed half a second after each start, until the end of the window"},
	{Name: "risk-cold-start", Kind: bench.ColdStart, Place: "risk", Factor: 10, Fading: 4 * time.Second,
		About: "risk is killed once and started again; its work takes ten times as long at first, and as before 4 s later"},
	{Name: "inventory-slow-consumer", Kind: bench.SlowConsumer, Place: "inventory", Delay: 100 * time.Millisecond, Slots: 4,
		About: "inventory takes 4 messages at a time and waits 100 ms before each: 40 a second"},
	{Name: "payment-drops", Kind: bench.DropConsumer, Place: "broker->payment", Times: 4, Delay: time.Second,
		About: "the connection over which payment consumes is reset, each second"},
	{Name: "broker-full", Kind: bench.RefusePublishers, Place: Broker,
		About: "the broker takes no message, as one does that is full, and hands out those that it has"},
	{Name: "broker-redelivers", Kind: bench.Redeliver, Place: Broker, Times: 4, Delay: time.Second,
		About: "the broker hands out again all that is not acknowledged, each second"},
	{Name: "inventory-unbound", Kind: bench.LoseBinding, Place: "broker->inventory",
		About: "inventory's queue is bound to no topic: what is published meanwhile does not reach it"},
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
