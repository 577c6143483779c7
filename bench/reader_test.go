package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// factFiles are the files that grow line by line.
var factFiles = []string{filePlanned, fileAnswers, fileOutcomes, fileEvents, fileServices, fileQueues, fileBroker, fileHarness, fileJournal, fileRecords, fileLeftovers, fileReadBacks}

// TestCutOffAnywhere cuts each file after every byte, under -short after every seventh: a trial that is killed leaves such files.
func TestCutOffAnywhere(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 7
	}
	dir := t.TempDir()
	write(t, dir, someFacts())
	for _, name := range factFiles {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, name)
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			defer put(t, path, raw)
			for n := 0; n < len(raw); n += step {
				put(t, path, raw[:n])
				_, err := ReadTrial(dir)
				if name == filePlanned && err != nil && strings.Contains(err.Error(), "was never planned") && strings.Contains(err.Error(), fileAnswers+" line ") {
					continue // the plan is on disk before the first answer: this is not a cut, but a loss, and is told
				}
				if err != nil {
					t.Fatalf("cut off after %d of %d bytes: %v", n, len(raw), err)
				}
			}
		})
	}
}

// TestCutOffIsOneRow checks that a cut loses the row it is in and no other.
func TestCutOffIsOneRow(t *testing.T) {
	dir := t.TempDir()
	f := someFacts()
	write(t, dir, f)
	path := filepath.Join(dir, fileJournal)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range raw {
		put(t, path, raw[:n])
		got, err := ReadTrial(dir)
		whole := strings.Count(string(raw[:n]), "\n")
		if err != nil || len(got.Journal) != whole {
			t.Fatalf("after %d bytes: %d rows of %d, %v", n, len(got.Journal), whole, err)
		}
		for i, e := range got.Journal {
			if e != f.Journal[i] {
				t.Fatalf("after %d bytes, row %d: %+v", n, i, e)
			}
		}
	}
}

func TestCorruptionNamesFileAndLine(t *testing.T) {
	for _, c := range []struct{ name, file, content, want string }{
		{"too few fields", fileAnswers, "0,1,2\n", "answers.csv line 1: it has 3 fields, 11 were written"},
		{"too many fields", filePlanned, "0\n1\n2,3\n", "planned.csv line 3: it has 2 fields"},
		{"no number", fileJournal, "5,payment,a,charge,1\n5,payment,a,charge,one\n", "journal.csv line 2"},
		{"a number too large", filePlanned, "99999999999999999999\n", "planned.csv line 1"},
		{"a blank line", filePlanned, "0\n\n1\n", "planned.csv line 2"},
		{"an open quote", fileRecords, "a,b,c\na,\"b,c\n", "records.csv line 2"},
		{"a quote in the middle", fileRecords, "a,b\"b,c\n", "records.csv line 1"},
		{"an order that was not planned", fileAnswers, "99,1,2,3,4,200,accepted,ok,a,,1\n", "answers.csv line 1: order 99 was never planned"},
		{"an order before the first", fileOutcomes, "-1,1,2,3,accepted,ok\n", "outcomes.csv line 1: order -1 was never planned"},
		{"no JSON", fileEvents, "{\"t\":1}\nnonsense\n", "events.jsonl line 2"},
		{"half an object with a newline", fileServices, "{\"from\":1,\n", "services.jsonl line 1"},
		{"the wrong type", fileHarness, "{\"t\":\"soon\"}\n", "harness.jsonl line 1"},
		{"a line that never ends", fileLeftovers, strings.Repeat("x", maxRow+1) + "\n", "leftovers.jsonl line 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, Facts{Trial: TrialHeader{Schema: SchemaVersion}})
			put(t, filepath.Join(dir, filePlanned), []byte("0\n1\n"))
			put(t, filepath.Join(dir, c.file), []byte(c.content))
			if _, err := ReadTrial(dir); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v\nshould say %q", err, c.want)
			}
		})
	}
}

func TestReadHeader(t *testing.T) {
	for _, c := range []struct{ name, header, want string }{
		{"of a later version", `{"schema": 99}`, fmt.Sprintf("its schema is version 99, this program reads version %d", SchemaVersion)},
		{"of none", `{}`, "its schema is version 0"},
		{"cut off", `{"schema": 1, "ind`, fileTrial},
		{"empty", ``, fileTrial},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, filepath.Join(dir, fileTrial), []byte(c.header))
			if _, err := ReadTrial(dir); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v\nshould say %q", err, c.want)
			}
		})
	}
}

func TestReadNoRun(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "nowhere")
	if _, err := ReadTrial(missing); err == nil || !strings.Contains(err.Error(), missing) {
		t.Errorf("ReadTrial: %v", err)
	}
	if _, _, err := ReadRun(missing); err == nil || !strings.Contains(err.Error(), missing) {
		t.Errorf("ReadRun: %v", err)
	}
}

func TestReadRunInTheOrderOfTheTrials(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run [1] *") // a name is no pattern
	for i, name := range []string{"b", "c", "a"} {
		write(t, filepath.Join(dir, "trials", name), Facts{Trial: TrialHeader{Schema: SchemaVersion, Index: i}})
	}
	if err := os.Mkdir(filepath.Join(dir, "trials", "died-at-birth"), 0o755); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(RunHeader{Schema: SchemaVersion, Command: "faultline run"})
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "run.json"), raw)
	h, all, err := ReadRun(dir)
	if err != nil || h.Command != "faultline run" || len(all) != 3 {
		t.Fatalf("%+v, %d trials, %v", h, len(all), err)
	}
	for i, f := range all {
		if f.Trial.Index != i {
			t.Errorf("trial %d stands at %d", f.Trial.Index, i)
		}
	}
}

// FuzzReadTrial reads anything as facts: it may be refused, and must not panic.
func FuzzReadTrial(f *testing.F) {
	dir := f.TempDir()
	write(f, dir, someFacts())
	for i, name := range factFiles {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), raw)
	}
	f.Add(uint8(1), []byte("0,\"\n\",,,"))
	f.Fuzz(func(t *testing.T, which uint8, content []byte) {
		dir := t.TempDir()
		write(t, dir, Facts{Trial: TrialHeader{Schema: SchemaVersion}, Orders: []Order{{Told: ToldUnsent}, {Seq: 1, Told: ToldUnsent}}})
		name := factFiles[int(which)%len(factFiles)]
		put(t, filepath.Join(dir, name), content)
		if _, err := ReadTrial(dir); err != nil && !strings.Contains(err.Error(), name+" line ") {
			t.Errorf("%v: names neither file nor line", err)
		}
	})
}

// BenchmarkAnalyse1M reads and sums up a trial of a million orders, each of them in every book.
func BenchmarkAnalyse1M(b *testing.B) {
	const orders, rate = 1_000_000, 10_000
	dir := b.TempDir()
	f := Facts{Trial: TrialHeader{Schema: SchemaVersion, Phases: Phases{Baseline: 10 * time.Second, Fault: 30 * time.Second,
		Recovery: 60 * time.Second, Drain: 100 * time.Second, End: 130 * time.Second}, Fault: Fault{Name: "slow-risk", Kind: Slow, Place: "risk"}}}
	for i := range orders {
		at, id := time.Duration(i)*time.Second/rate, fmt.Sprintf("ord_%016x", i)
		f.Orders = append(f.Orders, Order{Seq: i, Planned: at, Sent: at + 10_000, Acked: at + 5_000_000, Done: at + 90_000_000,
			Settled: at + 90_000_000, Code: 202, ID: id, Status: "confirmed", Polls: 2, Told: ToldAccepted})
		for _, effect := range []string{"charge", "reservation", "done"} {
			f.Journal = append(f.Journal, Entry{T: at, Service: "payment", Order: id, Effect: effect, N: 1})
		}
	}
	f.Events = []Event{{Kind: EventBooks}, {Kind: EventFinish}}
	write(b, dir, f)
	ordersOnly := b.TempDir()
	write(b, ordersOnly, Facts{Trial: f.Trial, Orders: f.Orders})
	h := RunHeader{Plan: Plan{SLO: Defaults().SLO, Load: Load{Rate: rate}}}
	f = Facts{}
	b.Run("read-orders", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := ReadTrial(ordersOnly); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			var err error
			if f, err = ReadTrial(dir); err != nil || len(f.Orders) != orders {
				b.Fatal(len(f.Orders), err)
			}
		}
	})
	b.Run("summarize", func(b *testing.B) {
		for b.Loop() {
			if s := Summarize(h, nil, f); s.Audit.Classes[OK] != orders {
				b.Fatal(s.Audit.Classes)
			}
		}
	})
}

func put(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}
