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

// collect reads every service's journal, the order service's records, and all work that still waits. The services come to rest
// first, so that the books stand still and agree, and are stopped in the end.
func collect(ctx context.Context, s *System, a Architecture, base time.Time) (books, error) {
	resting := quiesce(ctx, s, a)
	ctx, cancel := context.WithTimeout(ctx, collectTimeout)
	defer cancel()
	b, err := readBooks(ctx, s, base)
	errs := []error{resting, err}
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

// readBooks reads what the services say, as they stand. Of a system at rest that is all there is.
func readBooks(ctx context.Context, s *System, base time.Time) (b books, err error) {
	ctx, cancel := context.WithTimeout(ctx, collectTimeout)
	defer cancel()
	client := newClient(collectTimeout)
	defer client.CloseIdleConnections()
	var errs []error
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
	return b, errors.Join(errs...)
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
