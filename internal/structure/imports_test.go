// Package structure holds the test of who may import whom.
package structure

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "faultline/"

// allowed says which of our own packages each part may import: a star around bench.
var allowed = map[string][]string{
	"bench":    {},
	"targets":  {"bench", "targets"},
	"chaos":    {"bench", "chaos"},
	"reports":  {"bench", "reports"},
	"internal": {"bench", "targets", "chaos", "internal"},
	"cmd":      {"bench", "targets", "chaos", "reports", "internal"},
}

func TestImports(t *testing.T) {
	root := filepath.Join("..", "..")
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		files++
		checkImports(t, filepath.ToSlash(rel), path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 50 {
		t.Fatalf("read %d files: this is not the whole project", files)
	}
}

func checkImports(t *testing.T, name, path string) {
	part, _, _ := strings.Cut(name, "/")
	may, known := allowed[part]
	if !known {
		t.Errorf("%s: %q is not a part of the design: put it into one of bench, targets, chaos, reports, internal, cmd", name, part)
		return
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range file.Imports {
		imported, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		ours, isOurs := strings.CutPrefix(imported, module)
		target, _, _ := strings.Cut(ours, "/")
		if isOurs && !slices.Contains(may, target) {
			t.Errorf("%s imports %s: %s may import only %v", name, imported, part, may)
		}
	}
}
