package bench

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"time"
)

// TimeoutHeader carries what is left of the time that a caller waits, in milliseconds; clocks need not agree.
const TimeoutHeader = "Request-Timeout"

// newClient makes an HTTP client for one kind of traffic to 127.0.0.1, with connections of its own.
func newClient(timeout time.Duration) *http.Client {
	return &http.Client{Timeout: timeout, Transport: transport()}
}

func transport() *http.Transport {
	return &http.Transport{
		DialContext:         (&net.Dialer{Timeout: 2 * time.Second}).DialContext,
		MaxIdleConnsPerHost: 4096,
		IdleConnTimeout:     30 * time.Second,
		DisableCompression:  true,
	}
}

// draft is the body of the seq-th order: the same in every trial of a seed.
func draft(seed uint64, seq int) []byte {
	random := rand.New(rand.NewPCG(seed, uint64(seq)))
	return fmt.Appendf(nil, `{"user_id":"%s","items":[{"sku":"WIDGET-%d","quantity":%d}],"payment_method":"pm_visa_4242"}`,
		user(random), 1+random.IntN(100), 1+random.IntN(3))
}

// userOf is who places the seq-th order.
func userOf(seed uint64, seq int) string { return user(rand.New(rand.NewPCG(seed, uint64(seq)))) }

func user(random *rand.Rand) string { return fmt.Sprintf("usr_%04x", random.IntN(1<<12)) }

// An orderView is what every answer of the order service has in common.
type orderView struct {
	ID     string `json:"order_id"`
	Status string `json:"status"`
}

// told is what an HTTP status tells a client that placed an order (ORDER-FLOW).
func told(code int) Told {
	switch code {
	case http.StatusCreated, http.StatusAccepted:
		return ToldAccepted
	case http.StatusPaymentRequired, http.StatusConflict:
		return ToldDeclined
	}
	return ToldFailed
}

// settle reads an order's status as a client does: what it is told, and whether that is the end.
func settle(status string) (t Told, settled bool) {
	switch status {
	case "confirmed", "shipped":
		return ToldAccepted, true
	case "payment_failed", "out_of_stock":
		return ToldDeclined, true
	case "cancelled":
		return ToldFailed, true
	}
	return ToldAccepted, false
}

func readView(body []byte) (v orderView) {
	_ = json.Unmarshal(body, &v) // a body that is none leaves the view empty
	return v
}
