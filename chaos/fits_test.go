package chaos

import (
	"strings"
	"testing"

	"faultline/bench"
)

func TestFits(t *testing.T) {
	link := func(from, to, transport string) bench.Link {
		return bench.Link{From: from, To: to, Transport: transport}
	}
	chain := []bench.Link{link(bench.Client, "order", bench.Poll), link("payment", "fraud", "http"), link("fraud", "risk", "http")}
	sync := bench.Architecture{Name: "sync", Links: append(chain, link("order", "payment", "http"), link("order", "inventory", "http"))}
	queue := bench.Architecture{Name: "queue", Links: append(chain[:3:3], link("order", "payment", "queue"), link("order", "inventory", "queue"))}
	latency := func(place string) bench.Fault {
		return bench.Fault{Name: "x", Kind: bench.Latency, Place: place, Delay: 1}
	}
	webhook := bench.Architecture{Name: "webhook", Links: append(chain[:3:3], link("order", "payment", "webhook"), link("order", "inventory", "queue"))}
	for _, f := range All {
		if err := Fits(f, webhook, true); err != nil {
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
		{RandomKills("order", 0), sync, "0 times"},
		{bench.Fault{Kind: bench.Slow, Place: "risk"}, sync, "no delay"},
		{bench.Fault{Kind: bench.Poison, Place: "payment"}, sync, "share is 0"},
		{bench.Fault{Kind: bench.Poison, Place: "order", Share: 1}, sync, "only accepts orders"},
		{bench.Fault{Kind: bench.Poison, Place: Broker, Share: 1}, queue, "takes no such command"},
		{bench.Fault{Kind: "flood"}, sync, "unknown"},
	} {
		err := Fits(c.fault, c.in, c.in.Name == "queue")
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v on %s: %v, want %q", c.fault, c.in.Name, err, c.want)
		}
	}
}
