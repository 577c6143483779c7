package bench

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

const maxRow = 16 << 20 // bytes of a line of facts

// ReadRun reads a run's header and the facts of all its trials, in the order they were run. A last line that was
// cut off in the middle is left out; anything else that is corrupt is an error that names file and line.
func ReadRun(dir string) (RunHeader, []Facts, error) {
	h, all, err := findTrials(dir)
	if err != nil {
		return h, nil, err
	}
	err = parallel(len(all), func(i int) (err error) {
		all[i], err = ReadTrial(all[i].Dir)
		return err
	})
	if err != nil {
		return h, nil, err
	}
	return h, all, nil
}

// findTrials reads a run's header and those of its trials, which is all that is in the facts yet, in the order they were run.
func findTrials(dir string) (RunHeader, []Facts, error) {
	var h RunHeader
	if err := readHeader(filepath.Join(dir, fileRun), &h, func() int { return h.Schema }); err != nil {
		return h, nil, err
	}
	headers, err := fs.Glob(os.DirFS(dir), "trials/*/"+fileTrial)
	if err != nil {
		return h, nil, fmt.Errorf("finding the trials of %s: %w", dir, err)
	}
	all := make([]Facts, len(headers))
	for i, path := range headers {
		if all[i], err = findTrial(filepath.Join(dir, filepath.Dir(path))); err != nil {
			return h, nil, err
		}
	}
	slices.SortFunc(all, func(a, b Facts) int { return a.Trial.Index - b.Trial.Index })
	return h, all, nil
}

// findTrial reads a trial's header.
func findTrial(dir string) (Facts, error) {
	f := Facts{Dir: dir}
	err := readHeader(filepath.Join(dir, fileTrial), &f.Trial, func() int { return f.Trial.Schema })
	return f, err
}

func readHeader(path string, h any, schema func() int) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading facts (is this the directory of a run?): %w", err)
	}
	if err := json.Unmarshal(raw, h); err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	if schema() != SchemaVersion {
		return fmt.Errorf("reading %s: its schema is version %d, this program reads version %d", path, schema(), SchemaVersion)
	}
	return nil
}

// ReadTrial reads the facts of one trial, also of one that was cut off.
func ReadTrial(dir string) (Facts, error) {
	f, err := findTrial(dir)
	if err != nil {
		return f, err
	}
	var rows, series error
	var both sync.WaitGroup
	both.Go(func() { rows = f.readOrders() })
	both.Go(func() { series = f.readSeries() })
	both.Wait()
	return f, errors.Join(rows, series)
}

// readOrders reads what became of every order, as its client and the services say.
func (f *Facts) readOrders() error {
	f.Orders = slices.Grow(f.Orders, countLines(f.Dir, filePlanned))
	client := errors.Join(
		readRows(f.Dir, filePlanned, 1, f.planned),
		readRows(f.Dir, fileAnswers, 11, f.answer),
		readRows(f.Dir, fileOutcomes, 6, f.outcome),
		readRows(f.Dir, fileReadBacks, 6, f.readBack),
	)
	f.Book = newBook(f.Trial, f.Orders)
	return errors.Join(client,
		readRows(f.Dir, fileRecords, 3, func(r row) { f.Book.record(r.bytes(0), r.bytes(1), r.bytes(2)) }),
		readJournal(f.Dir, f.enter),
	)
}

// readSeries reads what was seen from time to time.
func (f *Facts) readSeries() error {
	return errors.Join(
		readObjects(f.Dir, fileEvents, &f.Events),
		readObjects(f.Dir, fileServices, &f.Samples),
		readObjects(f.Dir, fileQueues, &f.Queues),
		readObjects(f.Dir, fileBroker, &f.Broker),
		readObjects(f.Dir, fileHarness, &f.Harness),
		readObjects(f.Dir, fileLeftovers, &f.Leftovers),
	)
}

func (f *Facts) planned(r row) {
	f.Orders = append(f.Orders, Order{Seq: len(f.Orders), Planned: r.span(0), Sent: Never, Acked: Never, Done: Never, Settled: Never, Told: ToldUnsent})
}

// order returns the planned order that a row is about; a row about none is corrupt.
func (f *Facts) order(r row) *Order {
	seq := r.number(0)
	if seq < 0 || seq >= int64(len(f.Orders)) {
		r.fail(fmt.Errorf("order %d was never planned", seq))
		return &Order{}
	}
	return &f.Orders[seq]
}

func (f *Facts) answer(r row) {
	o := f.order(r)
	o.Sent, o.Acked, o.Done, o.Settled = r.span(1), r.span(2), r.span(3), r.span(4)
	o.Code, o.Told, o.Status, o.ID, o.Error = int16(r.sized(5, 16)), r.told(6), r.word(7), r.text(8), r.word(9)
	o.Attempts = int16(r.sized(10, 16))
}

func (f *Facts) outcome(r row) {
	o := f.order(r)
	o.Done, o.Settled, o.Polls = r.span(1), r.span(2), int32(r.sized(3, 32))
	o.Told, o.Status = r.told(4), r.word(5)
}

func (f *Facts) readBack(r row) {
	f.order(r)
	f.ReadBacks = append(f.ReadBacks, ReadBack{Seq: int(r.number(0)), Acked: r.span(1), Read: r.span(2), Missed: r.number(3) == 1,
		Done: r.span(4), Declined: r.number(5) == 1})
}

func (f *Facts) enter(r journalRow) {
	f.Book.enter(r.order(), row(r).bytes(3), r.n())
	row(r).span(0)
}

// A journalRow is a line of a journal.
type journalRow row

// readJournal hands over every line of a trial's journals.
func readJournal(dir string, take func(journalRow)) error {
	return readRows(dir, fileJournal, 5, func(r row) { take(journalRow(r)) })
}

func (r journalRow) order() []byte { return row(r).bytes(2) }

func (r journalRow) n() int { return int(row(r).number(4)) }

func (r journalRow) entry() Entry {
	return Entry{T: row(r).span(0), Service: row(r).text(1), Order: string(r.order()), Effect: row(r).text(3), N: r.n()}
}

// readObjects reads JSON objects, one a line.
func readObjects[T any](dir, name string, into *[]T) error {
	return eachLine(dir, name, func(line []byte) error {
		var v T
		err := json.Unmarshal(line, &v)
		*into = append(*into, v)
		return err
	})
}

// eachLine hands every whole line of a file to take, whose error it gives the file's name and the line.
// A file that was never written to has none.
func eachLine(dir, name string, take func([]byte) error) error {
	path := filepath.Join(dir, name)
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading facts: %w", err)
	}
	defer file.Close()
	in := bufio.NewScanner(file)
	in.Buffer(make([]byte, 1<<16), maxRow)
	in.Split(wholeLines)
	n := 1
	for ; in.Scan(); n++ {
		if err := take(in.Bytes()); err != nil {
			return fmt.Errorf("reading %s line %d: %w", path, n, err)
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("reading %s line %d: %w", path, n, err)
	}
	return nil
}

// countLines makes room for the long files at once: growing step by step takes twice the memory.
func countLines(dir, name string) (n int) {
	_ = eachLine(dir, name, func([]byte) error { n++; return nil }) // who reads the file tells its errors
	return n
}

// wholeLines splits at newlines; what follows the last one was cut off, and is left out.
func wholeLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if end := bytes.IndexByte(data, '\n'); end >= 0 {
		return end + 1, data[:end], nil
	}
	if atEOF {
		return len(data), nil, nil
	}
	return 0, nil, nil
}
