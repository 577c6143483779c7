package nats

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"faultline/bench"
)

// A ServerConfig says where the broker keeps what it was given. A broker that is started again with the same
// Dir has it all; its port is another one.
type ServerConfig struct {
	Dir string `json:"dir"`
}

// Serve runs the broker in this process, on a port of 127.0.0.1 that the system picks, until ctx is done.
// ready is called once, when it takes connections.
//
// SyncAlways is off: what it confirmed has been written to the operating system, and survives the death of
// the process, not a power cut.
func Serve(ctx context.Context, cfg ServerConfig, ready func(bench.Addresses)) error {
	s, err := server.NewServer(serverOptions(cfg))
	if err != nil {
		return fmt.Errorf("configuring nats-server: %w", err)
	}
	s.Start()
	defer func() { s.Shutdown(); s.WaitForShutdown() }()
	if !s.ReadyForConnections(30 * time.Second) {
		return fmt.Errorf("starting nats-server in %s: not ready after 30 s; is the directory writable, and not in use?", cfg.Dir)
	}
	if !s.JetStreamEnabled() {
		return fmt.Errorf("starting nats-server in %s: jetstream is not enabled; is the directory writable?", cfg.Dir)
	}
	addr := s.Addr().(*net.TCPAddr).String()
	ready(bench.Addresses{Main: addr, Admin: addr})
	<-ctx.Done()
	return nil
}

func serverOptions(cfg ServerConfig) *server.Options {
	return &server.Options{
		ServerName:             "faultline",
		Host:                   "127.0.0.1",
		Port:                   server.RANDOM_PORT,
		JetStream:              true,
		StoreDir:               cfg.Dir,
		NoSigs:                 true,
		NoLog:                  true,
		DisableJetStreamBanner: true,
		PingInterval:           pingInterval,
		MaxPingsOut:            maxPings,
		// Clients must not be told of a way round the proxy in front.
		Cluster: server.ClusterOpts{NoAdvertise: true},
	}
}
