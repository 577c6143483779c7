package broker_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"faultline/bench"
	"faultline/internal/needs"
	"faultline/targets/broker"
	"faultline/targets/broker/nats"
	"faultline/targets/broker/rabbitmq"
)

// A kind is one implementation, and how the tests run its broker.
type kind struct {
	name    string
	needs   func(testing.TB)
	serve   func(dir string, ready func(bench.Addresses)) error
	await   func(ctx context.Context, addr string) error
	open    func(publishAddr, consumeAddr string) (broker.Broker, error)
	view    func(addr func() string, queues ...string) (bench.BrokerView, error)
	letters func(ctx context.Context, addr, queue string, replay func(broker.DeadLetter) bool) error
	control func(*server) control
	quorum  bool // its queues are quorum queues
}

// A control breaks a broker.
type control interface {
	Refuse(ctx context.Context, on bool) error
	Redeliver(ctx context.Context) (int, error)
	Unbind(ctx context.Context, queue string, topics ...string) error
	Bind(ctx context.Context, queue string, topics ...string) error
	Bound(ctx context.Context, queue string, topics ...string) (int, error)
}

const rabbitURL = "amqp://guest:guest@127.0.0.1/"

var kinds = []kind{
	{
		name:  "nats",
		needs: func(testing.TB) {},
		serve: func(dir string, ready func(bench.Addresses)) error {
			return nats.Serve(context.Background(), nats.ServerConfig{Dir: dir, Address: "127.0.0.1:0", Admin: "127.0.0.1:0"}, ready)
		},
		await: func(context.Context, string) error { return nil },
		open:  nats.Open,
		view: func(addr func() string, _ ...string) (bench.BrokerView, error) {
			return nats.View(addr)
		},
		letters: func(ctx context.Context, addr, queue string, replay func(broker.DeadLetter) bool) error {
			return nats.DeadLetters(ctx, addr, func(l broker.DeadLetter) bool { return l.Queue == queue && replay(l) })
		},
		control: func(s *server) control { return nats.Control{Addresses: s.addresses} },
	},
	{
		name:  "rabbitmq",
		needs: needs.RabbitMQ,
		serve: func(dir string, ready func(bench.Addresses)) error {
			return rabbitmq.Serve(rabbitmq.ServerConfig{Dir: dir}, ready)
		},
		await: func(ctx context.Context, addr string) error { return rabbitmq.Await(ctx, rabbitURL, addr) },
		open: func(publishAddr, consumeAddr string) (broker.Broker, error) {
			return rabbitmq.Open(rabbitURL, publishAddr, consumeAddr)
		},
		view: func(addr func() string, queues ...string) (bench.BrokerView, error) {
			return rabbitmq.View(rabbitURL, addr, nil, queues...)
		},
		letters: func(ctx context.Context, addr, queue string, replay func(broker.DeadLetter) bool) error {
			return rabbitmq.DeadLetters(ctx, rabbitURL, addr, []string{queue}, replay)
		},
		control: func(s *server) control { return rabbitmq.Control{Dir: s.dir} },
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
