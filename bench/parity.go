package bench

import (
	"fmt"
	"slices"
	"strings"
)

// runtimesDiffer say what is not the same for one plan as processes and in containers, whatever the machine.
var runtimesDiffer = []string{
	"in containers every packet between services passes a bridge and its filters, as processes it stays on the loopback: links take longer, and an order costs more processor time",
	"services that are processes leave the processor to the load generator (they are nice); containers do so only where it runs as root, and compete with it as equals elsewhere",
	"a process's store lies in the run's directory, a container's in its own layer: commits may take longer or shorter",
}

// parity says whether runs on two runtimes come to the same verdict; "" on one.
func parity(base, now Results) string {
	names := [2]string{base.Run.Plan.Runtime, now.Run.Plan.Runtime}
	if names[0] == names[1] {
		return ""
	}
	var said [2]string
	for i, r := range []Results{base, now} {
		v := verdict(r)
		said[i] = v.Sentence
		c, apart := v.chosen()
		switch {
		case len(invalidTrials(r)) > 0 || brokenOrders(r) != "": // the sentence says so
		case !apart:
			said[i] = "no architecture is clearly apart from another"
		default:
			leaders := slices.Clone(c.leaders(r.Run.Plan.Architectures))
			slices.Sort(leaders)
			said[i] = fmt.Sprintf("under %s, by %s, %s is the worst and the best %s %s", c.Fault, c.Measure, c.worst(), isOrAre(len(leaders)), strings.Join(leaders, " and "))
		}
	}
	if said[0] == said[1] {
		return "The same verdict on both runtimes: " + strings.TrimSuffix(said[0], ".") + "."
	}
	return fmt.Sprintf("Another verdict on each runtime. %s: %s; %s: %s.", names[0], strings.TrimSuffix(said[0], "."), names[1], strings.TrimSuffix(said[1], "."))
}

func isOrAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
