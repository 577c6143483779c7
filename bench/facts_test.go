package bench

import (
	"testing"
	"time"
)

// hostile are texts that a format of lines and commas must bring back as they were.
var hostile = []string{"", "plain", "a,b", `say "no"`, `"`, `""`, "two\nlines", "\n", "dos\r\nline", "\r", `C:\new\r`, `\`, `\\n`, `\.`, " led by a space",
	"tab\there", "über € 你", "nul\x00", "\xff\xfe no UTF-8", `ends in \`}

// someFacts are small facts with every kind of thing in them.
func someFacts() Facts {
	f := Facts{
		Trial: TrialHeader{Schema: SchemaVersion, Index: 3, Repeat: 2, Seed: 7, Runtime: "process", Ready: time.Second,
			Base:         time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC),
			Architecture: Architecture{Name: "sync", Links: []Link{{From: Client, To: "order", Transport: Wait}}},
			Fault:        Fault{Name: "slow-risk", Kind: Slow, Place: "risk", Delay: 200 * time.Millisecond},
			Phases:       Phases{Baseline: 2, Fault: 6, Recovery: 10, Drain: 17, End: 47}},
		Events:    []Event{{T: 1, Kind: EventPhase, Detail: "warm-up"}, {T: 2, Kind: EventProbe, Place: "risk", Value: 0.25, Refused: true}},
		Samples:   []Sample{{From: 1, To: 2, Service: "risk", Requests: map[string]int64{OutcomeOK: 3}, Latency: Histogram{4: 3}, Queue: 9}},
		Queues:    []QueueSample{{T: 1, Queue: "payments", Ready: 3, Taken: 2, Dead: 1}},
		Broker:    []BrokerSample{{T: 2, Unacked: 4, Redelivered: 5, Memory: 6, Alarms: []string{AlarmDisk}}},
		ReadBacks: []ReadBack{{Seq: 0, Acked: 2, Read: 3, Missed: true, Done: 9}, {Seq: 1, Acked: 4, Read: Never, Done: Never, Declined: true}},
		Leftovers: []Leftover{{Order: "ord_1", Where: "payments", Dead: true, Reason: "no amount"}},
		Harness:   []HarnessSample{{T: 1, CPU: 0.5, Heap: 1 << 40, InFlight: 3}},
	}
	for i, text := range hostile {
		at := time.Duration(i) * time.Millisecond
		f.Orders = append(f.Orders, Order{Seq: i, Planned: at, Sent: at + 1, Acked: at + 2, Done: Never, Settled: Never, Code: 500,
			ID: text, Status: WordOf(text), Told: ToldFailed, Error: WordOf(text)})
	}
	followed := &f.Orders[2]
	followed.Told, followed.Code, followed.Done, followed.Settled, followed.Polls = ToldAccepted, 202, time.Second, time.Second, 6
	f.Orders = append(f.Orders, Order{Seq: len(f.Orders), Planned: time.Second, Sent: Never, Acked: Never, Done: Never, Settled: Never, Told: ToldUnsent})
	return f
}

// someBooks are the lines of the books of someFacts.
func someBooks() (b books) {
	for i, text := range hostile {
		b.journal = append(b.journal, Entry{T: time.Duration(i) * time.Millisecond, Service: "payment", Order: text, Effect: "charge", N: -1})
		b.records = append(b.records, Record{Order: text, Key: text, Status: text})
	}
	return b
}

// write writes facts as a trial does, and the lines of its books.
func write(t testing.TB, dir string, f Facts, lines ...books) {
	t.Helper()
	w, err := Create(dir, f.Trial)
	if err != nil {
		t.Fatal(err)
	}
	var planned []time.Duration
	for _, o := range f.Orders {
		planned = append(planned, o.Planned)
	}
	w.Planned(planned)
	for _, o := range f.Orders {
		if o.Told == ToldUnsent {
			continue
		}
		first := o
		if o.Polls > 0 {
			first.Done, first.Settled, first.Polls = Never, Never, 0
		}
		w.Answer(first)
		if o.Polls > 0 {
			w.Outcome(o)
		}
	}
	each(f.ReadBacks, w.ReadBack)
	each(f.Events, w.Event)
	each(f.Samples, w.Sample)
	each(f.Queues, w.Queue)
	each(f.Broker, w.Broker)
	each(f.Harness, w.Harness)
	for _, b := range lines {
		w.Journal(b.journal)
		w.Records(b.records)
	}
	w.Leftovers(f.Leftovers)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func each[T any](list []T, take func(T)) {
	for _, v := range list {
		take(v)
	}
}
