package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/coder/websocket"
)

// readSocket reads the same as readEvents over a WebSocket.
func readSocket(ctx context.Context, client *http.Client, address, last string, alive func(), each func(id, status string) bool) error {
	address += "/ws"
	if last != "" {
		address += "?last_event_id=" + url.QueryEscape(last)
	}
	pinged := func(context.Context, []byte) bool { alive(); return true }
	c, _, err := websocket.Dial(ctx, address, &websocket.DialOptions{HTTPClient: client, OnPingReceived: pinged})
	if err != nil {
		return err
	}
	defer c.CloseNow()
	for {
		alive()
		_, data, err := c.Read(ctx)
		if err != nil {
			return err
		}
		var event struct {
			ID json.Number `json:"event_id"`
			orderView
		}
		if err := json.Unmarshal(data, &event); err != nil {
			return fmt.Errorf("reading an event of %s: %w", address, err)
		}
		if each(event.ID.String(), event.Status) {
			return nil
		}
	}
}
