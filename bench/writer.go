package bench

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Files of a run and of a trial's directory; docs/facts.md describes them.
const (
	fileRun       = "run.json"
	fileTrial     = "trial.json"
	filePlanned   = "planned.csv"
	fileAnswers   = "answers.csv"
	fileOutcomes  = "outcomes.csv"
	fileEvents    = "events.jsonl"
	fileServices  = "services.jsonl"
	fileQueues    = "queues.jsonl"
	fileBroker    = "broker.jsonl"
	fileHarness   = "harness.jsonl"
	fileJournal   = "journal.csv"
	fileRecords   = "records.csv"
	fileLeftovers = "leftovers.jsonl"
	fileReadBacks = "readbacks.csv"
)

// flushEvery bounds what a trial that is killed loses.
const flushEvery = 500 * time.Millisecond

// A Writer streams a trial's facts to disk as it runs. It may be used by several goroutines.
// The first error is kept, and told by Close.
type Writer struct {
	dir  string
	stop chan struct{}
	idle sync.WaitGroup

	mu    sync.Mutex
	err   error
	files map[string]*stream
}

// A stream is one file that is being written.
type stream struct {
	file *os.File
	out  *bufio.Writer
	rows *csv.Writer // onto out
}

func (s *stream) flush() error {
	s.rows.Flush()
	return errors.Join(s.rows.Error(), s.out.Flush())
}

// Create makes a trial's directory, with its header.
func Create(dir string, h TrialHeader) (*Writer, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the trial's directory: %w", err)
	}
	raw, err := json.MarshalIndent(h, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encoding the trial's header: %w", err)
	}
	if err := writeWhole(filepath.Join(dir, fileTrial), append(raw, '\n')); err != nil {
		return nil, fmt.Errorf("writing the trial's header: %w", err)
	}
	w := &Writer{dir: dir, stop: make(chan struct{}), files: map[string]*stream{}}
	w.idle.Go(w.flushing)
	return w, nil
}

// writeWhole writes a file that is there whole or not at all, whenever this process is killed.
func writeWhole(path string, content []byte) error {
	part := path + ".part"
	if err := os.WriteFile(part, content, 0o644); err != nil {
		return err
	}
	return os.Rename(part, path)
}

func (w *Writer) flushing() {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-w.stop:
			return
		case <-tick.C:
			w.flush()
		}
	}
}

func (w *Writer) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.files {
		w.keep(s.flush())
	}
}

// Close flushes and closes every file, and returns the first error there was.
func (w *Writer) Close() error {
	close(w.stop)
	w.idle.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.files {
		w.keep(errors.Join(s.flush(), s.file.Close()))
	}
	if w.err != nil {
		return fmt.Errorf("writing facts to %s: %w", w.dir, w.err)
	}
	return nil
}

func (w *Writer) keep(err error) {
	if w.err == nil {
		w.err = err
	}
}

// write writes to a file, which it makes when it is first written to.
func (w *Writer) write(name string, write func(*stream) error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, ok := w.files[name]
	if !ok {
		file, err := os.Create(filepath.Join(w.dir, name))
		if err != nil {
			w.keep(err)
			return
		}
		out := bufio.NewWriter(file)
		s = &stream{file, out, csv.NewWriter(out)}
		w.files[name] = s
	}
	w.keep(write(s))
}

// escape and unescape keep a row on one line, so that one that was cut off can be told by its missing newline.
var (
	escape   = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`)
	unescape = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\r`, "\r")
)

// row writes one line of CSV.
func (w *Writer) row(name string, fields ...string) {
	for i, f := range fields {
		fields[i] = escape.Replace(f)
	}
	w.write(name, func(s *stream) error { return s.rows.Write(fields) })
}

func (w *Writer) object(name string, v any) {
	w.write(name, func(s *stream) error {
		raw, err := json.Marshal(v)
		if err != nil {
			return err
		}
		_, err = s.out.Write(append(raw, '\n'))
		return err
	})
}

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

func whole[T ~int | ~int16 | ~int32 | ~int64](n T) string { return strconv.FormatInt(int64(n), 10) }

// Planned writes when every order should be sent. It is on disk before the first order's answer can be.
func (w *Writer) Planned(planned []time.Duration) {
	for _, at := range planned {
		w.row(filePlanned, whole(at))
	}
	w.flush()
}

// Answer writes what the client was answered, or that it gave up.
func (w *Writer) Answer(o Order) {
	w.row(fileAnswers, whole(o.Seq), whole(o.Sent), whole(o.Acked), whole(o.Done), whole(o.Settled), whole(o.Code),
		o.Told.String(), o.Status.String(), o.ID, o.Error.String(), whole(o.Attempts))
}

// Outcome writes what the client learned of an accepted order in the end.
func (w *Writer) Outcome(o Order) {
	w.row(fileOutcomes, whole(o.Seq), whole(o.Done), whole(o.Settled), whole(o.Polls), o.Told.String(), o.Status.String())
}

// ReadBack writes what a client saw of its order in "My Orders".
func (w *Writer) ReadBack(b ReadBack) {
	w.row(fileReadBacks, whole(b.Seq), whole(b.Acked), whole(b.Read), flag(b.Missed), whole(b.Done), flag(b.Declined))
}

// Event writes something that happened.
func (w *Writer) Event(e Event) { w.object(fileEvents, e) }

// Sample writes what a service did between two scrapes.
func (w *Writer) Sample(s Sample) { w.object(fileServices, s) }

// Queue writes a queue's depth.
func (w *Writer) Queue(q QueueSample) { w.object(fileQueues, q) }

// Broker writes what the broker tells of itself.
func (w *Writer) Broker(s BrokerSample) { w.object(fileBroker, s) }

// Harness writes what the harness used.
func (w *Writer) Harness(s HarnessSample) { w.object(fileHarness, s) }

// Journal writes the side effects of every service.
func (w *Writer) Journal(entries []Entry) {
	for _, e := range entries {
		w.row(fileJournal, whole(e.T), e.Service, e.Order, e.Effect, whole(e.N))
	}
}

// Records writes the orders as the order service knows them.
func (w *Writer) Records(records []Record) {
	for _, r := range records {
		w.row(fileRecords, r.Order, r.Key, r.Status)
	}
}

// Leftovers writes the work that still waits.
func (w *Writer) Leftovers(left []Leftover) {
	for _, l := range left {
		w.object(fileLeftovers, l)
	}
}
