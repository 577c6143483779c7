package main

import (
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/rhysd/actionlint"
)

// snippet is the YAML below a heading of docs/ci.md.
func snippet(t *testing.T, heading string) string {
	t.Helper()
	raw, err := os.ReadFile("../../docs/ci.md")
	must(t, err)
	found := regexp.MustCompile("(?s)## " + heading + "\n.*?```yaml\n(.*?)```").FindStringSubmatch(string(raw))
	if found == nil {
		t.Fatalf("docs/ci.md has no YAML for %s", heading)
	}
	return found[1]
}

// TestGitHubWorkflow holds the workflow of the docs to actionlint: keys, contexts, expressions, inputs of actions.
func TestGitHubWorkflow(t *testing.T) {
	lint := func(content string) []*actionlint.Error {
		linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{})
		must(t, err)
		wrong, err := linter.Lint("coupling.yml", []byte(content), nil)
		must(t, err)
		return wrong
	}
	workflow := snippet(t, "GitHub Actions")
	for _, wrong := range lint(workflow) {
		t.Errorf("docs/ci.md: %v", wrong)
	}
	for from, to := range map[string]string{"runs-on:": "run-on:", "github.token": "github.tokens", "fetch-depth": "fetch-deep"} {
		if !strings.Contains(workflow, from) || len(lint(strings.Replace(workflow, from, to, 1))) == 0 {
			t.Errorf("%s in place of %s is not seen", to, from)
		}
	}
	runsWhatIsThere(t, workflow)
}

// gitlabKeywords are those of GitLab's jobs, by where they stand (https://docs.gitlab.com/ci/yaml/).
var gitlabKeywords = map[string][]string{
	"": {"after_script", "allow_failure", "artifacts", "before_script", "cache", "coverage", "dependencies", "environment", "except", "extends", "id_tokens", "image",
		"interruptible", "needs", "only", "parallel", "release", "resource_group", "retry", "rules", "script", "secrets", "services", "stage", "tags", "timeout",
		"trigger", "variables", "when"},
	"artifacts": {"access", "exclude", "expire_in", "expose_as", "name", "paths", "public", "reports", "untracked", "when"},
	"rules":     {"allow_failure", "changes", "exists", "if", "interruptible", "needs", "variables", "when"},
	"reports": {"accessibility", "annotations", "api_fuzzing", "browser_performance", "codequality", "container_scanning", "coverage_report", "coverage_fuzzing",
		"cyclonedx", "dast", "dependency_scanning", "dotenv", "junit", "load_performance", "metrics", "repository_xray", "requirements", "sast",
		"secret_detection", "terraform"},
}

// TestGitLabJob holds the job of the docs to the keywords that GitLab knows.
func TestGitLabJob(t *testing.T) {
	text := snippet(t, "GitLab")
	var jobs map[string]struct {
		Image     string
		Timeout   string
		Rules     []map[string]any
		Variables map[string]string
		Script    []string
		Artifacts struct {
			When    string
			Paths   []string
			Reports struct{ JUnit string }
		}
	}
	must(t, yaml.UnmarshalWithOptions([]byte(text), &jobs))
	if len(jobs) != 1 {
		t.Errorf("%d jobs", len(jobs))
	}
	for name, job := range jobs {
		if len(job.Script) == 0 || job.Image == "" || job.Artifacts.Reports.JUnit == "" || len(job.Artifacts.Paths) == 0 {
			t.Errorf("%s: %+v", name, job)
		}
		if !slices.Contains([]string{"on_success", "on_failure", "always"}, job.Artifacts.When) || !regexp.MustCompile(`^\d+ (minutes|hours?)$`).MatchString(job.Timeout) {
			t.Errorf("%s: artifacts when %q, timeout %q", name, job.Artifacts.When, job.Timeout)
		}
	}
	var plain map[string]map[string]any
	must(t, yaml.Unmarshal([]byte(text), &plain))
	for _, job := range plain {
		knownKeywords(t, "", job)
	}
	runsWhatIsThere(t, text)
}

// knownKeywords checks the keys of what stands somewhere in a job, and of all that is in it.
func knownKeywords(t *testing.T, place string, values any) {
	t.Helper()
	switch v := values.(type) {
	case []any:
		for _, one := range v {
			knownKeywords(t, place, one)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if !slices.Contains(gitlabKeywords[place], name) {
				t.Errorf("GitLab knows no %q in %q", name, place)
			}
			if gitlabKeywords[name] != nil {
				knownKeywords(t, name, v[name])
			}
		}
	}
}

// runsWhatIsThere checks that the scripts that a pipeline runs are there, and write the files that it then takes.
func runsWhatIsThere(t *testing.T, pipeline string) {
	t.Helper()
	scripts := regexp.MustCompile(`scripts/[\w.-]+`).FindAllString(pipeline, -1)
	if len(scripts) == 0 {
		t.Error("it runs no script")
	}
	for _, name := range scripts {
		raw, err := os.ReadFile(filepath.Join("../..", name))
		must(t, err)
		for _, file := range regexp.MustCompile(`compare\.(\w+)`).FindAllStringSubmatch(pipeline, -1) {
			if format := file[1]; format != "sh" && !regexp.MustCompile(`for format in [\w ]*\b`+format+`\b`).Match(raw) {
				t.Errorf("%s writes no compare.%s", name, format)
			}
		}
	}
}
