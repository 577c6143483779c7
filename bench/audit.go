package bench

import (
	"cmp"
	"maps"
	"slices"
)

// maxWitnesses bounds the violations that are listed, a class.
const maxWitnesses = 20

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
	book := f.Book
	if book == nil {
		book = newBook(f.Trial, f.Orders)
	}
	left := leftAt(book, f.Leftovers)
	a := Audit{Offered: len(f.Orders), Classes: map[Class]int{}}
	for i := range f.Orders {
		o, e := &f.Orders[i], book.effects[i]
		class := classify(book.told(i), e, left[i])
		a.count(class, Witness{Class: class, Order: book.id(i), Seq: o.Seq, Told: o.Told, Status: o.Status.String()})
		if class == Phantom {
			a.Classes[Unsent]++
		}
		if e.done > 0 {
			a.Shipped[min(max(e.shipped, 0), 2)]++
		}
	}
	for _, id := range slices.Sorted(maps.Keys(book.strangers)) {
		if book.strangers[id].any() {
			a.count(Phantom, Witness{Class: Phantom, Order: id, Seq: -1})
		}
	}
	quote(f.Dir, book, a.Witnesses)
	return a
}

// leftAt is where work for orders still waits, by order.
func leftAt(book *Book, list []Leftover) map[int]where {
	left := map[int]where{}
	for _, l := range list {
		place := waiting
		if l.Dead {
			place = dead
		}
		if order := book.order([]byte(l.Order)); order >= 0 {
			left[order] = max(left[order], place)
		}
	}
	return left
}

// quote gives witnesses the lines of the journal about them, in the order of time.
func quote(dir string, book *Book, witnesses []Witness) {
	if len(witnesses) == 0 {
		return
	}
	planned, strange := map[int]*Witness{}, map[string]*Witness{}
	for i := range witnesses {
		if w := &witnesses[i]; w.Seq < 0 {
			strange[w.Order] = w
		} else {
			planned[w.Seq] = w
		}
	}
	_ = readJournal(dir, func(r journalRow) { // without an error: it was read whole when it was booked
		w := strange[string(r.order())]
		if order := book.order(r.order()); order >= 0 {
			w = planned[order]
		}
		if w != nil {
			w.Journal = append(w.Journal, r.entry())
		}
	})
	for i := range witnesses {
		slices.SortStableFunc(witnesses[i].Journal, func(x, y Entry) int { return cmp.Compare(x.T, y.T) })
	}
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
