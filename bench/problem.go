package bench

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// A Problem is what is wrong at a place of a plan, such as load.rate or architectures[2].links[0].transport.
type Problem struct {
	Path string
	Err  error
}

// Error says what is wrong; it names the field for people, not always by its path.
func (p Problem) Error() string { return p.Err.Error() }

// Unwrap gives the error itself.
func (p Problem) Unwrap() error { return p.Err }

// problem is one that begins with its path.
func problem(path, format string, args ...any) error {
	return Problem{path, fmt.Errorf(path+": "+format, args...)}
}

// at puts errors below a place: a problem's own path goes on from there. Those that are nil are left out.
func at(place string, errs ...error) (list []error) {
	for _, err := range errs {
		if err != nil {
			list = append(list, Problem{join(place, pathOf(err)), err})
		}
	}
	return list
}

// pathOf is where an error says that it is, "" if it doesn't.
func pathOf(err error) string {
	var p Problem
	if errors.As(err, &p) {
		return p.Path
	}
	return ""
}

// join is the path of a place below another.
func join(path, below string) string {
	if path == "" || below == "" || strings.HasPrefix(below, "[") {
		return path + below
	}
	return path + "." + below
}

// around are a path and every place that it is in, outwards; the root comes last.
func around(path string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for yield(path) && path != "" {
			path = path[:max(strings.LastIndexAny(path, ".["), 0)]
		}
	}
}

// A mistake is a problem with the line of the file that it is on.
type mistake struct {
	line int
	text string
}

// mistakes are all that is wrong with a file, as an error of one line each: FILE:LINE: what is wrong.
func mistakes(file string, list []mistake) error {
	slices.SortStableFunc(list, func(a, b mistake) int { return a.line - b.line })
	list = slices.Compact(list)
	lines := make([]string, len(list))
	for i, m := range list {
		lines[i] = fmt.Sprintf("%s:%d: %s", file, m.line, strings.ReplaceAll(m.text, "\n", " "))
	}
	return errors.New(strings.Join(lines, "\n"))
}
