package main

import (
	"fmt"
	"time"

	"faultline/bench"
)

// untilFlags are what the commands take that repeat a plan until enough is known.
type untilFlags struct {
	UntilWidth string         `placeholder:"10%" help:"More rounds than --trials, until every median of ack p99 and done p99 is known to that share of it, at least 6."`
	Budget     *time.Duration `placeholder:"20m" help:"More rounds than --trials while they fit into that time; with --until-width, no longer than that."`
}

// over sets what is asked for over a plan's.
func (c untilFlags) over(file *bench.PlanFile) error {
	set(&file.Until.Budget, c.Budget)
	if c.Budget != nil && *c.Budget <= 0 {
		return fmt.Errorf("--budget: %v must be above 0, such as 20m", *c.Budget)
	}
	if c.UntilWidth == "" {
		return nil
	}
	width, err := bench.Share.Read(c.UntilWidth)
	if err != nil || width <= 0 || width > 1 {
		return fmt.Errorf("--until-width: %q must be a percentage above 0 and at most 100%%, such as 10%%", c.UntilWidth)
	}
	file.Until.Width = width
	return nil
}

// amount says which trials will be run, and for how long.
func amount(left, all []bench.TrialHeader, p bench.Plan, c bench.Catalogue) string {
	text := fmt.Sprintf("%d trials", len(all))
	if len(left) < len(all) {
		text = fmt.Sprintf("%d of %d trials are left", len(left), len(all))
	}
	about := bench.Estimate(left).Round(time.Second)
	if asked := p.Asked(); asked != "" {
		round := p.Round(c, 1)
		return fmt.Sprintf("at least %s, about %s; then rounds of %d, about %s each, %s", text, about, len(round), bench.Estimate(round).Round(time.Second), asked)
	}
	return fmt.Sprintf("%s, about %s in all", text, about)
}
