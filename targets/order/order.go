// Package order is the domain: what an order is, what may be ordered, and how its status moves.
// It knows nothing of how services talk.
package order

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Cents is an amount of money in cents of a US dollar; on the wire it is a number with two decimals.
type Cents int64

// MarshalJSON writes 4998 as 49.98.
func (c Cents) MarshalJSON() ([]byte, error) {
	sign := ""
	if c < 0 {
		sign, c = "-", -c
	}
	return fmt.Appendf(nil, "%s%d.%02d", sign, c/100, c%100), nil
}

// UnmarshalJSON reads a number with at most two decimals.
func (c *Cents) UnmarshalJSON(b []byte) error {
	var whole, part int64
	text := string(b)
	negative := strings.HasPrefix(text, "-")
	digits, decimals, _ := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	if len(decimals) > 2 {
		return fmt.Errorf("amount %s: at most two decimals", text)
	}
	if _, err := fmt.Sscanf(digits+" "+(decimals + "00")[:2], "%d %d", &whole, &part); err != nil {
		return fmt.Errorf("amount %s: not a number", text)
	}
	*c = Cents(whole*100 + part)
	if negative {
		*c = -*c
	}
	return nil
}

// A Line is one item of an order.
type Line struct {
	SKU      string `json:"sku"`
	Quantity int    `json:"quantity"`
}

// A Draft is what a client posts.
type Draft struct {
	User    string `json:"user_id"`
	Items   []Line `json:"items"`
	Payment string `json:"payment_method"`
}

// An Order is a draft that was accepted.
type Order struct {
	Draft
	ID       string    `json:"order_id"`
	Key      string    `json:"key"` // the client's Idempotency-Key, or one made for it
	Status   Status    `json:"status"`
	Total    Cents     `json:"total"`
	Created  time.Time `json:"created_at"`
	Updated  time.Time `json:"updated_at"`
	Tracking string    `json:"tracking,omitempty"`
	History  []Change  `json:"history,omitempty"` // oldest first
}

// maxQuantity bounds a line, so that a total can't overflow.
const maxQuantity = 1000

// maxLines bounds an order.
const maxLines = 100

// Check returns the first field of the draft that is wrong, and why; "" if none is.
func (d Draft) Check() (field, problem string) {
	if d.User == "" {
		return "user_id", "is missing"
	}
	if len(d.Items) == 0 {
		return "items", "must hold at least one item"
	}
	if len(d.Items) > maxLines {
		return "items", fmt.Sprintf("must hold at most %d items", maxLines)
	}
	for i, l := range d.Items {
		if _, ok := Price(l.SKU); !ok {
			return fmt.Sprintf("items[%d].sku", i), "is not in the catalogue (WIDGET-1 to WIDGET-100)"
		}
		if l.Quantity < 1 || l.Quantity > maxQuantity {
			return fmt.Sprintf("items[%d].quantity", i), fmt.Sprintf("must be from 1 to %d", maxQuantity)
		}
	}
	if d.Payment == "" {
		return "payment_method", "is missing"
	}
	return "", ""
}

// ErrOtherBody says that an idempotency key was used before, for another order.
var ErrOtherBody = errors.New("this Idempotency-Key was used for another order")

// Same reports whether a draft asks for the same as another.
func (d Draft) Same(other Draft) bool {
	return d.User == other.User && d.Payment == other.Payment && slices.Equal(d.Items, other.Items)
}

// Total is the price of all lines of a checked draft.
func (d Draft) Total() Cents {
	var sum Cents
	for _, l := range d.Items {
		price, _ := Price(l.SKU)
		sum += price * Cents(l.Quantity)
	}
	return sum
}

var id32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// NewKey mints a key for a client that sent none.
func NewKey() string { return "none-" + rand.Text() }

// Occasion is the id of the key without what follows an @: an order that is placed on several occasions is
// declined on each or on none.
func (o Order) Occasion() string {
	first, _, _ := strings.Cut(o.Key, "@")
	return IDOf(first)
}

// IDOf derives an order's id from its key: the same order has the same id in every architecture and
// repeat of a seed, so the same orders are declined.
func IDOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "ord_" + id32.EncodeToString(sum[:10])
}
