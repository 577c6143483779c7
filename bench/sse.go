package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/tmaxmax/go-sse"
)

// readEvents reads Server-Sent Events.
func readEvents(ctx context.Context, client *http.Client, url, last string, alive func(), each func(id, status string) bool) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/events", nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "text/event-stream")
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("following %s: status %d", url, resp.StatusCode)
	}
	alive()
	for event, err := range sse.Read(heard{resp.Body, alive}, nil) {
		if err != nil {
			return err
		}
		var view orderView
		if err := json.Unmarshal([]byte(event.Data), &view); err != nil {
			return fmt.Errorf("reading an event of %s: %w", url, err)
		}
		if each(event.LastEventID, view.Status) {
			return nil
		}
	}
	return io.ErrUnexpectedEOF
}

// heard tells of every read that brought something: comments are no events, and signs of life.
type heard struct {
	io.Reader
	alive func()
}

// Read is part of io.Reader.
func (h heard) Read(p []byte) (int, error) {
	n, err := h.Reader.Read(p)
	if n > 0 {
		h.alive()
	}
	return n, err
}
