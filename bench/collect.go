package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// collectTimeout bounds the reading of one service's books.
const collectTimeout = 30 * time.Second

// books are what services and broker say in the end of every order.
type books struct {
	journal   []Entry
	records   []Record
	leftovers []Leftover
}

// collect reads every service's journal, the order service's records, and all work that still waits. The services
// are paused first, so that the books stand still and agree, and stopped in the end.
func collect(ctx context.Context, s *System, base time.Time) (books, error) {
	ctx, cancel := context.WithTimeout(ctx, collectTimeout)
	defer cancel()
	client := newClient(collectTimeout)
	defer client.CloseIdleConnections()
	var b books
	var errs []error
	for name, instance := range s.Services {
		errs = append(errs, nameError(name, post(ctx, client, "http://"+instance.Addresses().Admin+"/pause")))
	}
	awaitStill(ctx, client, s)
	for name, instance := range s.Services {
		admin := "http://" + instance.Addresses().Admin
		entries, err := readLines[Entry](ctx, client, admin+"/journal")
		errs = append(errs, nameError(name, err))
		for _, e := range entries {
			e.T = time.Unix(0, int64(e.T)).Sub(base)
			b.journal = append(b.journal, e)
		}
		records, err := readLines[Record](ctx, client, admin+"/records")
		b.records = append(b.records, records...)
		errs = append(errs, nameError(name, err))
		left, err := readLines[Leftover](ctx, client, admin+"/leftovers")
		b.leftovers = append(b.leftovers, left...)
		errs = append(errs, nameError(name, err))
	}
	if s.Broker != nil {
		// A message in a consumer's hands is nobody's to see until the consumer is gone.
		for name, instance := range s.Services {
			errs = append(errs, nameError(name, instance.Stop(ctx)))
		}
		left, err := s.Broker.Leftovers(ctx)
		b.leftovers = append(b.leftovers, left...)
		errs = append(errs, nameError("broker", err))
	}
	return b, errors.Join(errs...)
}

// awaitStill waits until no service holds a slot, or the slots don't change any more: callers that wait for a
// paused callee hold theirs until their time-out, and nothing moves meanwhile.
func awaitStill(ctx context.Context, client *http.Client, s *System) {
	for before, same := -1, 0; same < stillTimes && before != 0 && ctx.Err() == nil; {
		busy := 0
		for _, instance := range s.Services {
			if now, err := readScrape(ctx, client, "http://"+instance.Addresses().Admin+"/metrics"); err == nil {
				busy += now.inFlight
			}
		}
		same++
		if busy != before {
			before, same = busy, 0
		}
		_ = Clock{time.Now()}.Sleep(ctx, stillEvery)
	}
}

const (
	stillEvery = 50 * time.Millisecond
	stillTimes = 10
)

func post(ctx context.Context, client *http.Client, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func nameError(service string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("reading the books of %s: %w", service, err)
}

// readLines reads JSON objects, one a line.
func readLines[T any](ctx context.Context, client *http.Client, url string) (list []T, err error) {
	resp, err := get(ctx, client, url)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", resp.StatusCode)
	}
	for decoder := json.NewDecoder(bufio.NewReader(resp.Body)); ; {
		var v T
		if err := decoder.Decode(&v); errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
}

// idle reports whether no work waits anywhere: no slot is held, no job, no message.
func idle(ctx context.Context, s *System) bool {
	client := newClient(time.Second)
	defer client.CloseIdleConnections()
	for _, instance := range s.Services {
		admin := "http://" + instance.Addresses().Admin
		now, err := readScrape(ctx, client, admin+"/metrics")
		if err != nil || now.inFlight+now.queue > 0 {
			return false
		}
		left, err := readLines[Leftover](ctx, client, admin+"/leftovers")
		if err != nil || len(left) > 0 {
			return false
		}
	}
	if s.Broker == nil {
		return true
	}
	queues, err := s.Broker.Queues(ctx)
	for _, q := range queues {
		if q.Ready+q.Taken > 0 {
			return false
		}
	}
	return err == nil
}
