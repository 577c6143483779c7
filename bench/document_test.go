package bench

import (
	"strings"
	"testing"
	"time"
)

// TestMonstersAreRefusedSoon: a file that is made to be hard to read is read or refused, in time and memory that nobody minds.
func TestMonstersAreRefusedSoon(t *testing.T) {
	bomb := "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
	for i := '1'; i <= '9'; i++ {
		bomb += "a" + string(i) + ": &a" + string(i) + " [" + strings.Repeat("*a"+string(i-1)+",", 9) + "]\n"
	}
	for name, plan := range map[string]string{
		"an alias bomb":   bomb,
		"lists":           strings.Repeat("[", maxDocument),
		"closed lists":    strings.Repeat("[", maxDocument/2) + strings.Repeat("]", maxDocument/2),
		"maps":            strings.Repeat("{a: ", maxDocument/4),
		"dashes":          strings.Repeat("- ", maxDocument/2),
		"steps":           steps(330),
		"fields":          strings.Repeat("a: 1\n", maxDocument/5),
		"entries":         "faults: [" + strings.Repeat("x,", maxDocument/2-10) + "]",
		"one long text":   "faults: [" + strings.Repeat("x", maxDocument-20) + "]",
		"one long number": "seed: " + strings.Repeat("9", maxDocument-20),
		"too long":        strings.Repeat("#", maxDocument+1),
	} {
		begun := time.Now()
		_, err := ParsePlan("plan.yaml", []byte(plan), someCatalogue())
		t.Logf("%-16s %v", name, time.Since(begun))
		if err == nil {
			t.Errorf("%s was taken", name)
		} else if took := time.Since(begun); took > 10*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
}

// steps are maps in maps, each a line and a space deeper.
func steps(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}
