package bench

import "testing"

func TestParts(t *testing.T) {
	cuts, err := cutCatalogue().Cuts([]string{"queue"})
	if err != nil {
		t.Fatal(err)
	}
	transports := append(cutCatalogue().Transports, Transport{Name: "webhook"})
	hook := Architecture{Links: []Link{{From: Client, To: "order", Transport: Poll}, {From: "order", To: "payment", Transport: "webhook"},
		{From: "payment", To: "fraud", Transport: "http"}}}
	jobs := Architecture{Links: []Link{{From: Client, To: "order", Transport: Poll}, {From: "order", To: "payment", Transport: "http"}}}
	for _, c := range []struct {
		name   string
		arch   Architecture
		queues []string
		want   Parts
		sum    int
	}{
		{"all by queue", cuts[0], []string{"payment", "order.replies"}, Parts{Brokers: 1, Queues: 2, Tables: 3}, 6},
		{"the client waits", cuts[1], []string{"payment", "order.replies"}, Parts{Brokers: 1, Queues: 2, Tables: 3}, 6},
		{"the last link by queue", cuts[3], []string{"risk", "fraud.replies"}, Parts{Brokers: 1, Queues: 2, Tables: 1}, 4},
		{"all wait", cuts[4], nil, Parts{}, 0},
		{"a callback", hook, nil, Parts{Tables: 1, Callbacks: 1}, 2},
		{"a durable job", jobs, nil, Parts{Tables: 1}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := parts(transports, TrialHeader{Architecture: c.arch, Queues: c.queues}); got != c.want || got.Sum() != c.sum {
				t.Errorf("got %+v, %d in all", got, got.Sum())
			}
		})
	}
}
