package order

// A Status is where an order stands, as the client sees it. It only moves forward.
type Status string

// Statuses of an order.
const (
	Pending    Status = "pending"
	Processing Status = "payment_processing"
	Paid       Status = "payment_confirmed"
	Confirmed  Status = "confirmed" // paid and reserved: done
	Shipped    Status = "shipped"

	PaymentFailed Status = "payment_failed"
	OutOfStock    Status = "out_of_stock" // the charge is refunded
	// Cancelled is an order that a part of the system failed: what had been done for it is undone.
	Cancelled Status = "cancelled"
)

var rank = map[Status]int{Pending: 0, Processing: 1, Paid: 2, Confirmed: 3, Shipped: 4, PaymentFailed: 5, OutOfStock: 5, Cancelled: 5}

// Follows reports whether an order may move from one status to the next.
// A confirmed order can't fail any more, and a failed one stays so.
func (s Status) Follows(from Status) bool {
	return rank[s] > rank[from] && !(from == Confirmed && s != Shipped) && from != Shipped
}

// Settled reports whether the order's outcome is known: done or failed. (Shipping comes later.)
func (s Status) Settled() bool { return rank[s] >= rank[Confirmed] }

// Done reports whether the order is paid and reserved.
func (s Status) Done() bool { return s == Confirmed || s == Shipped }
