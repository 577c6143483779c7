package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"faultline/bench"
	"faultline/reports"
)

// formats checks names of formats; all is every one.
func formats(asked []string) ([]string, error) {
	known := bench.Names(reports.All, func(e reports.Entry) string { return e.Name })
	if slices.Equal(asked, []string{"all"}) {
		return known, nil
	}
	var errs []error
	for _, name := range asked {
		if !slices.Contains(known, name) {
			errs = append(errs, fmt.Errorf("--format: %q is not known%s; allowed: %s, or all", name, bench.Nearest(name, known), strings.Join(known, ", ")))
		}
	}
	return asked, errors.Join(errs...)
}

// writeFiles writes reports into a directory: report.EXT, or a folder of the format's name where it has parts. Beside the
// JSON goes its schema.
func writeFiles(dir string, names []string, r bench.Results) error {
	for _, name := range names {
		e := formatNamed(name)
		if e.Parts == nil {
			if err := writeFile(filepath.Join(dir, "report."+e.Ext), e.Format, r); err != nil {
				return err
			}
		} else if err := writeParts(filepath.Join(dir, e.Name), e.Parts(r), r); err != nil {
			return err
		}
		if name == "json" {
			if err := os.WriteFile(filepath.Join(dir, "report.schema.json"), reports.Schema, 0o644); err != nil {
				return fmt.Errorf("writing the report's schema: %w", err)
			}
		}
	}
	return nil
}

func writeParts(dir string, parts []reports.Part, r bench.Results) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	for _, p := range parts {
		if err := writeFile(filepath.Join(dir, p.Name), p.Format, r); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(path string, format reports.Format, r bench.Results) error {
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	if err := errors.Join(format(file, r), file.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
