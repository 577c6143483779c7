package reports

import (
	"strings"

	"faultline/bench"
)

// A headPart is the run line, the badge and the verdict.
type headPart struct {
	Run            []string
	Mark, Badge    string
	Bad            bool
	Verdict, Price string
	Reasons        []string // why trials are invalid, one a cell
}

func newHead(r bench.Results, g grid) headPart {
	h := headPart{Run: runLine(r), Mark: "✓"}
	badge, ok := validity(r)
	h.Badge = badge
	if !ok {
		h.Mark, h.Bad = "✗", true
	}
	if strings.HasPrefix(badge, "interrupted") {
		h.Mark = "~"
	}
	h.Verdict, h.Price = verdict(r)
	for _, f := range g.faults {
		for _, c := range g.row(f) {
			if why := c.reasons(); why != "" {
				h.Reasons = append(h.Reasons, c.arch.Name+" under "+f.Name+": "+why)
			}
		}
	}
	return h
}
