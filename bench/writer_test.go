package bench

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestFactsRoundTrip(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "trials", "003")
	want := someFacts()
	write(t, dir, want, someBooks())
	got, err := ReadTrial(dir)
	if err != nil {
		t.Fatal(err)
	}
	want.Dir, got.Book = dir, nil
	for i := range reflect.TypeFor[Facts]().NumField() {
		field := reflect.TypeFor[Facts]().Field(i).Name
		if g, w := reflect.ValueOf(got).Field(i).Interface(), reflect.ValueOf(want).Field(i).Interface(); !reflect.DeepEqual(g, w) {
			t.Errorf("%s:\n got %+v\nwant %+v", field, g, w)
		}
	}
	if lines, err := journalOf(dir); err != nil || !slices.Equal(lines, someBooks().journal) {
		t.Errorf("journal: %v\n got %+v\nwant %+v", err, lines, someBooks().journal)
	}
	var records []Record
	err = readRows(dir, fileRecords, 3, func(r row) { records = append(records, Record{r.text(0), r.text(1), r.text(2)}) })
	if err != nil || !slices.Equal(records, someBooks().records) {
		t.Errorf("records: %v\n got %+v\nwant %+v", err, records, someBooks().records)
	}
}

func TestARowIsALine(t *testing.T) {
	dir := t.TempDir()
	f := someFacts()
	write(t, dir, f, someBooks())
	for name, rows := range map[string]int{filePlanned: len(f.Orders), fileAnswers: len(f.Orders) - 1, fileOutcomes: 1, fileJournal: len(hostile),
		fileRecords: len(hostile), fileEvents: len(f.Events), fileServices: 1, fileQueues: 1, fileBroker: 1, fileHarness: 1, fileLeftovers: 1,
		fileReadBacks: 2} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || bytes.Count(raw, []byte("\n")) != rows {
			t.Errorf("%s: %d lines for %d rows (%v)", name, bytes.Count(raw, []byte("\n")), rows, err)
		}
	}
}

func TestPlannedIsOnDiskAtOnce(t *testing.T) {
	dir := t.TempDir()
	w, err := Create(dir, TrialHeader{Schema: SchemaVersion})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	w.Planned([]time.Duration{1, 2, 3})
	f, err := ReadTrial(dir)
	if err != nil || len(f.Orders) != 3 {
		t.Errorf("%d of 3 orders are there before the first is sent (%v)", len(f.Orders), err)
	}
}

func TestWriterServesManyGoroutines(t *testing.T) {
	dir := t.TempDir()
	w, err := Create(dir, TrialHeader{Schema: SchemaVersion})
	if err != nil {
		t.Fatal(err)
	}
	const each, writers = 50, 8
	w.Planned(make([]time.Duration, each*writers))
	var all sync.WaitGroup
	for g := range writers {
		all.Go(func() {
			for i := range each {
				w.Answer(Order{Seq: g*each + i, Told: ToldAccepted, Error: WordOf("a,\"b\"\nc")})
				w.Event(Event{Kind: EventWarning})
			}
		})
	}
	all.Wait()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := ReadTrial(dir)
	if err != nil || len(f.Events) != each*writers {
		t.Fatalf("%d events, %v", len(f.Events), err)
	}
	for _, o := range f.Orders {
		if o.Told != ToldAccepted {
			t.Errorf("the answer of order %d was lost", o.Seq)
		}
	}
}

func TestCloseTellsTheFirstError(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "trial")
	w, err := Create(dir, TrialHeader{Schema: SchemaVersion})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	w.Event(Event{Kind: EventPhase})
	w.Harness(HarnessSample{})
	if err := w.Close(); err == nil || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), fileEvents) {
		t.Errorf("%v: names neither the directory nor the file that was lost first", err)
	}
}

func TestCreateNeedsADirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(path, TrialHeader{}); err == nil {
		t.Error("a file was taken for a directory")
	}
}
