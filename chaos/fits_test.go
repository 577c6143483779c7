package chaos

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"faultline/bench"
)

func TestFits(t *testing.T) {
	link := func(from, to, transport string) bench.Link {
		return bench.Link{From: from, To: to, Transport: transport}
	}
	chain := []bench.Link{link(bench.Client, "order", bench.Poll), link("payment", "fraud", "http"), link("fraud", "risk", "http")}
	sync := bench.Architecture{Name: "sync", Links: append(chain, link("order", "payment", "http"), link("order", "inventory", "http"))}
	queue := bench.Architecture{Name: "queue", Links: append(chain[:3:3], link("order", "payment", "queue"), link("order", "inventory", "queue"))}
	waits := bench.Architecture{Name: "waits", Links: append([]bench.Link{link(bench.Client, "order", bench.Wait)}, sync.Links[1:]...)}
	topics := bench.Architecture{Name: "topics", Links: append(chain[:3:3], link("order", "payment", "queue"), link("order", "inventory", "topic"))}
	latency := func(place string) bench.Fault {
		return bench.Fault{Name: "x", Kind: bench.Latency, Place: place, Delay: time.Millisecond}
	}
	on := func(place string, f bench.Fault) bench.Fault { f.Name, f.Place = "x", place; return f }
	webhook := bench.Architecture{Name: "webhook", Links: append(chain[:3:3], link("order", "payment", "webhook"), link("order", "inventory", "queue"))}
	for _, f := range All {
		if ofClients := f.Strikes(bench.Client); ofClients {
			if err := Fits(f, webhook, true); err == nil || !strings.Contains(err.Error(), "answered before the work") {
				t.Errorf("%s on webhook, whose clients don't wait: %v", f.Name, err)
			}
		} else if err := Fits(f, webhook, true); err != nil && Fits(f, topics, true) != nil {
			t.Errorf("%s on webhook: %v", f.Name, err)
		}
	}
	for _, c := range []struct {
		fault bench.Fault
		in    bench.Architecture
		want  string // part of the reason, "" if it fits
	}{
		{fault(t, "broker-down"), sync, "no broker"},
		{fault(t, "forge"), queue, "does not call order back"},
		{fault(t, "payment-down"), sync, ""},
		{fault(t, "impatient"), waits, ""},
		{fault(t, "retry-storm"), waits, ""},
		{fault(t, "impatient"), queue, "answered before the work"},
		{bench.Fault{Kind: bench.Storm, Place: "order", Times: 1}, waits, "name the place client"},
		{bench.Fault{Kind: bench.Storm, Place: bench.Client}, waits, "no times"},
		{latency("order->payment"), sync, ""},
		{latency("order->payment"), queue, "broker->payment"},
		{latency("order->broker"), queue, ""},
		{latency("broker->payment"), queue, ""},
		{latency("order->broker"), sync, "name one of"},
		{latency("client->order"), queue, ""},
		{CrashAt("payment", "payment:after-charge", "", 1), sync, ""},
		{CrashAt("payment", "payment:after-charge", Broker, 1), sync, "no broker"},
		{CrashAt("payment", "payment:after-charge", Broker, 1), queue, ""},
		{CrashAt("payment", "", "", 0), queue, "crash point"},
		{CrashAt(Broker, "x", "", 1), queue, "takes no such command"},
		{RandomKills("shipping", 1), sync, "no service"},
		{RandomKills("order", 0), sync, "no times"},
		{RandomKills("order", -1), sync, "its times is -1: give 1 to 100000"},
		{bench.Fault{Kind: bench.Slow, Place: "risk"}, sync, "no delay"},
		{bench.Fault{Kind: bench.Poison, Place: "payment"}, sync, "no share"},
		{bench.Fault{Kind: bench.Poison, Place: "payment", Share: 1.5}, sync, "its share is 1.5: give 0.001 to 1"},
		{bench.Fault{Kind: bench.Poison, Place: "payment", Share: math.NaN()}, sync, "its share is NaN"},
		{bench.Fault{Kind: bench.Slow, Place: "risk", Delay: time.Hour}, sync, "its delay is 1h0m0s: give 100µs to 1m0s"},
		{bench.Fault{Kind: bench.Slow, Place: "risk", Delay: time.Second, Share: 0.1}, sync, "slow has no share: remove it"},
		{bench.Fault{Kind: bench.Kill, Place: "risk", Delay: time.Second}, sync, "kill has no delay"},
		{bench.Fault{Place: "risk"}, sync, "breaks nothing"},
		{bench.Fault{Kind: bench.Poison, Place: "order", Share: 1}, sync, "only accepts orders"},
		{bench.Fault{Kind: bench.Poison, Place: Broker, Share: 1}, queue, "takes no such command"},
		{bench.Fault{Kind: bench.Stop, Place: "payment"}, sync, "no grace"},
		{bench.Fault{Kind: bench.Starve, Place: "risk", CPUs: 0.001}, sync, "its cpus is 0.001"},
		{bench.Fault{Kind: bench.MemoryAlarm, Place: "order"}, queue, "only the broker"},
		{bench.Fault{Kind: bench.MemoryAlarm, Place: Broker}, sync, "no broker"},
		{bench.Fault{Kind: bench.Partition, Place: "order|payment"}, sync, ""},
		{bench.Fault{Kind: bench.Partition, Place: "order|payment"}, queue, "nothing passes between"},
		{bench.Fault{Kind: bench.Partition, Place: "order|broker"}, queue, ""},
		{bench.Fault{Kind: bench.Partition, Place: "client,order|fraud,order"}, sync, "on both sides"},
		{bench.Fault{Kind: bench.Partition, Place: "order"}, sync, "write two sides"},
		{bench.Fault{Kind: "flood"}, sync, "unknown"},
		{on("order->broker", bench.Fault{Kind: bench.Respond, Status: 503, Share: 0.1}), queue, "carries no HTTP, whose requests could be struck one by one: name one of client->order"},
		{on("fraud->risk", bench.Fault{Kind: bench.Respond, Status: 503, Share: 0.1}), queue, ""},
		{on("fraud->risk", bench.Fault{Kind: bench.Respond, Status: 200, Share: 0.1}), queue, "its status is 200: give 400 to 599"},
		{on("fraud->risk", bench.Fault{Kind: bench.Hold, Delay: time.Second, Jitter: 2 * time.Second, Share: 0.1}), queue, "latencies below 0: give up to 1s"},
		{on("fraud->risk", bench.Fault{Kind: bench.Latency, Delay: time.Second, Distribution: "gamma", Jitter: 1e6}), queue, `its distribution is "gamma": give uniform, normal or pareto`},
		{on("fraud->risk", bench.Fault{Kind: bench.Latency, Delay: time.Second, Distribution: bench.Normal}), queue, "has no jitter"},
		{on("fraud->risk", bench.Fault{Kind: bench.HalfOpen}), queue, "no direction: give up (from whoever dials) or down"},
		{on("fraud->risk", bench.Fault{Kind: bench.Blackhole, Direction: bench.Up}), queue, "blackhole has no direction"},
		{on("fraud->risk", bench.Fault{Kind: bench.Bandwidth, Rate: 1}), queue, "its rate is 1: give 100 to 1000000000"},
		{bench.Fault{Kind: bench.Errors, Place: "order", Share: 0.5}, sync, ""},
		{bench.Fault{Kind: bench.Errors, Place: "risk"}, sync, "no share"},
		{bench.Fault{Kind: bench.Slow, Place: "risk", Delay: time.Second, Spread: 4}, sync, "give 0.01 to 3"},
		{bench.Fault{Kind: bench.FewSlots, Place: "risk"}, sync, "no slots"},
		{bench.Fault{Kind: bench.Leak, Place: "risk", Rate: 1 << 20}, sync, "no limit"},
		{bench.Fault{Kind: bench.Leak, Place: Broker, Rate: 1 << 20, Limit: 8 << 20}, queue, "takes no such command"},
		{bench.Fault{Kind: bench.CrashLoop, Place: Broker, Delay: time.Second}, queue, ""},
		{bench.Fault{Kind: bench.ColdStart, Place: "risk", Fading: time.Second}, sync, "give factor"},
		{bench.Fault{Kind: bench.ColdStart, Place: "risk", Fading: time.Second, Factor: 3}, sync, ""},
		{bench.Fault{Kind: bench.SlowConsumer, Place: "fraud", Delay: time.Second}, queue, "name one of order, payment, inventory"},
		{bench.Fault{Kind: bench.SlowConsumer, Place: "payment", Delay: time.Second}, sync, "choose an architecture with queue or topic"},
		{bench.Fault{Kind: bench.SlowConsumer, Place: "payment", Delay: time.Second, Slots: 1}, queue, ""},
		{bench.Fault{Kind: bench.DropConsumer, Place: "order->broker", Times: 1}, queue, "broker->payment"},
		{bench.Fault{Kind: bench.DropConsumer, Place: "broker->payment", Times: 1}, queue, ""},
		{bench.Fault{Kind: bench.RefusePublishers, Place: "payment"}, queue, "is no broker: name broker"},
		{bench.Fault{Kind: bench.RefusePublishers, Place: Broker}, sync, "no broker"},
		{bench.Fault{Kind: bench.RefusePublishers, Place: Broker}, queue, ""},
		{bench.Fault{Kind: bench.Redeliver, Place: Broker}, queue, "no times"},
		{bench.Fault{Kind: bench.LoseBinding, Place: "broker->payment"}, queue, "choose an architecture"},
		{bench.Fault{Kind: bench.LoseBinding, Place: "broker->payment"}, topics, "name one of broker->order, broker->inventory"},
		{bench.Fault{Kind: bench.LoseBinding, Place: "broker->inventory"}, topics, ""},
		{bench.Fault{Kind: bench.Several, Steps: []bench.Fault{latency("client->order"), RandomKills("shipping", 1)}}, sync, "no service"},
		{bench.Fault{Kind: bench.Several, Steps: []bench.Fault{latency("client->order"), RandomKills("order", 1)}}, sync, ""},
	} {
		err := Fits(c.fault, c.in, c.in.Name != "sync")
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v on %s: %v, want %q", c.fault, c.in.Name, err, c.want)
		}
	}
}

// A field of a fault that no kind has as a parameter could be given to any of them, and would do nothing.
func TestEveryFieldIsAParameter(t *testing.T) {
	common := []string{"Name", "About", "Kind", "Place", "When", "Steps"}
	fields := reflect.TypeFor[bench.Fault]()
	for i := range fields.NumField() {
		name, _, _ := strings.Cut(fields.Field(i).Tag.Get("yaml"), ",")
		known := slices.ContainsFunc(parameters, func(p parameter) bool { return p.name == name })
		if !known && !slices.Contains(common, fields.Field(i).Name) {
			t.Errorf("%s: no parameter in parameters.go", name)
		}
	}
}

// Faults by the engine are refused without one, each with what needs none; an alarm also where the broker has no such thing.
func TestStands(t *testing.T) {
	for _, c := range []struct {
		fault  string
		engine bool
		broker string
		want   string // part of the reason, "" if it can be had
	}{
		{"cpu-starve", false, "nats", "use --runtime docker, or something like it that needs none: slow"},
		{"cpu-starve", true, "nats", ""},
		{"payment-stop", false, "nats", ""},
		{"broker-memory", true, "nats", "use --broker rabbitmq"},
		{"broker-memory", true, "rabbitmq", ""},
		{"slow-risk", false, "nats", ""},
	} {
		err := Stands(fault(t, c.fault), c.engine, c.broker)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s, engine %v, %s: %v, want %q", c.fault, c.engine, c.broker, err, c.want)
		}
	}
	several := bench.Fault{Name: "x", Kind: bench.Several, Steps: []bench.Fault{fault(t, "slow-risk"), fault(t, "risk-loss")}}
	if Stands(several, false, "nats") == nil {
		t.Error("a step that needs an engine is let pass")
	}
	if filter, netem := Packets([]bench.Fault{several}); !filter || netem {
		t.Errorf("of a loss: filter %v, netem %v", filter, netem)
	}
}
