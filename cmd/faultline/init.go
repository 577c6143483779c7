package main

import (
	"bytes"
	_ "embed" // the plan
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"faultline/bench"
)

// firstPlan is the default plan, with every field and what it means.
//
//go:embed plan.yaml
var firstPlan []byte

// schemaName is the file that the first line of firstPlan names.
const schemaName = "faultline.schema.json"

type initCommand struct {
	File string `arg:"" optional:"" default:"plan.yaml" help:"Plan to write (default: plan.yaml); must not be there."`
}

// Run writes a commented plan, and beside it the schema by which editors complete and check it.
func (c initCommand) Run(s streams) error {
	schema := filepath.Join(filepath.Dir(c.File), schemaName)
	if there, err := os.ReadFile(schema); err == nil && !bytes.Equal(there, bench.PlanSchema) {
		return usageError{fmt.Errorf("%s is there already, and is not this version's: remove it", schema)}
	}
	if err := writeNew(c.File, firstPlan); err != nil {
		return usageError{err}
	}
	if err := os.WriteFile(schema, bench.PlanSchema, 0o644); err != nil {
		return usageError{err}
	}
	fmt.Fprintf(s.out, "wrote %s, and %s for your editor; run it with\n  faultline run --plan %s\n", c.File, schema, quote(c.File))
	return nil
}

// writeNew writes a file that is not there yet.
func writeNew(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already: choose another name", path)
	}
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Close())
}
