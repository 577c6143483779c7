package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
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
	write(t, dir, someFacts(), someBooks())
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
	write(t, dir, someFacts(), someBooks())
	path := filepath.Join(dir, fileJournal)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range raw {
		put(t, path, raw[:n])
		got, err := journalOf(dir)
		if whole := someBooks().journal[:bytes.Count(raw[:n], []byte("\n"))]; err != nil || !slices.Equal(got, whole) {
			t.Fatalf("after %d bytes: %+v\nwant %+v, %v", n, got, whole, err)
		}
	}
}

// journalOf are the lines of a trial's journals.
func journalOf(dir string) (list []Entry, err error) {
	err = readJournal(dir, func(r journalRow) { list = append(list, r.entry()) })
	return list, err
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
		{"something that nobody is told", fileAnswers, "0,1,2,3,4,200,all is well,ok,a,,1\n", `answers.csv line 1: "all is well" is nothing that a client can be told`},
		{"a number too large for its column", fileAnswers, "0,1,2,3,4,99999,accepted,ok,a,,1\n", "answers.csv line 1"},
		{"no time in a journal", fileJournal, "soon,payment,a,charge,1\n", "journal.csv line 1"},
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
	write(f, dir, someFacts(), someBooks())
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

func put(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}
