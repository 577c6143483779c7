package bench_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"faultline/bench"
	"faultline/chaos"
	"faultline/internal/lab"
)

// A node is a part of the plan's schema.
type node struct {
	Ref        string          `json:"$ref"`
	Enum       []string        `json:"enum"`
	Properties map[string]node `json:"properties"`
	Defs       map[string]node `json:"$defs"`
}

func planSchema(t *testing.T) node {
	t.Helper()
	var s node
	if err := json.Unmarshal(bench.PlanSchema, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// yamlFields are a struct's fields as YAML has them, those of an embedded one among its own.
func yamlFields(s reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for i := range s.NumField() {
		f := s.Field(i)
		name, rest, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case rest == "inline":
			maps.Copy(fields, yamlFields(f.Type))
		case f.IsExported() && name != "-":
			fields[name] = f.Type
		}
	}
	return fields
}

// TestSchemaHasTheFieldsOfThePlan: every field of the types is in the schema, and nothing else is.
func TestSchemaHasTheFieldsOfThePlan(t *testing.T) {
	s := planSchema(t)
	var same func(name string, n node, of reflect.Type)
	same = func(name string, n node, of reflect.Type) {
		fields := yamlFields(of)
		if a, b := slices.Sorted(maps.Keys(fields)), slices.Sorted(maps.Keys(n.Properties)); !slices.Equal(a, b) {
			t.Errorf("%s: the type has %v,\nplan.schema.json has %v", name, a, b)
		}
		for field, inner := range fields {
			for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice {
				inner = inner.Elem()
			}
			if inner.Kind() == reflect.Struct && inner != of {
				ref := n.Properties[field].Ref
				if field == "links" {
					ref = "#/$defs/link"
				}
				same(field, s.Defs[strings.TrimPrefix(ref, "#/$defs/")], inner)
			}
		}
	}
	same("plan", s, reflect.TypeFor[bench.PlanFile]())
	same("mix", s.Defs["mix"], reflect.TypeFor[bench.Mix]())
	same("own-fault", s.Defs["own-fault"], reflect.TypeFor[bench.Fault]())
}

// TestSchemaHasTheNamesOfTheCatalogue: what a plan can name is what the schema lets pass.
func TestSchemaHasTheNamesOfTheCatalogue(t *testing.T) {
	s, c := planSchema(t), lab.New().Catalogue
	services := bench.Architecture{Links: c.Flow}.Services()
	for name, want := range map[string][]string{
		"architecture": bench.Names(c.Architectures, bench.ArchitectureName),
		"fault":        bench.Names(c.Faults, bench.FaultName),
		"kind":         bench.Names(chaos.Kinds(), chaos.KindName),
		"transport":    bench.Names(c.Transports, func(t bench.Transport) string { return t.Name }),
		"client-link":  bench.ClientLinks,
		"service":      services,
		"promise":      bench.Names(bench.Promises(), func(p bench.Promise) string { return p.Name }),
	} {
		if got := s.Defs[name].Enum; !slices.Equal(got, want) {
			t.Errorf("$defs/%s of plan.schema.json should have\n%q\nand has\n%q", name, want, got)
		}
	}
	if got := s.Defs["link"].Properties["from"].Enum; !slices.Equal(got, append([]string{bench.Client}, services...)) {
		t.Errorf("link.from: %v", got)
	}
	if got := s.Properties["runtime"].Enum; !slices.Equal(got, c.Runtimes) {
		t.Errorf("runtime: %v", got)
	}
	for _, by := range []string{"slots", "spans"} {
		if got := slices.Sorted(maps.Keys(s.Defs[by].Properties)); !slices.Equal(got, slices.Sorted(slices.Values(services))) {
			t.Errorf("%s: %v", by, got)
		}
	}
}

// FuzzPlan: any bytes are a plan, or an error in which every line says where in the file.
func FuzzPlan(f *testing.F) {
	for _, seed := range []string{
		"", "---\n{}\n", "architectures: [sync, queue]\nfaults: [control]\nseed: 18446744073709551615\n",
		"load: {rate: 1e400, timeout: 1m30s}\nflow:\n  spread: .nan\n  slots: {risk: -1, rsk: 1}\n",
		"architectures:\n  - name: own\n    extends: sync\n    links:\n      - {from: order, to: shipping, transport: queue, retry: {attempts: 99}}\n",
		"architectures: [{name: own, links: [{from: client, to: order, transport: wait, timeout: 0s}]}, 7, null]\n",
		"faults: [control, {name: own, kind: latency, place: fraud->risk, delay: 1s, jitter: 2h}, {kind: several, steps: [{steps: [7]}]}, {}]\n",
		"a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nload: *c\n",
		"<<: {load: 1}\n? [a]\n: b\n", "load: !!binary aGk=\n", "load: [\n", "faults: slow-risk: x\n", "load:\n\trate: 1\n", "trials: |\n  many\n", "a: 1\n---\nb: 2\n",
	} {
		f.Add([]byte(seed))
	}
	if raw, err := os.ReadFile(filepath.Join("..", "docs", "plan.md")); err == nil {
		for i, block := range strings.Split(string(raw), "```") {
			if yaml, ok := strings.CutPrefix(block, "yaml\n"); ok && i%2 == 1 {
				f.Add([]byte(yaml))
			}
		}
	}
	c := lab.New().Catalogue
	where := regexp.MustCompile(`^plan\.yaml:[1-9][0-9]*: .`)
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := bench.ParsePlan("plan.yaml", raw, c)
		if err == nil {
			if _, err := p.Resolve(c); err != nil {
				t.Fatalf("it was read and can't be resolved: %v", err)
			}
			return
		}
		for line := range strings.SplitSeq(err.Error(), "\n") {
			if !where.MatchString(line) {
				t.Fatalf("%q says not where\n%v", line, err)
			}
		}
	})
}
