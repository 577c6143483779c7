package docker

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCandidates: what the user chose is tried alone; the docker command's choice counts where there is none here.
func TestCandidates(t *testing.T) {
	config := t.TempDir()
	sum := sha256.Sum256([]byte("far"))
	id := hex.EncodeToString(sum[:])
	write(t, filepath.Join(config, "contexts/meta", id, "meta.json"), `{"Name":"far","Endpoints":{"docker":{"Host":"tcp://192.0.2.1:2376"}}}`)
	certs := filepath.Join(config, "contexts/tls", id, "docker")
	write(t, filepath.Join(certs, "cert.pem"), "")
	for name, c := range map[string]struct {
		env        map[string]string
		configJSON string
		want       host
		err        string
	}{
		"DOCKER_HOST":          {env: map[string]string{"DOCKER_HOST": "unix:///x.sock", "DOCKER_CONTEXT": "far"}, want: host{URL: "unix:///x.sock", From: "DOCKER_HOST"}},
		"with certificates":    {env: map[string]string{"DOCKER_HOST": "tcp://x:1", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/certs"}, want: host{"tcp://x:1", "/certs", "DOCKER_HOST"}},
		"DOCKER_CONTEXT":       {env: map[string]string{"DOCKER_CONTEXT": "far"}, want: host{"tcp://192.0.2.1:2376", certs, `docker context "far"`}},
		"the context in use":   {configJSON: `{"currentContext":"far"}`, want: host{"tcp://192.0.2.1:2376", certs, `docker context "far"`}},
		"a context that isn't": {env: map[string]string{"DOCKER_CONTEXT": "near"}, err: `reading docker context "near"`},
		"a broken config":      {configJSON: `{`, err: "which docker context"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, v := range []string{"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"} {
				t.Setenv(v, c.env[v])
			}
			t.Setenv("DOCKER_CONFIG", config)
			os.Remove(filepath.Join(config, "config.json"))
			if c.configJSON != "" {
				write(t, filepath.Join(config, "config.json"), c.configJSON)
			}
			got, err := candidates()
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("error %v", err)
				}
				return
			}
			if err != nil || len(got) != 1 || got[0] != c.want {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

// TestNobodyAnswers: one line says what was tried, and what needs no engine.
func TestNobodyAnswers(t *testing.T) {
	t.Setenv("DOCKER_HOST", "unix://"+filepath.Join(t.TempDir(), "no.sock"))
	_, _, err := find(t.Context())
	if err == nil {
		t.Fatal("somebody answers")
	}
	for _, part := range []string{"no container engine answers", "no.sock, from DOCKER_HOST", "--runtime process"} {
		if !strings.Contains(err.Error(), part) || strings.Contains(err.Error(), "\n") {
			t.Errorf("no %q in one line:\n%v", part, err)
		}
	}
}

// TestPlaceIsKnown: where load is driven is not guessed from a word that means nothing.
func TestPlaceIsKnown(t *testing.T) {
	t.Setenv(placeEnv, "here")
	if _, err := Open(t.Context()); err == nil || !strings.Contains(err.Error(), `FAULTLINE_DRIVE: "here" is not known`) {
		t.Errorf("error %v", err)
	}
}

// TestGone: only an owner of this very place that has certainly ended is gone.
func TestGone(t *testing.T) {
	me := self()
	for label, want := range map[string]bool{
		me.String():                                           false,
		owner{me.place, identity(1)}.String():                 false,
		owner{me.place, "4194305"}.String():                   true, // beyond the highest number
		owner{me.place, identity(os.Getpid()) + "0"}.String(): true, // the number was used before
		owner{"elsewhere", "4194305"}.String():                false,
		owner{me.place, "-1"}.String():                        false,
		"":                                                    false, "nonsense": false,
	} {
		if got := gone(label); got != want {
			t.Errorf("%q is gone: %v", label, got)
		}
	}
}

// TestSubnets: every network lies in the pool and has an address for each of its hosts but the engine's.
func TestSubnets(t *testing.T) {
	for range 1000 {
		if s := randomSubnet(); !pool.Contains(s.Addr()) || s.Masked() != s {
			t.Fatalf("%v", s)
		}
	}
	subnet := randomSubnet()
	h := hosts{subnet: subnet, last: subnet.Addr().Next()}
	n := 0
	for ; ; n++ {
		a, err := h.next()
		if err != nil {
			break
		}
		if !subnet.Contains(a) {
			t.Fatalf("%v is not in %v", a, subnet)
		}
	}
	if n != 61 {
		t.Errorf("%d addresses", n)
	}
}

func TestStatic(t *testing.T) {
	path := filepath.Join(t.TempDir(), "script")
	write(t, path, "#!/bin/sh\n")
	if err := Static(path); err == nil || !strings.Contains(err.Error(), "CGO_ENABLED=0") {
		t.Errorf("a script: %v", err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
