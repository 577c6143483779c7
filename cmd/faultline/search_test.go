package main

import (
	"slices"
	"strings"
	"testing"

	"faultline/internal/lab"
)

// TestSearchesCanBeAskedByDefault: what each search does without flags is sound, and ends in a time that is told.
func TestSearchesCanBeAskedByDefault(t *testing.T) {
	slo := searchFlags{Arch: "sync", SLO: []string{"ack p99 < 500ms"}, Precision: "10%"}
	lab := lab.New()
	b, err := breakingCommand{searchFlags: slo}.ask(lab)
	must(t, err)
	if trials, took := b.Estimate(); b.Cells() != 6 || trials < 6*b.Sought.Least() || took.Minutes() > 30 {
		t.Errorf("breaking-point: %d cells, %d trials, %v", b.Cells(), trials, took)
	}
	c, err := capacityCommand{slo}.ask(lab)
	must(t, err)
	if _, took := c.Estimate(); took.Minutes() > 10 {
		t.Errorf("capacity takes %v", took)
	}
	lab.Faults = append(slices.Clone(lab.Faults), hang)
	h, err := metastableCommand{searchFlags: searchFlags{Arch: "sync", Precision: "10%"}, By: []string{"load", "duration"}, Durations: "2.5s..15s"}.ask(lab)
	must(t, err)
	if trials, took := h.Estimate(); len(h.Policies) != 6 || trials == 0 || took.Hours() > 1 {
		t.Errorf("metastable: %d policies, %d trials, %v", len(h.Policies), trials, took)
	}
}

// TestSearchesRefuseWhatTheyCantAsk: every problem is told, before anything starts.
func TestSearchesRefuseWhatTheyCantAsk(t *testing.T) {
	two, even := []string{"slow-risk", "payment-down"}, 2
	for want, c := range map[string]searchFlags{
		"name at least one objective": {Arch: "sync", Precision: "10%"},
		"no objective":                {Arch: "sync", SLO: []string{"ack"}, Precision: "10%"},
		"name one":                    {Arch: "sync", SLO: []string{"lost = 0"}, Precision: "10%", planFlags: planFlags{Fault: two}},
		"must be odd":                 {Arch: "sync", SLO: []string{"lost = 0"}, Precision: "10%", planFlags: planFlags{Trials: &even}},
		"is no interval":              {Arch: "sync", SLO: []string{"lost = 0"}, Precision: "10%", From: "1s", To: "5ms"},
		"precision":                   {Arch: "sync", SLO: []string{"lost = 0"}, Precision: "0%"},
		"did you mean":                {Arch: "synk", SLO: []string{"lost = 0"}, Precision: "10%"},
		"something else than sync":    {Arch: "sync", SLO: []string{"lost of queue = 0"}, Precision: "10%"},
		"needs a control":             {Arch: "sync", SLO: []string{"blast radius < 1%"}, Precision: "10%"},
	} {
		if _, err := (breakingCommand{searchFlags: c}).ask(lab.New()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}
