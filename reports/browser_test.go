package reports

import (
	"context"
	"faultline/internal/needs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestBrowserAcceptsThePage renders pages in Chromium, scripts on, and fails on anything that its console
// says: a violated policy, an error in the script, a request.
func TestBrowserAcceptsThePage(t *testing.T) {
	browser := needs.Browser(t)
	for _, name := range []string{"two", "hostile", "empty", "nothingdone", "seams"} {
		t.Run(name, func(t *testing.T) {
			dom, console := visit(t, browser, render(t, HTML, variants()[name]))
			for _, line := range strings.Split(console, "\n") {
				if strings.Contains(line, "CONSOLE") || strings.Contains(line, "Content Security Policy") {
					t.Errorf("the console says: %s", line)
				}
			}
			if !strings.Contains(dom, `id="readout"`) {
				t.Error("the page did not come through")
			}
			if plots, ready := strings.Count(dom, "data-clock="), strings.Count(dom, `tabindex="0"`); plots != ready {
				t.Errorf("the script prepared %d of %d plots", ready, plots)
			}
			if regexp.MustCompile(`<script>alert|<img`).MatchString(dom) {
				t.Error("a hostile name became an element")
			}
		})
	}
}

func visit(t *testing.T, browser, page string) (dom, console string) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "report.html")
	if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0",
		"--user-data-dir="+filepath.Join(dir, "profile"), "--virtual-time-budget=2000", "--dump-dom", "file://"+path)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Run(); err != nil {
		t.Fatalf("running %s: %v\n%s", browser, err, errs.String())
	}
	return out.String(), errs.String()
}
