package docker

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/moby/moby/client"
)

// A host is where an engine may answer.
type host struct {
	URL   string `json:"url"`
	Certs string `json:"certs,omitempty"` // directory of ca.pem, cert.pem and key.pem; "": no TLS
	From  string `json:"from,omitempty"`  // who said so
}

// candidates are the hosts to try, best first: what the user chose, and only if there is no choice, the usual sockets.
func candidates() ([]host, error) {
	if chosen := os.Getenv("DOCKER_HOST"); chosen != "" {
		h := host{URL: chosen, From: "DOCKER_HOST"}
		if os.Getenv("DOCKER_TLS_VERIFY") != "" {
			h.Certs = os.Getenv("DOCKER_CERT_PATH")
		}
		return []host{h}, nil
	}
	if h, err := fromContext(); h.URL != "" || err != nil {
		return []host{h}, err
	}
	var list []host
	for _, path := range sockets() {
		if _, err := os.Stat(path); err == nil {
			list = append(list, host{URL: "unix://" + path})
		}
	}
	return list, nil
}

// sockets are where engines listen as installed: Docker, rootless Docker, Docker Desktop, Podman for a user and for all.
func sockets() []string {
	home, _ := os.UserHomeDir()
	run := os.Getenv("XDG_RUNTIME_DIR")
	if run == "" {
		run = fmt.Sprintf("/run/user/%d", os.Getuid())
	}
	return []string{
		"/var/run/docker.sock",
		filepath.Join(run, "docker.sock"),
		filepath.Join(home, ".docker/run/docker.sock"),
		filepath.Join(home, ".docker/desktop/docker.sock"),
		filepath.Join(run, "podman/podman.sock"),
		"/run/podman/podman.sock",
	}
}

// answerLimit is how long an engine may take to say that it is there.
const answerLimit = 5 * time.Second

// find connects to the first host that answers. Its error says what was tried.
func find(ctx context.Context) (host, *client.Client, error) {
	list, err := candidates()
	if err != nil {
		return host{}, nil, err
	}
	var tried []string
	for _, h := range list {
		c, err := dial(ctx, h)
		if err == nil {
			return h, c, nil
		}
		tried = append(tried, fmt.Sprintf("%s: %v", h, err))
	}
	if len(list) == 0 {
		tried = append(tried, "no DOCKER_HOST, no context, and no socket at any of "+strings.Join(sockets(), ", "))
	}
	return host{}, nil, fmt.Errorf("no container engine answers (%s): start one, or use --runtime process, which needs none", strings.Join(tried, "; "))
}

// Available says whether this very program can be run in containers here, without preparing anything.
func Available(ctx context.Context) error {
	path, err := os.Executable()
	if err != nil {
		return err
	}
	if err := Static(path); err != nil {
		return err
	}
	_, c, err := find(ctx)
	if err != nil {
		return err
	}
	return c.Close()
}

// String is the address, and who gave it.
func (h host) String() string {
	if h.From == "" {
		return h.URL
	}
	return h.URL + ", from " + h.From
}

// dial connects to an engine and asks whether it is there.
func dial(ctx context.Context, h host) (*client.Client, error) {
	options := []client.Opt{client.WithHost(h.URL)}
	if u, err := url.Parse(h.URL); err == nil && u.Scheme == "ssh" {
		options = []client.Opt{client.WithHost("http://" + u.Host), client.WithDialContext(sshDialer(u))}
	}
	if h.Certs != "" {
		in := func(name string) string { return filepath.Join(h.Certs, name) }
		options = append(options, client.WithTLSClientConfig(in("ca.pem"), in("cert.pem"), in("key.pem")))
	}
	c, err := client.New(options...)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	if _, err := c.Ping(ctx, client.PingOptions{NegotiateAPIVersion: true}); err != nil {
		c.Close()
		return nil, oneLine(err)
	}
	return c, nil
}

// oneLine is an error in one line, as the engine's often are not.
func oneLine(err error) error {
	return errors.New(strings.Join(strings.Fields(err.Error()), " "))
}
