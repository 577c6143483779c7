package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"faultline/bench"
	"faultline/targets/broker"
	"faultline/targets/broker/nats"
	"faultline/targets/broker/rabbitmq"
	"faultline/targets/service"
)

// A Running is what another process must know of a system that was left running, to see what it gave up.
type Running struct {
	PID          int                  `json:"pid"` // of the program that started it
	Architecture string               `json:"architecture"`
	Client       string               `json:"client"` // where clients of the order service call
	Broker       service.BrokerConfig `json:"broker"`
	Address      string               `json:"address"` // of the broker; "" if there is none
	Queues       []string             `json:"queues"`
}

// runningFile is the name of a Running in its system's directory, which is removed with the system.
const runningFile = "up.json"

// Up starts one architecture and has AllUp tell of it until it is closed. client is where its API is served; "" is its own address.
func Up(ctx context.Context, p bench.Plan, a bench.Architecture, client string) (*bench.System, error) {
	b, system, err := lab{&engine{}}.launch(ctx, p, a, "")
	if err != nil {
		return nil, err
	}
	r := Running{PID: os.Getpid(), Architecture: a.Name, Client: client, Broker: b.broker, Queues: b.topology.Queues}
	if client == "" {
		r.Client = system.Client
	}
	if b.address != nil {
		r.Address = b.address()
	}
	raw, err := json.Marshal(r)
	if err == nil { // 0600: the broker's URL holds a password
		err = os.WriteFile(filepath.Join(b.runtime.Dir(), runningFile), raw, 0o600)
	}
	if err != nil {
		_ = system.Close()
		return nil, fmt.Errorf("noting what runs: %w", err)
	}
	return system, nil
}

// AllUp lists the systems of this user that were left running.
func AllUp() (list []Running, err error) {
	files, err := filepath.Glob(filepath.Join(os.TempDir(), "faultline-*", runningFile))
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			continue // ended meanwhile, or another user's
		}
		var r Running
		if err := json.Unmarshal(raw, &r); err != nil {
			return nil, fmt.Errorf("reading %s: %w", file, err)
		}
		list = append(list, r)
	}
	return list, err
}

// DeadLetters hands every dead letter of a running system to replay, and puts those back for which it is true.
func (r Running) DeadLetters(ctx context.Context, replay func(broker.DeadLetter) bool) error {
	plain := func(l broker.DeadLetter) bool {
		l.Queue = strings.TrimPrefix(l.Queue, r.Broker.Prefix)
		return replay(l)
	}
	if r.Broker.Kind == "nats" {
		return nats.DeadLetters(ctx, r.Address, plain)
	}
	return rabbitmq.DeadLetters(ctx, r.Broker.URL, r.Address, r.Queues, plain)
}
