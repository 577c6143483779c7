package bench

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// A TimeChange is where the time went that orders took longer, or shorter, than the same orders did in a baseline: mean seconds of each order
// from the fault's start on, or from where it would be in a control. It says what happened in these trials.
type TimeChange struct {
	Missing string `json:"missing,omitempty"`
	// Of is what took longer or shorter: the answer where it is the outcome, otherwise the completion.
	Of    string      `json:"of,omitempty"`
	Extra float64     `json:"extra"`           // seconds an order; negative: shorter
	Parts []CausePart `json:"parts,omitempty"` // the largest first; what they leave is in brokers, tables and polls
	// BaseCPU and NewCPU are processor time of all services an order.
	BaseCPU time.Duration `json:"base_cpu"`
	NewCPU  time.Duration `json:"new_cpu"`
	// Sentence says it in words.
	Sentence string `json:"sentence,omitempty"`
}

// leastMoved is how many seconds are a difference.
const leastMoved = 0.0001

// timeChange sets the trials of an architecture against those of the baseline that belong to them.
func timeChange(h RunHeader, base, now []Facts) TimeChange {
	var c TimeChange
	var orders, pairs float64
	for _, f := range now {
		i := slices.IndexFunc(base, func(b Facts) bool { return belong(b.Trial, f.Trial) })
		if i < 0 {
			continue
		}
		extra, of, why := extraTime(f, base[i])
		if why != "" {
			return TimeChange{Missing: why}
		}
		pairs++
		orders += float64(placed(f.Orders, f.Trial.Phases.Fault, forever))
		c.Of, c.Extra = of, c.Extra+extra
		c.BaseCPU, c.NewCPU = c.BaseCPU+cost(base[i]).CPU, c.NewCPU+cost(f).CPU
		c.add(partsBeyond(h, f, base[i]))
		c.add(clientBeyond(f, base[i]))
	}
	if orders == 0 {
		return TimeChange{Missing: "no trials belong together"}
	}
	c.BaseCPU, c.NewCPU = time.Duration(float64(c.BaseCPU)/pairs), time.Duration(float64(c.NewCPU)/pairs)
	c.Extra /= orders
	for i := range c.Parts {
		c.Parts[i].Seconds /= orders
	}
	slices.SortStableFunc(c.Parts, func(x, y CausePart) int { return cmp.Compare(math.Abs(y.Seconds), math.Abs(x.Seconds)) })
	c.Sentence = c.sentence()
	return c
}

// add adds parts to those of the same kind at the same place.
func (c *TimeChange) add(parts []CausePart) {
	for _, p := range parts {
		i := slices.IndexFunc(c.Parts, func(q CausePart) bool { return q.Where == p.Where && q.On == p.On })
		if i < 0 {
			c.Parts = append(c.Parts, p)
			continue
		}
		c.Parts[i].Seconds += p.Seconds
	}
}

// clientBeyond is the time between the plan and the order service, beyond what it was in another trial, where the client waits for the outcome.
func clientBeyond(f, other Facts) []CausePart {
	if f.Trial.Architecture.ClientLink() != Wait {
		return nil
	}
	late, asked := clientTime(f)
	lateThen, askedThen := clientTime(other)
	link := f.Trial.Architecture.clientLink()
	return []CausePart{
		{link.Name(), OnLink, asked - askedThen - (f.total(link.To).Sum - other.total(link.To).Sum)},
		{Client, OnSchedule, late - lateThen},
	}
}

// clientTime is how late the orders from the fault's start on were sent, and how long the client then waited for their answers.
func clientTime(f Facts) (late, asked float64) {
	for i := range f.Orders {
		if o := &f.Orders[i]; o.Planned >= f.Trial.Phases.Fault && o.Told != ToldUnsent {
			late += (o.Sent - o.Planned).Seconds()
			asked += (o.Acked - o.Sent).Seconds()
		}
	}
	return late, asked
}

// sentence tells the parts that matter, with their milliseconds.
func (c TimeChange) sentence() string {
	what := map[string]string{AtAnswer: "answered", AtDone: "done"}[c.Of]
	cpu := fmt.Sprintf("an order cost %s of processor time, now %s", ms(c.BaseCPU), ms(c.NewCPU))
	if math.Abs(c.Extra) < leastMoved {
		return fmt.Sprintf("Orders were %s as soon as in the baseline; %s.", what, cpu)
	}
	small, unexplained := 0.0, c.Extra
	var parts []string
	tell := func(seconds float64, where string) {
		parts = append(parts, signedSpan(seconds)+" "+where)
	}
	least := max(leastMoved, leastPart*math.Abs(c.Extra))
	for _, p := range c.Parts {
		unexplained -= p.Seconds
		if math.Abs(p.Seconds) < least {
			small += p.Seconds
			continue
		}
		tell(p.Seconds, p.place())
	}
	if math.Abs(unexplained) >= least {
		tell(unexplained, "in brokers, tables and polls between services")
	}
	if math.Abs(small) >= leastMoved || len(parts) == 0 {
		tell(small, "in smaller parts")
	}
	direction := "later"
	if c.Extra < 0 {
		direction = "sooner"
	}
	return fmt.Sprintf("Orders were %s %s %s each: %s; %s.", what, span3(math.Abs(c.Extra)), direction, strings.Join(parts, ", "), cpu)
}

func signedSpan(seconds float64) string {
	if seconds < 0 {
		return "−" + span3(-seconds)
	}
	return "+" + span3(seconds)
}
