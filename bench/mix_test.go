package bench

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// writtenOut is a mix that extends nothing.
const writtenOut = `
architectures:
  - sync
  - name: own
    about: written out
    slots: {risk: 3}
    links:
      - {from: order, to: shipping, transport: queue}
      - {from: order, to: inventory, transport: http, timeout: 0s}
      - from: client
        to: order
        transport: poll
      - {from: fraud, to: risk, transport: http, hedge: {after: 20ms}, bulkhead: {calls: 4, wait: 1s}}
      - {from: order, to: payment, transport: queue}
      - {from: payment, to: fraud, transport: http, timeout: 250ms, retry: {attempts: 3, backoff: 10ms, jitter: 0.5, budget: 0.1}, breaker: {failures: 5, open: 2s}}
`

func TestMixWrittenOut(t *testing.T) {
	p, err := parse(t, writtenOut)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := p.Resolve(someCatalogue())
	if err != nil || len(plan.Architectures) != 2 {
		t.Fatalf("%+v, %v", plan.Architectures, err)
	}
	own := plan.Architectures[1]
	if own.Name != "own" || own.About != "written out" || own.Slots["risk"] != 3 {
		t.Errorf("%+v", own)
	}
	for i, need := range someCatalogue().Flow {
		if own.Links[i].Name() != need.Name() {
			t.Errorf("link %d is %s, want the order of the flow", i, own.Links[i].Name())
		}
	}
	fraud, risk, inventory := own.Links[2], own.Links[3], own.Links[4]
	if *fraud.Timeout != 250*time.Millisecond || *fraud.Retry != (Retry{3, 10 * time.Millisecond, 0.5, 0.1}) || *fraud.Breaker != (Breaker{5, 2 * time.Second}) {
		t.Errorf("%+v", fraud)
	}
	if risk.Hedge.After != 20*time.Millisecond || *risk.Bulkhead != (Bulkhead{4, time.Second}) || risk.Timeout != nil || *inventory.Timeout != 0 {
		t.Errorf("%+v, %+v", risk, inventory)
	}
}

func TestMixThatExtends(t *testing.T) {
	p, err := parse(t, `
architectures:
  - name: sync-but-shipping
    extends: sync
    links:
      - {from: order, to: shipping, transport: queue}
`)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := p.Resolve(someCatalogue())
	if err != nil {
		t.Fatal(err)
	}
	a := plan.Architectures[0]
	if a.Link("order", "shipping").Transport != "queue" || a.Link("order", "payment").Transport != "http" || a.ClientLink() != Wait || len(a.Links) != 6 {
		t.Errorf("%+v", a)
	}
	if c := someCatalogue(); !slices.EqualFunc(c.Architectures[0].Links, someCatalogue().Architectures[0].Links, func(a, b Link) bool { return a.Transport == b.Transport }) {
		t.Error("the catalogue changed")
	}
}

// TestDeadlinesThatNobodyLooksAt: a deadline is the client's to tell, and services that keep what is late look at none.
func TestDeadlinesThatNobodyLooksAt(t *testing.T) {
	p, err := parse(t, `
flow: {keep_late: true}
architectures:
  - name: told
    extends: sync
    links:
      - {from: client, to: order, transport: wait, deadline: true}
`)
	if err == nil {
		_, err = p.Resolve(someCatalogue())
	}
	if err == nil || !strings.Contains(err.Error(), "flow.keep_late: services would go on with what the deadline of told's clients rules out") {
		t.Errorf("%v", err)
	}
	p, err = parse(t, `
architectures:
  - name: told
    extends: sync
    links:
      - {from: payment, to: fraud, transport: http, deadline: true}
`)
	if err == nil {
		_, err = p.Resolve(someCatalogue())
	}
	if err == nil || !strings.Contains(err.Error(), "payment->fraud.deadline: services tell theirs in any case: remove it") {
		t.Errorf("%v", err)
	}
}

func TestEveryProblemOfMixesInOneError(t *testing.T) {
	_, err := parse(t, `
architectures:
  - sync
  - name: sync
    extends: queue
  - name: own
    links:
      - {from: client, to: order, transport: http}
      - {from: order, to: payment, transport: htpp}
      - {from: payment, to: fraud, transport: http,
         retry: {attempts: 0, budget: 2}, timeout: 2m}
      - {from: fraud, to: risk, transport: http, broken: [transient, auto-akc]}
      - from: fraud
        to: risk
        transport: queue
        breaker:
          failures: 1
      - {from: risk, to: order, transport: http}
      - {from: risk, to: shipping, transport: http}
      - {from: order, to: inventory, transport: http, tiemout: 5s}
      - {from: order, to: shiping, transport: http}
    slots:
      risk: none
  - extends: snyc
  - name: ../up
    extends: sync
    links: {order: http}
  - 7
`)
	if err == nil {
		t.Fatal("it was taken")
	}
	tells(t, err, []string{
		"4: architecture sync is in the catalogue already", "4: architecture sync is there twice",
		`8: architectures[2].links[0].transport: "http" is not known; allowed: wait, poll`,
		`9: architectures[2].links[1].transport: "htpp" is not known (did you mean "http"?); allowed: http, webhook, queue, topic`,
		"11: architectures[2].links[2].retry.attempts: 0 must be from 1 to 10", "11: architectures[2].links[2].retry.budget: 2 must be from 0 to 1",
		"11: architecture own: payment->fraud.timeout: 2m0s must be from 0s to 1m",
		`12: architecture own: fraud->risk.broken: "transient" means nothing over http`,
		`12: architectures[2].links[3].broken[1]: "auto-akc" is not known (did you mean "auto-ack"?)`,
		"13: architecture own: link fraud->risk is there twice", "16: architectures[2].links[4].breaker: it needs open",
		"18: architecture own: link risk->order closes a cycle", "19: architecture own: link risk->shipping is not part of the order flow",
		`20: architectures[2].links[7]: unknown field "tiemout" (did you mean "timeout"?)`,
		`21: architectures[2].links[8].to: "shiping" is not known (did you mean "shipping"?)`,
		"7: architecture own: link order->shipping is missing",
		`23: architectures[2].slots.risk: "none" must be a whole number`,
		`24: architectures[3].extends: "snyc" is not known (did you mean "sync"?)`, "24: architectures[3]: it needs name",
		`25: architectures[4].name: "../up" won't do: Lower-case letters`, "27: architectures[4].links: a set of fields must be a list",
		"28: architectures[5]: 7 must be a text or a set of fields",
	})
}
