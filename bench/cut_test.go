package bench

import (
	"slices"
	"strings"
	"testing"
)

// cutCatalogue has the order flow, which branches at order, and three transports.
func cutCatalogue() Catalogue {
	link := func(from, to string) Link { return Link{From: from, To: to} }
	return Catalogue{
		Flow: []Link{link(Client, "order"), link("order", "payment"), link("payment", "fraud"), link("fraud", "risk"),
			link("order", "inventory"), link("order", "shipping")},
		Transports: []Transport{{Name: "http", Blocking: true}, {Name: "queue", Broker: true}, {Name: "topic", Broker: true}},
	}
}

func TestCuts(t *testing.T) {
	for _, c := range []struct {
		with string
		want []string // name: seam: the transports in the flow's order
	}{
		{"queue", []string{
			"cut-client: client | order payment fraud risk: poll queue queue queue queue queue",
			"cut-order: client order | payment fraud risk: wait queue queue queue queue queue",
			"cut-payment: client order payment | fraud risk: wait http queue queue http http",
			"cut-fraud: client order payment fraud | risk: wait http http queue http http",
			"cut-risk: client order payment fraud risk |: wait http http http http http",
		}},
		{"queue topic", []string{
			"cut-client-queue: client | order payment fraud risk: poll queue queue queue queue queue",
			"cut-client-topic: client | order payment fraud risk: poll topic topic topic topic topic",
			"cut-order-queue: client order | payment fraud risk: wait queue queue queue queue queue",
			"cut-order-topic: client order | payment fraud risk: wait topic topic topic topic topic",
			"cut-payment-queue: client order payment | fraud risk: wait http queue queue http http",
			"cut-payment-topic: client order payment | fraud risk: wait http topic topic http http",
			"cut-fraud-queue: client order payment fraud | risk: wait http http queue http http",
			"cut-fraud-topic: client order payment fraud | risk: wait http http topic http http",
			"cut-risk: client order payment fraud risk |: wait http http http http http",
		}},
	} {
		t.Run(c.with, func(t *testing.T) {
			cuts, err := cutCatalogue().Cuts(strings.Fields(c.with))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, a := range cuts {
				var transports []string
				for _, l := range a.Links {
					transports = append(transports, l.Transport)
				}
				got = append(got, a.Name+": "+a.Seam()+": "+strings.Join(transports, " "))
				for _, err := range a.Check(cutCatalogue().Flow, cutCatalogue().Transports) {
					t.Error(err)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestCutsSayWhoWaits(t *testing.T) {
	cuts, err := cutCatalogue().Cuts([]string{"queue"})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		"nobody waits: the order is accepted with 202, and every service asks by queue",
		"waiting: client; asking by queue: order, payment, fraud",
		"waiting: client, order; asking by queue: payment, fraud",
		"waiting: client, order, payment; asking by queue: fraud",
		"everybody waits: the answer is the outcome",
	} {
		if cuts[i].About != want {
			t.Errorf("%s: %s, want %s", cuts[i].Name, cuts[i].About, want)
		}
	}
}

func TestCutsRefuse(t *testing.T) {
	for _, c := range []struct{ with, problem string }{
		{"", "name at least one of queue, topic"},
		{"qeue", `"qeue" is not known (did you mean "queue"?); allowed: queue, topic`},
		{"http", `"http" is not known`}, // it blocks: there is nothing asynchronous behind such a cut
		{"queue topic queue", "queue is there twice"},
		{"qeue tpoic", `"tpoic" is not known`},
	} {
		if cuts, err := cutCatalogue().Cuts(strings.Fields(c.with)); err == nil || !strings.Contains(err.Error(), c.problem) {
			t.Errorf("%q: %v, %v; want %s", c.with, cuts, err, c.problem)
		}
	}
}

func TestChainEndsInACycle(t *testing.T) {
	a := Architecture{Links: []Link{{From: Client, To: "a"}, {From: "a", To: "b"}, {From: "b", To: "a"}}}
	if got := a.Chain(); !slices.Equal(got, []string{Client, "a", "b"}) {
		t.Errorf("got %v", got)
	}
}
