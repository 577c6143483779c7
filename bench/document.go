package bench

import (
	"errors"
	"fmt"
	"math"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxDocument is the largest plan file, in bytes; nobody writes so much by hand, and parsing takes time with its square.
const maxDocument = 64 << 10

// maxDepth is how deep lists and maps may be within each other; parsing takes memory with its square.
const maxDepth = 100

// tooDeep is the line in which brackets, or dashes on one line, are more than maxDepth within each other, or 0. What is
// deep by its indentation is bounded by maxDocument.
func tooDeep(tokens token.Tokens) int {
	brackets, dashes, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, dashes = t.Position.Line, 0
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			brackets++
		case token.SequenceEndType, token.MappingEndType:
			brackets--
		case token.SequenceEntryType, token.MappingKeyType:
			dashes++
		}
		if max(brackets, dashes) > maxDepth {
			return line
		}
	}
	return 0
}

// A document is a YAML file as it is written: its values, as JSON has them, and the line of each.
type document struct {
	values   any
	lines    map[string]int // by path
	mistakes []mistake
}

// readDocument reads YAML without what JSON can't say: anchors and aliases, tags, infinite numbers. A field without a
// value is one that is left out.
func readDocument(raw []byte) document {
	d := document{lines: map[string]int{}}
	if len(raw) > maxDocument {
		d.wrong(1, "it has %d bytes; a plan has at most %d", len(raw), maxDocument)
		return d
	}
	tokens := lexer.Tokenize(string(raw))
	if line := tooDeep(tokens); line > 0 {
		d.wrong(line, "more than %d lists or maps within each other", maxDepth)
		return d
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		d.syntax(err)
		return d
	}
	for i, doc := range file.Docs {
		if i > 0 && doc.Body != nil {
			d.wrong(doc.Body.GetToken().Position.Line, "a second document: a plan is one")
		} else if doc.Body != nil {
			d.values = d.value(doc.Body, "")
		}
	}
	return d
}

func (d *document) wrong(line int, format string, args ...any) {
	d.mistakes = append(d.mistakes, mistake{max(line, 1), fmt.Sprintf(format, args...)})
}

// err holds all mistakes, nil if there are none.
func (d *document) err(file string) error {
	if len(d.mistakes) == 0 {
		return nil
	}
	return mistakes(file, d.mistakes)
}

func (d *document) syntax(err error) {
	var known yaml.Error
	if errors.As(err, &known) && known.GetToken() != nil {
		d.wrong(known.GetToken().Position.Line, "%s", known.GetMessage())
		return
	}
	d.wrong(1, "%v", err)
}

// line is where a place is, or the nearest place around it that is there.
func (d *document) line(path string) int {
	for place := range around(path) {
		if line, ok := d.lines[place]; ok {
			return line
		}
	}
	return 1
}

func (d *document) value(n ast.Node, path string) any {
	line := n.GetToken().Position.Line
	if _, ok := d.lines[path]; !ok {
		d.lines[path] = line
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		return d.fields(n.Values, path)
	case *ast.MappingValueNode:
		return d.fields([]*ast.MappingValueNode{n}, path)
	case *ast.SequenceNode:
		list := make([]any, len(n.Values))
		for i, v := range n.Values {
			list[i] = d.value(v, fmt.Sprintf("%s[%d]", path, i))
		}
		return list
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return n.Value.Value
	case *ast.IntegerNode:
		return n.Value
	case *ast.BoolNode:
		return n.Value
	case *ast.NullNode, *ast.CommentGroupNode:
		return nil
	case *ast.FloatNode:
		if !math.IsInf(n.Value, 0) && !math.IsNaN(n.Value) {
			return n.Value
		}
	}
	d.wrong(line, "%s: no anchors, aliases, tags or infinite numbers in a plan: write the value out", orRoot(path))
	return nil
}

func (d *document) fields(values []*ast.MappingValueNode, path string) any {
	fields := map[string]any{}
	seen := map[string]int{}
	for _, v := range values {
		token := v.Key.GetToken()
		name, line := token.Value, token.Position.Line
		if first, twice := seen[name]; twice {
			d.wrong(line, "%s: it is there twice, first in line %d", join(path, name), first)
			continue
		}
		seen[name] = line
		d.lines[join(path, name)] = line
		if value := d.value(v.Value, join(path, name)); value != nil {
			fields[name] = value
		}
	}
	return fields
}

// orRoot names a place to people.
func orRoot(path string) string {
	if path == "" {
		return "plan"
	}
	return path
}
