package broker_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"faultline/bench"
	"faultline/targets/broker"
	"faultline/targets/broker/nats"
	"faultline/targets/broker/rabbitmq"
)

// A kind is one implementation, and how the tests run its broker.
type kind struct {
	name      string
	installed func() error
	serve     func(dir string, ready func(bench.Addresses)) error
	await     func(ctx context.Context, addr string) error
	open      func(publishAddr, consumeAddr string) (broker.Broker, error)
	view      func(addr func() string, queues ...string) (bench.BrokerView, error)
}

const rabbitURL = "amqp://guest:guest@127.0.0.1/"

var kinds = []kind{
	{
		name:      "nats",
		installed: func() error { return nil },
		serve: func(dir string, ready func(bench.Addresses)) error {
			return nats.Serve(context.Background(), nats.ServerConfig{Dir: dir}, ready)
		},
		await: func(context.Context, string) error { return nil },
		open:  nats.Open,
		view: func(addr func() string, _ ...string) (bench.BrokerView, error) {
			return nats.View(addr)
		},
	},
	{
		name:      "rabbitmq",
		installed: rabbitmq.Installed,
		serve: func(dir string, ready func(bench.Addresses)) error {
			return rabbitmq.Serve(rabbitmq.ServerConfig{Dir: dir}, ready)
		},
		await: func(ctx context.Context, addr string) error { return rabbitmq.Await(ctx, rabbitURL, addr) },
		open: func(publishAddr, consumeAddr string) (broker.Broker, error) {
			return rabbitmq.Open(rabbitURL, publishAddr, consumeAddr)
		},
		view: func(addr func() string, queues ...string) (bench.BrokerView, error) {
			return rabbitmq.View(rabbitURL, addr, queues...)
		},
	},
}

// What makes this program, run again, a broker.
const (
	serveKind = "FAULTLINE_TEST_SERVE"
	serveDir  = "FAULTLINE_TEST_DIR"
)

func TestMain(m *testing.M) {
	for _, k := range kinds {
		if k.name == os.Getenv(serveKind) {
			err := k.serve(os.Getenv(serveDir), func(a bench.Addresses) { _ = json.NewEncoder(os.Stdout).Encode(a) })
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// skipUnlessInstalled fails where FAULTLINE_REQUIRE names the kind.
func skipUnlessInstalled(t *testing.T, k kind) {
	err := k.installed()
	if err == nil {
		return
	}
	if strings.Contains(os.Getenv("FAULTLINE_REQUIRE"), k.name) {
		t.Fatal(err)
	}
	t.Skip(err)
}
