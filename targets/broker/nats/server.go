package nats

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"faultline/bench"
)

// A ServerConfig says where the broker keeps what it was given, and where it listens: a port 0 is any, and another one each
// time. A broker that is started again with the same Dir has it all.
type ServerConfig struct {
	Dir     string `json:"dir"`
	Address string `json:"address"` // host:port
	// Admin is where it takes the harness's commands, likewise.
	Admin string `json:"admin"`
}

// Serve runs the broker in this process until ctx is done.
// ready is called once, when it takes connections.
//
// SyncAlways is off: what it confirmed has been written to the operating system, and survives the death of
// the process, not a power cut.
func Serve(ctx context.Context, cfg ServerConfig, ready func(bench.Addresses)) error {
	options, err := serverOptions(cfg)
	if err != nil {
		return fmt.Errorf("configuring nats-server: %w", err)
	}
	s, err := server.NewServer(options)
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
	addr, stop, err := admin(s, cfg.Admin)
	if err != nil {
		return err
	}
	defer stop()
	ready(bench.Addresses{Main: s.Addr().(*net.TCPAddr).String(), Admin: addr})
	<-ctx.Done()
	return nil
}

func serverOptions(cfg ServerConfig) (*server.Options, error) {
	at, err := netip.ParseAddrPort(cfg.Address)
	if err != nil {
		return nil, fmt.Errorf("address: %w", err)
	}
	port := int(at.Port())
	if port == 0 {
		port = server.RANDOM_PORT
	}
	return &server.Options{
		ServerName:             "faultline",
		Host:                   at.Addr().String(),
		Port:                   port,
		JetStream:              true,
		StoreDir:               cfg.Dir,
		NoSigs:                 true,
		NoLog:                  true,
		DisableJetStreamBanner: true,
		PingInterval:           pingInterval,
		MaxPingsOut:            maxPings,
		// Clients must not be told of a way round the proxy in front.
		Cluster: server.ClusterOpts{NoAdvertise: true},
	}, nil
}
