package bench

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestStaleness(t *testing.T) {
	const s = time.Second
	f := Facts{Orders: []Order{{Planned: s}, {Planned: s}, {Planned: s}, {Planned: s}, {Planned: 9 * s}}, ReadBacks: []ReadBack{
		{Seq: 0, Acked: s, Read: s, Done: 3 * s},
		{Seq: 1, Acked: s, Read: s, Missed: true, Done: 5 * s},
		{Seq: 2, Acked: s, Read: Never, Done: Never},             // not answered, and never seen done
		{Seq: 3, Acked: s, Read: s, Done: Never, Declined: true}, // nothing was to be done
		{Seq: 4, Acked: 9 * s, Read: 9 * s, Missed: true, Done: 9 * s},
	}}
	got := staleness(f, 0, 5*s)
	if got.Reads != 3 || got.Missed != 1.0/3 {
		t.Errorf("%d reads, %g missed", got.Reads, got.Missed)
	}
	if w := got.Window; w.N != 3 || w.Never != 1 || w.P50 != 4*s || w.P99 != Never || w.Max != 4*s {
		t.Errorf("window %+v", w)
	}
	if none := staleness(Facts{}, 0, s); none.Reads != 0 || none.Missed != 0 || none.Window.N != 0 {
		t.Errorf("of no reads: %+v", none)
	}
}

// TestReadBack looks into a list that shows an order at the third read, and done at the fourth.
func TestReadBack(t *testing.T) {
	for _, c := range []struct {
		name   string
		shown  []string // by read; the last stays
		settle bool
		want   func(ReadBack) bool
	}{
		{"at once", []string{"confirmed"}, true, func(b ReadBack) bool { return !b.Missed && b.Done != Never }},
		{"late", []string{"", "", "pending", "shipped"}, true, func(b ReadBack) bool { return b.Missed && b.Done >= b.Read+100*time.Millisecond }},
		{"declined", []string{"pending", "payment_failed"}, true, func(b ReadBack) bool { return !b.Missed && b.Declined && b.Done == Never }},
		{"failed read", []string{"500", "pending", "confirmed"}, true, func(b ReadBack) bool { return b.Read == Never && !b.Missed && b.Done != Never }},
		{"never", []string{""}, false, func(b ReadBack) bool { return b.Missed && b.Done == Never && !b.Declined }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var reads atomic.Int64
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				status := c.shown[min(int(reads.Add(1)), len(c.shown))-1]
				switch {
				case req.URL.Query().Get("user_id") != userOf(7, 20):
					t.Errorf("asked for %s", req.URL)
				case status == "500":
					http.Error(w, "no", http.StatusInternalServerError)
				case status == "":
					fmt.Fprint(w, `{"orders":[{"order_id":"another","status":"confirmed"}]}`)
				default:
					fmt.Fprintf(w, `{"orders":[{"order_id":"another","status":"confirmed"},{"order_id":"mine","status":%q}]}`, status)
				}
			}))
			defer server.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			if !c.settle {
				ctx, cancel = context.WithTimeout(t.Context(), 300*time.Millisecond)
				defer cancel()
			}
			var got []ReadBack
			r := newReadBacks(Clock{time.Now()}, TrialHeader{Seed: 7}, 50, server.URL, func(b ReadBack) { got = append(got, b) })
			r.follow(ctx, Order{Seq: 21, ID: "mine", Told: ToldAccepted}) // not of the sample
			r.follow(ctx, Order{Seq: 24, ID: "mine", Told: ToldFailed})
			r.follow(ctx, Order{Seq: 24, Told: ToldAccepted})
			if r.every != 6 { // at most 10 a second
				t.Fatalf("one in %d is sampled", r.every)
			}
			r.every = 5
			r.follow(ctx, Order{Seq: 20, ID: "mine", Told: ToldAccepted})
			r.wait()
			if len(got) != 1 || got[0].Seq != 20 || !c.want(got[0]) {
				t.Errorf("read back %+v", got)
			}
		})
	}
}

func TestUserOf(t *testing.T) {
	for seq := range 100 {
		if body := string(draft(3, seq)); !strings.Contains(body, `"user_id":"`+userOf(3, seq)+`"`) {
			t.Errorf("order %d is %s, its user %s", seq, body, userOf(3, seq))
		}
	}
}
