package rabbitmq

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
)

// ports are where a broker listens, all on 127.0.0.1.
type ports struct {
	AMQP, Dist, Epmd int
}

func (p ports) address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(p.AMQP)) }

// loadPorts picks ports the first time, and finds them again afterwards.
func loadPorts(dir string) (p ports, err error) {
	path := filepath.Join(dir, "ports.json")
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return newPorts(path)
	}
	if err != nil {
		return p, fmt.Errorf("reading the broker's ports: %w", err)
	}
	if err := json.Unmarshal(data, &p); err != nil {
		return p, fmt.Errorf("reading the broker's ports from %s: %w", path, err)
	}
	return p, nil
}

func newPorts(path string) (p ports, err error) {
	for _, port := range []*int{&p.AMQP, &p.Dist, &p.Epmd} {
		if *port, err = freePort(); err != nil {
			return p, err
		}
	}
	data, err := json.Marshal(p)
	if err != nil {
		return p, fmt.Errorf("writing the broker's ports: %w", err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		return p, fmt.Errorf("writing the broker's ports: %w", err)
	}
	return p, nil
}

// freePort picks below the range from which the system takes ports for outgoing connections: while the broker is
// down nobody must be given its port.
func freePort() (int, error) {
	const lowest, highest = 20000, 32000
	for range 100 {
		port := lowest + rand.IntN(highest-lowest)
		if nobodyListens(net.JoinHostPort("127.0.0.1", strconv.Itoa(port))) {
			return port, nil
		}
	}
	return 0, fmt.Errorf("finding a free port: none among 100 tried from %d to %d", lowest, highest)
}
