package order

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

func TestCents(t *testing.T) {
	for _, c := range []struct {
		cents Cents
		text  string
	}{{0, "0.00"}, {1, "0.01"}, {99, "0.99"}, {100, "1.00"}, {4998, "49.98"}, {-1, "-0.01"}, {-4998, "-49.98"}, {1e12, "10000000000.00"}} {
		raw, err := json.Marshal(c.cents)
		if err != nil || string(raw) != c.text {
			t.Errorf("%d is written %s, %v; want %s", c.cents, raw, err, c.text)
		}
		var back Cents
		if err := json.Unmarshal([]byte(c.text), &back); err != nil || back != c.cents {
			t.Errorf("%s is read %d, %v; want %d", c.text, back, err, c.cents)
		}
	}
	for text, want := range map[string]Cents{"5": 500, "5.5": 550, "-0.5": -50} {
		var got Cents
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
			t.Errorf("%s is read %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"1.234", `"1.00"`, "1e2", "1.5e1", "true"} {
		var got Cents
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s is read %d, want an error", text, got)
		}
	}
}

func TestPrice(t *testing.T) {
	for sku, want := range map[string]Cents{"WIDGET-42": 2499, "WIDGET-1": 839, "WIDGET-100": 4846,
		"WIDGET-0": 0, "WIDGET-101": 0, "WIDGET-042": 0, "WIDGET-+1": 0, "WIDGET-": 0, "": 0, "42": 0, "widget-42": 0} {
		if got, ok := Price(sku); got != want || ok != (want > 0) {
			t.Errorf("%q costs %d, %v; want %d", sku, got, ok, want)
		}
	}
	if total := (Draft{Items: []Line{{"WIDGET-42", 2}, {"WIDGET-1", 1}}}).Total(); total != 2*2499+839 {
		t.Errorf("total %d", total)
	}
}

func TestIDOf(t *testing.T) {
	if one, two := NewKey(), NewKey(); one == two {
		t.Errorf("two clients that sent no key got %s", one)
	}
	if IDOf("a") == IDOf("b") {
		t.Error("two keys have one id")
	}
	if id := IDOf("a"); id != "ord_zklycewkdo64v6wc" || !strings.HasPrefix(id, "ord_") || len(id) != len("ord_")+16 {
		t.Errorf("id %s", id)
	}
}

func TestDeclines(t *testing.T) {
	const n = 50000
	for _, share := range []float64{0, 0.01, 0.1, 0.5} {
		d, other := Declines{Seed: 1, Share: share}, Declines{Seed: 2, Share: share}
		declined, both := 0, 0
		for i := range n {
			id := IDOf(string(rune(i)))
			if d.Fraud(id) {
				declined++
				if other.Fraud(id) {
					both++
				}
			}
		}
		sigma := math.Sqrt(n * share * (1 - share))
		if off := math.Abs(float64(declined) - n*share); off > 4*sigma {
			t.Errorf("share %g: %d of %d declined", share, declined, n)
		}
		if share > 0 && both == declined {
			t.Errorf("share %g: two seeds decline the same", share)
		}
		gone := d.OutOfStock()
		if want := int(math.Round(share * catalogueSize)); len(gone) != want || gone["WIDGET-42"] {
			t.Errorf("share %g: %d articles are out of stock (WIDGET-42: %v), want %d", share, len(gone), gone["WIDGET-42"], want)
		}
	}
}

// TestStatus: every pair of statuses; what is not in the table may not be.
func TestStatus(t *testing.T) {
	all := []Status{Pending, Processing, Paid, Confirmed, Shipped, PaymentFailed, OutOfStock, Cancelled}
	next := map[Status][]Status{
		Pending:    {Processing, Paid, Confirmed, Shipped, PaymentFailed, OutOfStock, Cancelled},
		Processing: {Paid, Confirmed, Shipped, PaymentFailed, OutOfStock, Cancelled},
		Paid:       {Confirmed, Shipped, PaymentFailed, OutOfStock, Cancelled},
		Confirmed:  {Shipped},
	}
	for _, from := range all {
		allowed := map[Status]bool{}
		for _, to := range next[from] {
			allowed[to] = true
		}
		for _, to := range all {
			if to.Follows(from) != allowed[to] {
				t.Errorf("%s to %s: %v", from, to, to.Follows(from))
			}
		}
	}
	for _, s := range all[:3] {
		if s.Settled() || s.Done() {
			t.Errorf("%s is settled %v, done %v", s, s.Settled(), s.Done())
		}
	}
	for _, s := range all[3:] {
		if !s.Settled() || s.Done() != (s == Confirmed || s == Shipped) {
			t.Errorf("%s is settled %v, done %v", s, s.Settled(), s.Done())
		}
	}
}
