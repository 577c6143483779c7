package bench

import (
	"cmp"
	"slices"
)

// maxWitnesses bounds the violations that are listed, a class.
const maxWitnesses = 20

// effects are what the journals say of one order, net of refunds and releases; more than 1 is too often.
// Undoing and doing again is one effect: what counts is what stands, and whether it ever stood twice.
type effects struct {
	charged, reserved, shipped, done int
	twice                            bool // an effect was applied while it stood already
}

// add applies a journal line.
func (e *effects) add(line *Entry) {
	var count *int
	switch line.Effect {
	case "charge":
		count = &e.charged
	case "reservation":
		count = &e.reserved
	case "shipment":
		count = &e.shipped
	case "done":
		count = &e.done
	default:
		return // checks and scores leave nothing that a customer could miss
	}
	*count += line.N
	e.twice = e.twice || *count > 1
}

// leaves reports whether an effect leaves anything that a customer could miss: checks and scores don't.
func leaves(effect string) bool { return effect != "check" && effect != "score" }

// any reports whether an effect stands.
func (e *effects) any() bool { return e.charged > 0 || e.reserved > 0 || e.shipped > 0 || e.done > 0 }

// where is where work for an order still waits when the drain has ended.
type where int

const (
	nowhere where = iota
	waiting       // in a queue, an outbox or a job table
	dead          // in a dead-letter queue
)

// classify says what became of one order: the partition of MEASURES, first match wins.
func classify(t Told, e effects, w where) Class {
	charged, reserved, done := e.charged > 0, e.reserved > 0, e.done > 0
	switch {
	case t == ToldUnsent && e.any():
		return Phantom
	case e.twice:
		return Duplicated
	case (t == ToldFailed || t == ToldDeclined) && e.any():
		return Zombie
	case w == dead:
		return Parked
	case w == waiting:
		return Unfinished
	case charged != reserved || reserved != done:
		return HalfDone
	case t == ToldUnsent:
		return Unsent
	case done && t == ToldNothing:
		return Recovered
	case done:
		return OK
	case t == ToldAccepted:
		return Lost
	case t == ToldNothing:
		return Vanished
	case t == ToldDeclined:
		return Declined
	}
	return Refused
}

// audit settles the orders of a trial; where its books were not read, nothing is known of any.
func audit(f Facts) Audit {
	if len(f.events(EventBooks)) > 0 {
		return settleOrders(f)
	}
	a := Audit{Offered: len(f.Orders), Classes: map[Class]int{}}
	if a.Offered > 0 {
		a.Classes[Unknown] = a.Offered
	}
	return a
}

// settleOrders says what became of every offered order, with witnesses for violations.
// A phantom is an effect for an order that was never sent; it is counted beside the classes of the offered orders,
// and if it was planned, that order is unsent.
func settleOrders(f Facts) Audit {
	book := newBook(f)
	a := Audit{Offered: len(f.Orders), Classes: map[Class]int{}}
	for i := range f.Orders {
		o := &f.Orders[i]
		id := book.id(o)
		e, place := book.settle(id)
		class := classify(book.told(o, id), e, place)
		a.count(class, Witness{Class: class, Order: id, Seq: o.Seq, Told: o.Told, Status: o.Status})
		if class == Phantom {
			a.Classes[Unsent]++
		}
		if e.done > 0 {
			a.Shipped[min(max(e.shipped, 0), 2)]++
		}
	}
	for _, id := range book.strangers() {
		a.count(Phantom, Witness{Class: Phantom, Order: id, Seq: -1})
	}
	book.quote(f.Journal, a.Witnesses)
	return a
}

func (a *Audit) count(c Class, w Witness) {
	a.Classes[c]++
	if slices.Contains(Violations, c) && a.Classes[c] <= maxWitnesses {
		a.Witnesses = append(a.Witnesses, w)
	}
}

// Broken is how many orders break a promise.
func (a Audit) Broken() int {
	n := 0
	for _, c := range Violations {
		n += a.Classes[c]
	}
	return n
}

// A book holds what services and broker said in the end, by order id.
type book struct {
	entries map[string]int32 // id → its place in effects
	effects []effects
	settled []bool // those that a planned order has
	where   map[string]where
	ids     []string          // of orders whose client never learned it, by sequence
	same    map[string]string // a second id made for one key → the first: it is one order, made twice
	undone  map[string]Told   // what is told of orders that ended without being done
}

// newBook books a trial's journal. The lines of one effect are one service's, which wrote them in the order in which they were committed.
func newBook(f Facts) book {
	b := book{where: map[string]where{}, ids: make([]string, len(f.Orders)), same: map[string]string{}, undone: map[string]Told{}}
	keys := newKeys(f.Trial)
	for i := range f.Records {
		if seq, ok := keys.seq(f.Records[i].Key); ok && seq >= 0 && seq < len(b.ids) {
			b.record(seq, f.Records[i].Order)
		}
		if told, settled := settle(f.Records[i].Status); settled && told != ToldAccepted {
			b.undone[f.Records[i].Order] = told
		}
	}
	b.entries = make(map[string]int32, len(f.Orders))
	b.effects = make([]effects, 0, len(f.Orders))
	for i := range f.Journal {
		if !leaves(f.Journal[i].Effect) {
			continue
		}
		id := b.first(f.Journal[i].Order)
		at, known := b.entries[id]
		if !known {
			at = int32(len(b.effects))
			b.entries[id] = at
			b.effects = append(b.effects, effects{})
		}
		b.effects[at].add(&f.Journal[i])
	}
	b.settled = make([]bool, len(b.effects))
	for _, l := range f.Leftovers {
		place := waiting
		if l.Dead {
			place = dead
		}
		id := b.first(l.Order)
		b.where[id] = max(b.where[id], place)
	}
	return b
}

// record ties an id to the order it was made for.
func (b book) record(seq int, id string) {
	switch first := b.ids[seq]; {
	case first == "":
		b.ids[seq] = id
	case first != id:
		b.same[id] = first
	}
}

// first is the id under which an order is booked.
func (b book) first(id string) string {
	if len(b.same) > 0 {
		if first, ok := b.same[id]; ok {
			return first
		}
	}
	return id
}

// settle is what was booked under a planned order's id, once; nothing is without one.
func (b book) settle(id string) (e effects, w where) {
	if id == "" {
		return e, nowhere
	}
	if at, known := b.entries[id]; known && !b.settled[at] {
		e, b.settled[at] = b.effects[at], true
	}
	return e, b.where[id]
}

// quote gives witnesses the lines of the journal about them, in the order of time.
func (b book) quote(journal []Entry, witnesses []Witness) {
	at := map[string][]*Witness{}
	for i := range witnesses {
		if w := &witnesses[i]; w.Order != "" || w.Seq < 0 { // a planned order without an id has no lines
			at[w.Order] = append(at[w.Order], w)
		}
	}
	if len(at) == 0 {
		return
	}
	for i := range journal {
		for _, w := range at[b.first(journal[i].Order)] {
			w.Journal = append(w.Journal, journal[i])
		}
	}
	for i := range witnesses {
		slices.SortStableFunc(witnesses[i].Journal, func(x, y Entry) int { return cmp.Compare(x.T, y.T) })
	}
}

// id is the id of an order, also when its answer was lost.
func (b book) id(o *Order) string {
	if o.ID != "" {
		return b.first(o.ID)
	}
	return b.ids[o.Seq]
}

// told is what the client knows in the end. One that was not told the end of an accepted order by then finds it in the order
// service's records, where it reads.
func (b book) told(o *Order, id string) Told {
	if told, ended := b.undone[id]; ended && o.Told == ToldAccepted && o.Settled == Never {
		return told
	}
	return o.Told
}

// strangers are the orders with an effect that no planned order has.
func (b book) strangers() []string {
	var ids []string
	for id, at := range b.entries {
		if !b.settled[at] && b.effects[at].any() {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
