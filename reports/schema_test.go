package reports

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"faultline/bench"
)

// A schemaMaker writes the schema of Go types: fields as JSON has them, descriptions from their comments.
type schemaMaker struct {
	comments map[string]map[string]string // type → field → comment; "" is the type's own
	defs     map[string]any
}

// TestSchemas checks that the schemas that are shipped are those of the types, and that what is written conforms to them.
// go test ./reports -update writes them anew.
func TestSchemas(t *testing.T) {
	m := schemaMaker{comments: readComments(t), defs: map[string]any{}}
	written := map[string][]byte{}
	version := map[string]any{"const": bench.SchemaVersion, "description": "Version of this schema."}
	for name, c := range map[string]struct {
		of       any
		about    string
		embedded []byte
	}{
		"report.schema.json":  {bench.Results{}, "What faultline report --format json writes. Durations are nanoseconds; -1 is never.", Schema},
		"compare.schema.json": {bench.Contrast{}, "What faultline compare --format json writes. What is infinite or unknown is null.", ContrastSchema},
	} {
		m.defs = map[string]any{}
		root := m.object(reflect.TypeOf(c.of))
		root["properties"].(map[string]any)["schema"] = version
		root["$schema"], root["title"], root["description"], root["$defs"] = "https://json-schema.org/draft/2020-12/schema", name, c.about, m.defs
		raw, err := json.MarshalIndent(root, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if raw = append(raw, '\n'); *update {
			if err := os.WriteFile(name, raw, 0o644); err != nil {
				t.Fatal(err)
			}
			c.embedded = raw
		}
		written[name] = raw
		if !bytes.Equal(raw, c.embedded) {
			t.Errorf("%s is not that of the types: look at what changed, raise bench.SchemaVersion if a field is gone or means another thing, then run go test ./reports -update", name)
		}
	}
	conforms(t, written["report.schema.json"], func(check func(string, string)) {
		for name, r := range variants() {
			check(name, render(t, JSON, r))
		}
	})
	conforms(t, written["compare.schema.json"], func(check func(string, string)) {
		for name, c := range contrasts() {
			check(name, renderContrast(t, ContrastJSON, c))
		}
	})
}

func conforms(t *testing.T, schema []byte, each func(check func(name, text string))) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("x:schema", doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("x:schema")
	if err != nil {
		t.Fatal(err)
	}
	each(func(name, text string) {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := compiled.Validate(value); err != nil {
			t.Errorf("%s: %.600v", name, err)
		}
	})
}

// object describes a struct. Every field that it knows is there; one that it does not know is an error, so that nothing
// is written that is not described.
func (m schemaMaker) object(t reflect.Type) map[string]any {
	properties, required := map[string]any{}, []string{}
	m.fields(t, properties, &required)
	o := map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
	if len(required) > 0 {
		o["required"] = required
	}
	if about := m.comments[t.Name()][""]; about != "" {
		o["description"] = about
	}
	return o
}

func (m schemaMaker) fields(t reflect.Type, properties map[string]any, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported():
			continue
		case f.Anonymous && name == "":
			m.fields(f.Type, properties, required)
			continue
		case name == "":
			name = f.Name
		}
		of := m.of(f.Type)
		if about := m.comments[t.Name()][f.Name]; about != "" {
			of = map[string]any{"allOf": []any{of}, "description": about}
			if plain, ok := of["allOf"].([]any)[0].(map[string]any); ok && plain["$ref"] == nil {
				plain["description"] = about
				of = plain
			}
		}
		properties[name] = of
		if !strings.Contains(options, "omit") {
			*required = append(*required, name)
		}
	}
}

func (m schemaMaker) of(t reflect.Type) map[string]any {
	switch t {
	case reflect.TypeFor[time.Duration]():
		return map[string]any{"type": "integer"}
	case reflect.TypeFor[bench.Told]():
		return map[string]any{"type": "string"}
	case reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case reflect.TypeFor[bench.Interval]():
		return m.interval()
	}
	switch t.Kind() {
	case reflect.Pointer:
		return map[string]any{"anyOf": []any{m.of(t.Elem()), map[string]any{"type": "null"}}}
	case reflect.Slice:
		return map[string]any{"type": []string{"array", "null"}, "items": m.of(t.Elem())}
	case reflect.Array:
		return map[string]any{"type": "array", "items": m.of(t.Elem()), "minItems": t.Len(), "maxItems": t.Len()}
	case reflect.Map:
		return map[string]any{"type": []string{"object", "null"}, "additionalProperties": m.of(t.Elem())}
	case reflect.Struct:
		if m.defs[t.Name()] == nil {
			m.defs[t.Name()] = true // while it is made
			m.defs[t.Name()] = m.object(t)
		}
		return map[string]any{"$ref": "#/$defs/" + t.Name()}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	}
	return map[string]any{"type": "integer"}
}

func (m schemaMaker) interval() map[string]any {
	properties := map[string]any{"n": map[string]any{"type": "integer", "description": m.comments["Interval"]["N"]}}
	required := []string{"n"}
	for _, name := range []string{"value", "low", "high", "least", "greatest"} {
		properties[name] = map[string]any{"type": []string{"number", "null"}}
		required = append(required, name)
	}
	m.defs["Interval"] = map[string]any{"type": "object", "additionalProperties": false, "properties": properties, "required": required,
		"description": m.comments["Interval"][""]}
	return map[string]any{"$ref": "#/$defs/Interval"}
}

// readComments reads what the source says of the types of bench and their fields.
func readComments(t *testing.T) map[string]map[string]string {
	t.Helper()
	comments := map[string]map[string]string{}
	paths, err := filepath.Glob("../bench/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			decl, ok := n.(*ast.GenDecl)
			if !ok {
				return true
			}
			for _, spec := range decl.Specs {
				if s, ok := spec.(*ast.TypeSpec); ok {
					if of, ok := s.Type.(*ast.StructType); ok {
						comments[s.Name.Name] = commentsOf(decl, of)
					}
				}
			}
			return true
		})
	}
	return comments
}

func commentsOf(decl *ast.GenDecl, of *ast.StructType) map[string]string {
	fields := map[string]string{"": oneLine(decl.Doc.Text())}
	for _, f := range of.Fields.List {
		for _, name := range f.Names {
			fields[name.Name] = oneLine(f.Doc.Text() + " " + f.Comment.Text())
		}
	}
	return fields
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
