// Package reports renders the results of a run: one file, or one group of files, a format.
//
// Data flows one way. results arrive computed (bench.Results); grid.go sorts their trials by architecture
// and fault; measures.go names the figures that are compared, and units.go writes them. text.go, json.go
// and html.go are the formats; the page's parts are html_*.go with a template each in page/, and its figures
// are drawn by package plot.
package reports

import (
	"io"

	"faultline/bench"
)

// A Format renders results. It writes nothing if it fails before it could write all.
type Format func(w io.Writer, r bench.Results) error

// An Entry is one line of All.
type Entry struct {
	Name, About string
	Ext         string // of a file in this format, without the dot
	Format      Format
	// Parts are its files where readers expect several; nil: it is one file.
	Parts func(bench.Results) []Part
}

// All are the formats that can be asked for by name.
var All = []Entry{
	{"html", "one self-contained page: figures, tables, audit and validity", "html", HTML, nil},
	{"text", "tables for a terminal, 120 columns wide", "txt", Text, nil},
	{"json", "every figure, for programs; faultline schema prints what is in it", "json", JSON, nil},
	{"md", "for a pull request: the verdict first, details folded, under 60,000 characters", "md", MD, nil},
	{"junit", "a test case for each gate, architecture and fault, for CI servers", "xml", JUnit, nil},
	{"gobench", "Go's benchmark format, for benchstat", "bench.txt", GoBench, nil},
	{"csv", "a line for each trial and measure, for spreadsheets and data frames", "csv", CSV, nil},
	{"openmetrics", "gauges, for Prometheus and what reads it", "om.txt", OpenMetrics, nil},
	{"hgrm", "percentile distributions in HdrHistogram's form, one file each", "hgrm", HGRM, HGRMs},
	{"adr", "an architecture decision record to edit, in Markdown", "adr.md", ADR, nil},
}
