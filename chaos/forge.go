package chaos

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"faultline/bench"
)

// forgeEvery is how often a forger looks for orders that are not paid yet.
const forgeEvery = 20 * time.Millisecond

// forge has somebody who knows the ids of the orders under way tell their service that they are paid: callbacks of
// payment, signed with a guess. He posts to the address that callbacks come to.
func (n *Network) forge(f bench.Fault, note func(bench.Event)) (breakage, error) {
	s, err := n.service(f.Place)
	if err != nil {
		return breakage{}, err
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	forger := &forger{service: s, told: map[string]bool{}, answers: map[int]int{}}
	inject := func(context.Context) error {
		go func() { defer close(ended); forger.run(ctx) }()
		return nil
	}
	heal := func(context.Context) error {
		stop()
		<-ended
		for status, times := range forger.answers {
			note(bench.Event{Kind: bench.EventForged, Place: s.name, Value: float64(times), Detail: fmt.Sprintf("answered %d", status)})
		}
		return nil
	}
	return breakage{inject: inject, heal: heal}, nil
}

// A forger tells each order once.
type forger struct {
	service *service
	told    map[string]bool
	answers map[int]int // by status
}

func (f *forger) run(ctx context.Context) {
	tick := time.NewTicker(forgeEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			for _, id := range f.unpaid(ctx) {
				f.tell(ctx, id)
			}
		}
	}
}

// unpaid are the orders whose payment is under way, and which were not told yet. A service that can't say has none.
func (f *forger) unpaid(ctx context.Context) (ids []string) {
	resp, err := f.do(ctx, http.MethodGet, "http://"+f.service.Addresses().Admin+"/records", nil)
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		var r bench.Record
		if json.Unmarshal(lines.Bytes(), &r) == nil && r.Status == "payment_processing" && !f.told[r.Order] {
			ids = append(ids, r.Order)
		}
	}
	return ids
}

// tell forges one callback.
func (f *forger) tell(ctx context.Context, id string) {
	body := fmt.Appendf(nil, `{"event":"payment.completed","order_id":%q,"amount":0.01,"currency":"USD","completed_at":%q}`,
		id, time.Now().UTC().Format(time.RFC3339))
	resp, err := f.do(ctx, http.MethodPost, "http://"+f.service.Addresses().Main+"/webhooks/payments", body)
	if err != nil {
		return
	}
	resp.Body.Close()
	f.told[id] = true
	f.answers[resp.StatusCode]++
}

func (f *forger) do(ctx context.Context, method, url string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("X-Webhook-Signature", "sha256=0000000000000000000000000000000000000000000000000000000000000000")
	client := http.Client{Timeout: time.Second}
	return client.Do(req)
}
