// Package control speaks the small JSON APIs with which the harness steers services and links.
package control

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// patience is how long one control call may take: nothing that it asks for waits for the flow.
const patience = 5 * time.Second

// Post sends in as JSON; any answer but a 2xx is an error that quotes the answer.
func Post(ctx context.Context, addr, path string, in any) error { return Ask(ctx, addr, path, in, nil) }

// Ask does the same, and decodes the JSON answer into out, unless out is nil.
func Ask(ctx context.Context, addr, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encoding the command for %s: %w", path, err)
	}
	return call(ctx, http.MethodPost, "http://"+addr+path, body, out)
}

// Get asks for path and decodes the JSON answer into out, unless out is nil.
func Get(ctx context.Context, addr, path string, out any) error {
	return call(ctx, http.MethodGet, "http://"+addr+path, nil, out)
}

// call uses a connection of its own: nothing is left open, and nothing is sent twice behind our back.
func call(ctx context.Context, method, url string, body []byte, out any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("asking %s: %w", url, err)
	}
	req.Header.Set("Content-Type", "application/json")
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("reading the answer of %s: %w", url, err)
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s: %s", method, url, res.Status, strings.TrimSpace(string(answer)))
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("decoding the answer of %s: %w", url, err)
	}
	return nil
}
