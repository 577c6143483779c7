package reports

import (
	"strings"

	"faultline/bench"
)

// mostWidths is how many medians are listed with how near they are known; JSON has all.
const mostWidths = 12

// roundsOf says of a run that was to end when enough is known what was asked, what ended it, and how near medians are known,
// the least known first. Others have none.
func roundsOf(r bench.Results) []fact {
	asked := r.Run.Plan.Asked()
	if asked == "" {
		return nil
	}
	facts := []fact{{"Asked", "rounds, " + asked}}
	if rounds := r.Run.Rounds; rounds != nil {
		text := rounds.Text(nil)
		if rounds.Ended == "" {
			text += ", then stopped"
		}
		facts = append(facts, fact{"Rounds", text})
	}
	widths := bench.LeastKnown(r.Widths)
	var list []string
	for _, w := range widths[:min(len(widths), mostWidths)] {
		list = append(list, w.Text())
	}
	if more := len(widths) - len(list); more > 0 {
		list = append(list, "and "+count(more)+" more")
	}
	if len(list) > 0 {
		facts = append(facts, fact{"Known", strings.Join(list, "; ")})
	}
	return facts
}
