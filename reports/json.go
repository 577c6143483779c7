package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"faultline/bench"
)

// JSON writes the results as they are, indented, under the version of their schema. Durations are
// nanoseconds; bench documents the fields and their markers.
func JSON(w io.Writer, r bench.Results) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	doc := struct {
		Schema int `json:"schema"`
		bench.Results
	}{bench.SchemaVersion, r}
	if err := e.Encode(doc); err != nil {
		return fmt.Errorf("writing results as JSON: %w", err)
	}
	_, err := b.WriteTo(w)
	return err
}
