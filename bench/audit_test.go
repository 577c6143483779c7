package bench

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// booked enters lines into the book of made-up facts.
func booked(f Facts, b books) Facts {
	f.Book = newBook(f.Trial, f.Orders)
	for _, r := range b.records {
		f.Book.record([]byte(r.Order), []byte(r.Key), []byte(r.Status))
	}
	for _, e := range b.journal {
		f.Book.enter([]byte(e.Order), []byte(e.Effect), e.N)
	}
	return f
}

// An end is everything that decides an order's class, in MEASURES' words.
type end struct {
	told                  Told
	charges               int // applied
	refunds               int
	reserved, done, ships int
	at                    where
}

func (x end) effect() bool { return x.charges-x.refunds > 0 || x.reserved+x.done+x.ships > 0 }

func (x end) all() bool { return x.charges-x.refunds > 0 && x.reserved > 0 && x.done > 0 }

func (x end) none() bool { return x.charges-x.refunds <= 0 && x.reserved == 0 && x.done == 0 }

// oracle is the table of MEASURES, row by row: the first predicate that holds names the class.
var oracle = []struct {
	class Class
	when  func(end) bool
}{
	{Phantom, func(x end) bool { return x.told == ToldUnsent && x.effect() }},
	{Duplicated, func(x end) bool {
		return x.charges > 1 && x.charges-x.refunds > 1 || x.reserved > 1 || x.ships > 1 || x.done > 1
	}},
	{Zombie, func(x end) bool { return (x.told == ToldFailed || x.told == ToldDeclined) && x.effect() }},
	{Parked, func(x end) bool { return x.at == dead }},
	{Unfinished, func(x end) bool { return x.at == waiting }},
	{HalfDone, func(x end) bool { return !x.all() && !x.none() }},
	{OK, func(x end) bool { return x.told == ToldAccepted && x.all() }},
	{Recovered, func(x end) bool { return x.told == ToldNothing && x.all() }},
	{Lost, func(x end) bool { return x.told == ToldAccepted && x.none() }},
	{Vanished, func(x end) bool { return x.told == ToldNothing && x.none() }},
	{Refused, func(x end) bool { return x.told == ToldFailed && x.none() }},
	{Declined, func(x end) bool { return x.told == ToldDeclined && x.none() }},
	{Unsent, func(x end) bool { return x.told == ToldUnsent && x.none() }},
}

// ends are all combinations. A refund undoes the charge before it, so two charges and one refund never stood twice.
func ends() (list []end) {
	for _, told := range []Told{ToldNothing, ToldAccepted, ToldDeclined, ToldFailed, ToldUnsent} {
		for _, paid := range [][2]int{{0, 0}, {1, 0}, {2, 0}, {1, 1}, {2, 1}, {2, 2}} {
			for reserved := range 3 {
				for done := range 3 {
					for ships := range 3 {
						for _, at := range []where{nowhere, waiting, dead} {
							list = append(list, end{told, paid[0], paid[1], reserved, done, ships, at})
						}
					}
				}
			}
		}
	}
	return list
}

// journal writes an end as journals would: charge, refund, charge, refund; everything else once and again.
func (x end) journal(id string) (lines []Entry) {
	add := func(effect string, n int) {
		lines = append(lines, Entry{T: time.Duration(len(lines)), Service: "any", Order: id, Effect: effect, N: n})
	}
	for i := range x.charges {
		add("charge", 1)
		if i < x.refunds {
			add("charge", -1)
		}
	}
	for effect, n := range map[string]int{"reservation": x.reserved, "done": x.done, "shipment": x.ships} {
		for range n {
			add(effect, 1)
		}
	}
	return lines
}

func TestClassifyAgreesWithMeasures(t *testing.T) {
	seen := map[Class]int{}
	for _, x := range ends() {
		var e effects
		for _, line := range x.journal("o") {
			e.add([]byte(line.Effect), line.N)
		}
		i := slices.IndexFunc(oracle, func(row struct {
			class Class
			when  func(end) bool
		}) bool {
			return row.when(x)
		})
		if i < 0 {
			t.Fatalf("MEASURES has no class for %+v: its predicates are not total", x)
		}
		want := oracle[i].class
		if got := classify(x.told, e, x.at); got != want {
			t.Errorf("%+v: %s, want %s", x, got, want)
		}
		seen[want]++
	}
	for i, c := range Classes {
		if c == Unknown { // of no order: of a trial without books
			continue
		}
		if seen[c] == 0 {
			t.Errorf("no combination is %s", c)
		}
		if oracle[i].class != c {
			t.Errorf("row %d of the table is %s, Classes has %s", i, oracle[i].class, c)
		}
	}
}

func TestEffectsStandTwice(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []int
		net   int
		twice bool
	}{
		{"one charge", []int{1}, 1, false},
		{"charged again", []int{1, 1}, 2, true},
		{"charged after its refund", []int{1, -1, 1}, 1, false},
		{"charged twice after a refund", []int{1, -1, 1, 1}, 2, true},
		{"one of two was given back", []int{1, 1, -1}, 1, true}, // it stood twice for a while: the customer saw it
		{"refunded before it was charged", []int{-1, 1}, 0, false},
		{"saga undone and done over and over", []int{1, -1, 1, -1, 1, -1}, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, effect := range []string{"charge", "reservation", "shipment", "done"} {
				var e effects
				for _, n := range c.lines {
					e.add([]byte(effect), n)
				}
				if net := int(e.charged + e.reserved + e.shipped + e.done); net != c.net || e.twice != c.twice {
					t.Errorf("%s: net %d, twice %v; want %d, %v", effect, net, e.twice, c.net, c.twice)
				}
			}
		})
	}
}

func TestChecksAndScoresAreNoEffects(t *testing.T) {
	var e effects
	for _, effect := range []string{"check", "score", "check", "score"} {
		e.add([]byte(effect), 1)
	}
	if e.any() || e.twice {
		t.Errorf("%+v: a check that is made twice harms nobody", e)
	}
}

// TestSettleEveryEnd settles one order of every combination at once: no order may change its neighbour's class.
func TestSettleEveryEnd(t *testing.T) {
	var f Facts
	var b books
	want := map[Class]int{}
	for i, x := range ends() {
		id := fmt.Sprintf("ord_%d", i)
		f.Orders = append(f.Orders, Order{Seq: i, Told: x.told, ID: id})
		b.journal = append(b.journal, x.journal(id)...)
		if x.at != nowhere {
			f.Leftovers = append(f.Leftovers, Leftover{Order: id, Where: "payment", Dead: x.at == dead})
		}
		for _, row := range oracle {
			if row.when(x) {
				want[row.class]++
				break
			}
		}
	}
	want[Unsent] += want[Phantom] // these were planned too
	a := settleOrders(booked(f, b))
	sum := 0
	for _, c := range Classes {
		if a.Classes[c] != want[c] {
			t.Errorf("%s: %d orders, want %d", c, a.Classes[c], want[c])
		}
		if c != Phantom {
			sum += a.Classes[c]
		}
	}
	if sum != a.Offered || a.Offered != len(f.Orders) {
		t.Errorf("classes add up to %d, %d were offered of %d planned", sum, a.Offered, len(f.Orders))
	}
}

func TestSettleOrders(t *testing.T) {
	whole := func(id string) []Entry { return end{charges: 1, reserved: 1, done: 1, ships: 1}.journal(id) }
	header := TrialHeader{Seed: 7, Repeat: 2}
	for _, c := range []struct {
		name  string
		facts Facts
		books books
		want  map[Class]int
	}{
		{"nothing was planned", Facts{}, books{}, map[Class]int{}},
		{"all went well", Facts{Orders: []Order{{Told: ToldAccepted, ID: "a"}}}, books{journal: whole("a")}, map[Class]int{OK: 1}},
		{"an accepted order without a trace", Facts{Orders: []Order{{Told: ToldAccepted, ID: "a"}}}, books{}, map[Class]int{Lost: 1}},
		{"a client that did not live to read of the decline",
			Facts{Trial: header, Orders: []Order{{Told: ToldAccepted, ID: "a", Settled: Never}, {Seq: 1, Told: ToldAccepted, ID: "b", Settled: Never},
				{Seq: 2, Told: ToldAccepted, ID: "c", Settled: Never}, {Seq: 3, Told: ToldAccepted, ID: "d", Settled: 1}}},
			books{records: []Record{{Order: "a", Status: "payment_failed"}, {Order: "b", Status: "pending"}, {Order: "c", Status: "out_of_stock"},
				{Order: "d", Status: "payment_failed"}}, journal: end{charges: 1}.journal("c")},
			map[Class]int{Declined: 1, Lost: 2, Zombie: 1}}, // c is still charged; d was told that it is confirmed
		{"an answer was lost, its order was not: the key ties them",
			Facts{Trial: header, Orders: []Order{{Told: ToldUnsent}, {Seq: 1, Told: ToldNothing}}},
			books{records: []Record{{Order: "b", Key: Key(header, 1)}}, journal: whole("b")},
			map[Class]int{Recovered: 1, Unsent: 1}},
		{"a key of another trial ties nothing",
			Facts{Trial: header, Orders: []Order{{Told: ToldNothing}}},
			books{records: []Record{{Order: "b", Key: Key(TrialHeader{Seed: 7, Repeat: 3}, 0)}}, journal: whole("b")},
			map[Class]int{Vanished: 1, Phantom: 1}},
		{"an effect for an order that nobody planned",
			Facts{Orders: []Order{{Told: ToldAccepted, ID: "a"}}}, books{journal: append(whole("a"), whole("x")...)},
			map[Class]int{OK: 1, Phantom: 1}},
		{"a stranger whose charge was given back", Facts{}, books{journal: end{charges: 1, refunds: 1}.journal("x")}, map[Class]int{}},
		{"an effect for an order that was not sent",
			Facts{Orders: []Order{{Told: ToldUnsent, ID: "a"}}}, books{journal: whole("a")}, map[Class]int{Unsent: 1, Phantom: 1}},
		{"dead beats waiting",
			Facts{Orders: []Order{{Told: ToldAccepted, ID: "a"}}, Leftovers: []Leftover{{Order: "a", Dead: true}, {Order: "a"}}}, books{},
			map[Class]int{Parked: 1}},
		{"what waits for a second order of one key waits for the first",
			Facts{Trial: header, Orders: []Order{{Told: ToldNothing}}, Leftovers: []Leftover{{Order: "b"}}},
			books{records: []Record{{Order: "a", Key: Key(header, 0)}, {Order: "b", Key: Key(header, 0)}}},
			map[Class]int{Unfinished: 1}},
		{"a message that names no order is nobody's",
			Facts{Orders: []Order{{Told: ToldFailed}, {Seq: 1, Told: ToldUnsent}}, Leftovers: []Leftover{{Dead: true}}}, books{},
			map[Class]int{Refused: 1, Unsent: 1}},
		{"an effect that names no order is a stranger's",
			Facts{Orders: []Order{{Told: ToldFailed}}}, books{journal: whole("")}, map[Class]int{Refused: 1, Phantom: 1}},
		{"a record that names no order ties nothing to it",
			Facts{Trial: header, Orders: []Order{{Told: ToldFailed, ID: "a"}}},
			books{records: []Record{{Key: Key(header, 0)}}, journal: whole("")}, map[Class]int{Refused: 1, Phantom: 1}},
		{"two clients were given one id: its effects count once",
			Facts{Orders: []Order{{Told: ToldAccepted, ID: "a"}, {Seq: 1, Told: ToldAccepted, ID: "a"}}}, books{journal: whole("a")},
			map[Class]int{OK: 1, Lost: 1}},
		{"one key made two orders: it is one, made twice",
			Facts{Trial: header, Orders: []Order{{Told: ToldAccepted, ID: "b"}}},
			books{records: []Record{{Order: "a", Key: Key(header, 0)}, {Order: "b", Key: Key(header, 0)}}, journal: append(whole("a"), whole("b")...)},
			map[Class]int{Duplicated: 1}},
		{"one key made two orders, only one of them done",
			Facts{Trial: header, Orders: []Order{{Told: ToldNothing}}},
			books{records: []Record{{Order: "a", Key: Key(header, 0)}, {Order: "b", Key: Key(header, 0)}}, journal: whole("b")},
			map[Class]int{Recovered: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := settleOrders(booked(c.facts, c.books))
			for _, class := range Classes {
				if a.Classes[class] != c.want[class] {
					t.Errorf("%s: %d, want %d", class, a.Classes[class], c.want[class])
				}
			}
		})
	}
}

// TestLinesOfAnEffectAreBookedAsTheyStand: they are one service's, in the order in which they were committed, whatever its clock said.
func TestLinesOfAnEffectAreBookedAsTheyStand(t *testing.T) {
	f := booked(Facts{Orders: []Order{{Told: ToldAccepted, ID: "a"}}}, books{journal: []Entry{
		{T: 30, Order: "a", Effect: "charge", N: 1}, {T: 20, Order: "a", Effect: "charge", N: -1}, {T: 10, Order: "a", Effect: "charge", N: 1},
		{T: 40, Order: "a", Effect: "reservation", N: 1}, {T: 50, Order: "a", Effect: "done", N: 1},
	}})
	if a := settleOrders(f); a.Classes[OK] != 1 {
		t.Errorf("%v: charged, refunded and charged again is one charge", a.Classes)
	}
}

// TestWitnesses: a violation is listed with the lines about it, by time, whatever service's journal they are from.
func TestWitnesses(t *testing.T) {
	f, b := Facts{Trial: TrialHeader{Schema: SchemaVersion}}, books{}
	for i := range maxWitnesses + 5 {
		id := fmt.Sprintf("ord_%d", i)
		f.Orders = append(f.Orders, Order{Seq: i, Told: ToldFailed, ID: id, Status: WordOf("pending")})
		b.journal = append(b.journal, Entry{T: 2, Order: id, Service: "payment", Effect: "charge", N: 1})
	}
	b.journal = append(b.journal, Entry{Order: "x", Effect: "done", N: 1}, Entry{T: 1, Order: "ord_0", Service: "risk", Effect: "score", N: 1})
	dir := t.TempDir()
	write(t, dir, f, b)
	f, err := ReadTrial(dir)
	if err != nil {
		t.Fatal(err)
	}
	a := settleOrders(f)
	if a.Classes[Zombie] != maxWitnesses+5 || a.Broken() != maxWitnesses+6 || len(a.Witnesses) != maxWitnesses+1 {
		t.Fatalf("%v, %d broken, %d witnesses", a.Classes, a.Broken(), len(a.Witnesses))
	}
	first, last := a.Witnesses[0], a.Witnesses[maxWitnesses]
	lines := []Entry{b.journal[len(b.journal)-1], b.journal[0]}
	if first.Order != "ord_0" || first.Told != ToldFailed || first.Status != "pending" || !slices.Equal(first.Journal, lines) {
		t.Errorf("%+v: the order, what was told and the journals' lines are the evidence", first)
	}
	if last.Class != Phantom || last.Seq != -1 || len(last.Journal) != 1 {
		t.Errorf("%+v: a phantom has no place in the schedule, but lines", last)
	}
}

func TestShipped(t *testing.T) {
	var f Facts
	var b books
	for i, ships := range []int{0, 1, 1, 2, 3} {
		id := fmt.Sprint(i)
		f.Orders = append(f.Orders, Order{Seq: i, Told: ToldAccepted, ID: id})
		b.journal = append(b.journal, end{charges: 1, reserved: 1, done: 1, ships: ships}.journal(id)...)
	}
	b.journal = append(b.journal, Entry{Order: "0", Effect: "shipment", N: -1})
	if a := settleOrders(booked(f, b)); a.Shipped != [3]int{1, 2, 2} {
		t.Errorf("%v done orders were shipped 0, 1 and more times", a.Shipped)
	}
}

func TestAuditWithoutBooks(t *testing.T) {
	f := Facts{Orders: []Order{{Told: ToldAccepted, ID: "a"}, {Seq: 1, Told: ToldUnsent}}}
	if a := audit(f); a.Classes[Unknown] != 2 || a.Offered != 2 || a.Broken() != 0 {
		t.Errorf("without books: %+v", a)
	}
	f.Events = []Event{{Kind: EventBooks}}
	if a := audit(f); a.Classes[Lost] != 1 || a.Classes[Unsent] != 1 {
		t.Errorf("with books: %+v", a)
	}
}
