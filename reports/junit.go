package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"faultline/bench"
)

// The parts of a JUnit file, as far as CI servers agree on them.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Timestamp  string          `xml:"timestamp,attr,omitempty"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Class   string       `xml:"classname,attr"`
		Name    string       `xml:"name,attr"`
		Time    string       `xml:"time,attr"`
		Failure *junitReason `xml:"failure"`
		Error   *junitReason `xml:"error"`
		Skipped *junitReason `xml:"skipped"`
	}
	// A junitReason has its message twice: some servers show the attribute, some the first line of the text.
	junitReason struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes a test case for each gate of each architecture under each fault, and one for whether the trials tested
// anything: a failure is a gate that is clearly broken, skipped one that can't be told, an error a trial that was invalid.
// A run without gates is put to the SLOs of its plan.
func JUnit(w io.Writer, r bench.Results) error {
	suite := junitSuite{Name: "faultline", Properties: junitProperties(r)}
	if !r.Run.Started.IsZero() {
		suite.Timestamp = r.Run.Started.UTC().Format("2006-01-02T15:04:05")
	}
	g := newGrid(r)
	gates := r.Gates
	if len(gates) == 0 {
		gates = bench.Judge(bench.SLOGates(r.Run.Plan.SLO), r, nil, nil)
	}
	for _, f := range g.faults {
		for _, c := range g.row(f) {
			if len(c.trials) > 0 {
				suite.cell(c, gates, r.Run.Command)
			}
		}
	}
	for _, gate := range gates {
		if len(gate.Cells) == 0 {
			suite.add(junitCase{Class: "order", Name: plain(gate.Gate), Time: "0", Skipped: reason("inconclusive", gate.Why, r.Run.Command)})
		}
	}
	suite.Time = fmt.Sprintf("%.3f", max(0, r.Took.Seconds()))
	doc := junitSuites{Name: "faultline", Tests: suite.Tests, Failures: suite.Failures, Errors: suite.Errors, Time: suite.Time, Suites: []junitSuite{suite}}
	raw, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return fmt.Errorf("writing JUnit: %w", err)
	}
	_, err = io.WriteString(w, xml.Header+string(raw)+"\n")
	return err
}

// cell adds the cases of one architecture under one fault.
func (s *junitSuite) cell(c *cell, gates []bench.GateResult, again string) {
	class := "order." + dotless(c.arch.Name) + "." + dotless(c.fault.Name)
	valid := junitCase{Class: class, Name: "the trials are valid", Time: loadTime(c)}
	if c.reasons() != "" || c.interrupted() {
		message := "INVALID: " + c.reasons()
		if c.reasons() == "" {
			message = "interrupted: the figures are partial"
		}
		valid.Error = reason("invalid", message, again)
	}
	s.add(valid)
	for _, g := range gates {
		for _, of := range g.Cells {
			if of.Architecture != c.arch.Name || of.Fault != c.fault.Name {
				continue
			}
			t := junitCase{Class: class, Name: plain(g.Gate), Time: "0"}
			switch of.Outcome {
			case bench.Fail:
				t.Failure = reason("gate", g.Gate+": "+of.Saw, again)
			case bench.Inconclusive:
				t.Skipped = reason("inconclusive", g.Gate+": "+of.Saw, again)
			}
			s.add(t)
		}
	}
}

func (s *junitSuite) add(c junitCase) {
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

// reason is a message, with the command that shows it again in the text below it.
func reason(kind, message, again string) *junitReason {
	message = plain(message)
	text := message
	if again != "" {
		text += "\nagain: " + plain(again)
	}
	return &junitReason{Message: message, Type: kind, Text: text}
}

// loadTime is how long the trials of a cell took under load, in seconds.
func loadTime(c *cell) string {
	sum := 0.0
	for _, t := range c.trials {
		sum += t.Trial.Phases.Drain.Seconds()
	}
	return fmt.Sprintf("%.3f", sum)
}

// dotless keeps a name one part of a class name.
func dotless(s string) string { return strings.ReplaceAll(plain(s), ".", "_") }

func junitProperties(r bench.Results) []junitProperty {
	sentence, _ := verdict(r)
	list := []junitProperty{{"verdict", plain(sentence)}, {"command", plain(r.Run.Command)}}
	for _, f := range factsOf(r) {
		list = append(list, junitProperty{f.Name, plain(f.Value)})
	}
	return list
}
