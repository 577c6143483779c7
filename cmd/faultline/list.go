package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"faultline/bench"
	"faultline/chaos"
	"faultline/internal/lab"
	"faultline/reports"
)

type listCommand struct{}

// Run prints what a plan can name.
func (listCommand) Run(s streams) error {
	c := lab.New().Catalogue
	out := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "architectures")
	for _, a := range c.Architectures {
		var links []string
		for _, l := range a.Links {
			words := l.Name() + " " + l.Transport
			if more := l.Words(); more != "" {
				words += " (" + more + ")"
			}
			links = append(links, words)
		}
		fmt.Fprintf(out, "  %s\t%s\n\t%s\n", a.Name, a.About, strings.Join(links, ", "))
	}
	fmt.Fprintln(out, "\nfaults")
	for _, f := range c.Faults {
		fmt.Fprintf(out, "  %s\t%s\n", f.Name, f.About)
	}
	fmt.Fprintln(out, "\nkinds of faults, for one of your own in a plan file")
	for _, k := range chaos.Kinds() {
		fmt.Fprintf(out, "  %s\t%s\n\t%s\n", k.Name, k.About, told(k))
	}
	fmt.Fprintln(out, "\ntransports")
	for _, t := range c.Transports {
		fmt.Fprintf(out, "  %s\t%s\n", t.Name, t.About)
	}
	fmt.Fprintln(out, "\npromises that a link can break (broken:)")
	for _, p := range bench.Promises() {
		fmt.Fprintf(out, "  %s\t%s (%s)\n", p.Name, p.About, strings.Join(p.Transports, ", "))
	}
	fmt.Fprintln(out, "\npolicies of callers (faultline metastable)")
	for _, p := range c.Policies {
		fmt.Fprintf(out, "  %s\t%s\n", p.Name, p.About)
	}
	fmt.Fprintln(out, "\nformats")
	for _, f := range reports.All {
		fmt.Fprintf(out, "  %s\t%s\n", f.Name, f.About)
	}
	fmt.Fprintf(out, "\nruntimes\n  %s\n\nbrokers\n  %s, or an amqp:// URL\n", strings.Join(c.Runtimes, ", "), strings.Join(c.Brokers, ", "))
	return out.Flush()
}

// told says at which places a fault of a kind can be, and what it must and may be told.
func told(k chaos.Kind) string {
	words := "place: " + k.Places
	for _, p := range k.Parameters {
		words += "; " + p.Name + ": " + p.Allowed
		if p.Default != "" {
			words += " (default: " + p.Default + ")"
		}
	}
	return words
}
