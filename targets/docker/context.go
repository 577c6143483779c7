package docker

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// fromContext is the host of the context that the docker command uses: that of DOCKER_CONTEXT, or the one chosen by docker context
// use. The zero host means that there is none, or the default one, which has no host of its own.
func fromContext() (host, error) {
	dir := os.Getenv("DOCKER_CONFIG")
	if dir == "" {
		home, _ := os.UserHomeDir()
		dir = filepath.Join(home, ".docker")
	}
	name := os.Getenv("DOCKER_CONTEXT")
	if name == "" {
		var config struct {
			Current string `json:"currentContext"`
		}
		if err := readJSON(filepath.Join(dir, "config.json"), &config); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return host{}, fmt.Errorf("reading which docker context is in use: %w", err)
		}
		name = config.Current
	}
	if name == "" || name == "default" {
		return host{}, nil
	}
	return readContext(dir, name)
}

// readContext reads a context as the docker command stores it: below the hash of its name.
func readContext(dir, name string) (host, error) {
	sum := sha256.Sum256([]byte(name))
	id := hex.EncodeToString(sum[:])
	var meta struct {
		Endpoints map[string]struct{ Host string }
	}
	if err := readJSON(filepath.Join(dir, "contexts", "meta", id, "meta.json"), &meta); err != nil {
		return host{}, fmt.Errorf("reading docker context %q: %w; see docker context ls", name, err)
	}
	h := host{URL: meta.Endpoints["docker"].Host, From: fmt.Sprintf("docker context %q", name)}
	if h.URL == "" {
		return host{}, fmt.Errorf("docker context %q names no host", name)
	}
	if certs := filepath.Join(dir, "contexts", "tls", id, "docker"); exists(filepath.Join(certs, "cert.pem")) {
		h.Certs = certs
	}
	return h, nil
}

func readJSON(path string, into any) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
