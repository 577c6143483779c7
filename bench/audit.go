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
	lines                            []Entry
}

// add applies a journal line.
func (e *effects) add(line Entry) {
	e.lines = append(e.lines, line)
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
	for _, o := range f.Orders {
		id := book.id(o)
		e, place := book.of(id)
		class := classify(o.Told, e, place)
		a.count(class, Witness{Class: class, Order: id, Seq: o.Seq, Told: o.Told, Status: o.Status, Journal: e.lines})
		if class == Phantom {
			a.Classes[Unsent]++
		}
		if e.done > 0 {
			a.Shipped[min(max(e.shipped, 0), 2)]++
		}
		if id != "" {
			delete(book.effects, id)
		}
	}
	for _, id := range book.strangers() {
		a.count(Phantom, Witness{Class: Phantom, Order: id, Seq: -1, Journal: book.effects[id].lines})
	}
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
	effects map[string]*effects
	where   map[string]where
	ids     map[int]string    // of orders whose client never learned it, by sequence
	same    map[string]string // a second id made for one key → the first: it is one order, made twice
}

func newBook(f Facts) book {
	b := book{map[string]*effects{}, map[string]where{}, map[int]string{}, map[string]string{}}
	for _, r := range f.Records {
		if seq, ok := seqOf(f.Trial, r.Key); ok {
			b.record(seq, r.Order)
		}
	}
	journal := slices.Clone(f.Journal)
	slices.SortStableFunc(journal, func(x, y Entry) int { return cmp.Compare(x.T, y.T) })
	for _, line := range journal {
		id := b.first(line.Order)
		if b.effects[id] == nil {
			b.effects[id] = &effects{}
		}
		b.effects[id].add(line)
	}
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
	first, twice := b.ids[seq]
	switch {
	case !twice:
		b.ids[seq] = id
	case first != id:
		b.same[id] = first
	}
}

// first is the id under which an order is booked.
func (b book) first(id string) string {
	if first, ok := b.same[id]; ok {
		return first
	}
	return id
}

// of is what was booked under an id; nothing is without one.
func (b book) of(id string) (effects, where) {
	e := b.effects[id]
	switch {
	case id == "":
		return effects{}, nowhere
	case e == nil:
		return effects{}, b.where[id]
	}
	return *e, b.where[id]
}

// id is the id of an order, also when its answer was lost.
func (b book) id(o Order) string {
	if o.ID != "" {
		return b.first(o.ID)
	}
	return b.ids[o.Seq]
}

// strangers are the orders with an effect that no planned order has.
func (b book) strangers() []string {
	var ids []string
	for id, e := range b.effects {
		if e.any() {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
