package bench

import (
	"hash/maphash"
	"math/bits"
)

// effects are what the journals say of one order, net of refunds and releases; more than 1 is too often.
// Undoing and doing again is one effect: what counts is what stands, and whether it ever stood twice.
type effects struct {
	charged, reserved, shipped, done int16
	twice                            bool // an effect was applied while it stood already
}

// add applies n of an effect.
func (e *effects) add(effect []byte, n int) {
	var count *int16
	switch string(effect) {
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
	*count += int16(n)
	e.twice = e.twice || *count > 1
}

// any reports whether an effect stands.
func (e *effects) any() bool { return e.charged > 0 || e.reserved > 0 || e.shipped > 0 || e.done > 0 }

// A Book is what services say in the end of every order of a trial: their journals and the order service's records, balanced
// line by line as they are read, since a million orders have some five million lines. It takes 20 to 30 bytes an order.
type Book struct {
	orders  []Order
	effects []effects // by order

	// places is a hash table with linear probing, at most half full: the order's place + 1 at the hash of its id, or 0.
	places []int32
	seed   maphash.Seed

	keys      keys
	unheard   map[int]string      // ids of orders whose client never learned it
	same      map[string]int      // a second id that was made for an order's key: it is one order, made twice
	undone    map[int]Told        // what the records tell of orders that ended without being done, and whose client was not told
	strangers map[string]*effects // by ids that no planned order has
}

// newBook makes the empty book of a trial's orders, of which answers are known.
func newBook(h TrialHeader, orders []Order) *Book {
	b := &Book{orders: orders, effects: make([]effects, len(orders)), places: make([]int32, 2<<bits.Len(uint(len(orders)))), seed: maphash.MakeSeed(),
		keys: newKeys(h), unheard: map[int]string{}, same: map[string]int{}, undone: map[int]Told{}, strangers: map[string]*effects{}}
	for i := range orders {
		if orders[i].ID != "" {
			b.place(i)
		}
	}
	return b
}

// id is the id of an order, also when its answer was lost; "" if nobody knows.
func (b *Book) id(order int) string {
	if id := b.orders[order].ID; id != "" {
		return id
	}
	return b.unheard[order]
}

// slot is where an id is in places, or would be.
func (b *Book) slot(id []byte) int {
	at := int(maphash.Bytes(b.seed, id)) & (len(b.places) - 1)
	for b.places[at] != 0 && b.id(int(b.places[at])-1) != string(id) {
		at = (at + 1) & (len(b.places) - 1)
	}
	return at
}

// place makes an order known by its id. Of two with one id the first is.
func (b *Book) place(order int) {
	if at := b.slot([]byte(b.id(order))); b.places[at] == 0 {
		b.places[at] = int32(order) + 1
	}
}

// order returns the order that was planned and has an id, or had it made as its second; -1: none was.
func (b *Book) order(id []byte) int {
	if at := b.places[b.slot(id)]; at != 0 {
		return int(at) - 1
	}
	if order, again := b.same[string(id)]; again {
		return order
	}
	return -1
}

// enter books a line of a journal. The lines of one effect are one service's, which wrote them in the order in which they were
// committed.
func (b *Book) enter(id, effect []byte, n int) {
	if order := b.order(id); order >= 0 {
		b.effects[order].add(effect, n)
		return
	}
	e, known := b.strangers[string(id)]
	if !known {
		e = &effects{}
		b.strangers[string(id)] = e
	}
	e.add(effect, n)
}

// record books what the order service knows of an order: its id, the client's key, and its status. Records are booked before
// journals.
func (b *Book) record(id, key, status []byte) {
	if order, ours := b.keys.seq(string(key)); ours && order >= 0 && order < len(b.orders) {
		b.tie(id, order)
	}
	order := int(b.places[b.slot(id)]) - 1
	if order < 0 || b.orders[order].Told != ToldAccepted || b.orders[order].Settled != Never {
		return
	}
	if told, settled := settle(string(status)); settled && told != ToldAccepted {
		b.undone[order] = told
	}
}

// tie ties an id to the order it was made for.
func (b *Book) tie(id []byte, order int) {
	switch known := b.id(order); {
	case known == string(id) || len(id) == 0:
	case known == "":
		b.unheard[order] = string(id)
		b.place(order)
	default:
		b.same[string(id)] = order
	}
}

// told is what the client of an order knows in the end. One that was not told the end of an accepted order by then finds it in
// the order service's records, where it reads.
func (b *Book) told(order int) Told {
	if told, ended := b.undone[order]; ended {
		return told
	}
	return b.orders[order].Told
}
