package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheMixOfTheDocs: a mix written only by following docs/plan.md runs, and is in the report.
func TestTheMixOfTheDocs(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "plan.md"))
	must(t, err)
	_, section, _ := strings.Cut(string(raw), "## A mix of your own")
	_, example, _ := strings.Cut(section, "```yaml\n")
	example, _, found := strings.Cut(example, "```")
	if !found {
		t.Fatal("docs/plan.md shows no mix")
	}
	plan, dir := filepath.Join(t.TempDir(), "plan.yaml"), filepath.Join(t.TempDir(), "run")
	must(t, os.WriteFile(plan, []byte(example), 0o644))
	var out, said strings.Builder
	code := run(t.Context(), &out, &said, []string{"run", "--plan", plan, "--out", dir, "--warm-up", "1s", "--baseline", "2s", "--window", "2s",
		"--recovery", "1s", "--drain", "20s", "--rate", "60"})
	if code != exitOK && code != exitInvalid {
		t.Fatalf("exit code %d\n%s", code, said.String())
	}
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	must(t, err)
	for where, text := range map[string]string{"the table": out.String(), "the page": string(page)} {
		if !strings.Contains(text, "sync-queued-shipping") {
			t.Errorf("%s does not show the mix", where)
		}
	}
	if found, _ := filepath.Glob(filepath.Join(dir, "trials", "*-sync-queued-shipping-slow-risk-r1", "journal.csv")); len(found) != 1 {
		t.Error("the mix did not run under slow-risk")
	}
}
