package bench

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	names := []string{"sync", "queue", "saga", "stream"}
	for typed, want := range map[string]string{"synch": "sync", "qeue": "queue", "Saga": "saga", "strem": "stream", "kubernetes": "", "": ""} {
		got := Nearest(typed, names)
		if want == "" && got != "" || want != "" && got != ` (did you mean "`+want+`"?)` {
			t.Errorf("%q: %q", typed, got)
		}
	}
	if got := Nearest("sync", nil); got != "" {
		t.Errorf("of none: %q", got)
	}
}

func TestOneOf(t *testing.T) {
	if err := oneOf("runtime", "process", []string{"docker", "process"}); err != nil {
		t.Error(err)
	}
	err := oneOf("runtime", "doker", []string{"docker", "process"})
	if err == nil {
		t.Fatal("a name that is not there was taken")
	}
	for _, part := range []string{"runtime", `"doker"`, `did you mean "docker"?`, "docker, process"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%v: does not say %s", err, part)
		}
	}
}
