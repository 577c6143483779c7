package nats

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"faultline/bench"
)

// viewer looks into the broker over a connection of its own for each look, since the broker may have been
// started again elsewhere meanwhile.
type viewer struct {
	addr    func() string
	version string
}

// View looks at the broker at addr(), host:port, which is asked before each look and must lead past every
// fault. It fails if nobody answers there now.
func View(addr func() string) (bench.BrokerView, error) {
	v := &viewer{addr: addr}
	nc, err := v.connect()
	if err != nil {
		return nil, err
	}
	defer nc.Close()
	v.version = "NATS JetStream " + nc.ConnectedServerVersion()
	return v, nil
}

func (v *viewer) Version() string { return v.version }

// Figures are not told: what is taken is a figure of each queue.
func (v *viewer) Figures(context.Context) (bench.BrokerSample, error) {
	return bench.BrokerSample{}, errors.ErrUnsupported
}

func (v *viewer) Close() error { return nil }

func (v *viewer) connect() (*natsgo.Conn, error) {
	nc, err := natsgo.Connect("nats://"+v.addr(), natsgo.Name("view"), natsgo.Timeout(time.Second), natsgo.NoReconnect(),
		natsgo.IgnoreDiscoveredServers())
	if err != nil {
		return nil, fmt.Errorf("looking into the broker at %s: %w", v.addr(), err)
	}
	return nc, nil
}

// Queues counts a message that waits for its retry as taken: the broker does not tell it from one in work.
func (v *viewer) Queues(ctx context.Context) ([]bench.QueueSample, error) {
	var samples []bench.QueueSample
	dead := map[string]int{}
	err := v.streams(ctx, func(js jetstream.JetStream, queue string, info *jetstream.StreamInfo) error {
		if alive, ok := strings.CutSuffix(queue, deadSuffix); ok {
			dead[alive] = int(info.State.Msgs)
			return nil
		}
		if info.Config.Name == topicStream {
			var err error
			samples, err = topicSamples(ctx, js, samples)
			return err
		}
		s, err := sample(ctx, js, queue, info)
		samples = append(samples, s)
		return err
	})
	for i := range samples {
		samples[i].Dead = dead[samples[i].Queue]
	}
	return samples, err
}

func sample(ctx context.Context, js jetstream.JetStream, queue string, info *jetstream.StreamInfo) (bench.QueueSample, error) {
	consumer, err := js.Consumer(ctx, info.Config.Name, consumerName)
	if errors.Is(err, jetstream.ErrConsumerNotFound) { // nobody has consumed yet
		return bench.QueueSample{Queue: queue, Ready: int(info.State.Msgs)}, nil
	}
	if err != nil {
		return bench.QueueSample{Queue: queue}, fmt.Errorf("looking at the consumer of %s: %w", queue, err)
	}
	now := consumer.CachedInfo()
	return bench.QueueSample{Queue: queue, Ready: int(now.NumPending), Taken: now.NumAckPending}, nil
}

func (v *viewer) Leftovers(ctx context.Context) ([]bench.Leftover, error) {
	var all []bench.Leftover
	err := v.streams(ctx, func(js jetstream.JetStream, queue string, info *jetstream.StreamInfo) error {
		look := leftovers
		if info.Config.Name == topicStream {
			look = topicLeftovers
		}
		left, err := look(ctx, js, queue, info)
		all = append(all, left...)
		return err
	})
	return all, err
}

// leftovers reads a stream from its first message to its last, without consuming any.
func leftovers(ctx context.Context, js jetstream.JetStream, queue string, info *jetstream.StreamInfo) ([]bench.Leftover, error) {
	stream, err := js.Stream(ctx, info.Config.Name)
	if err != nil {
		return nil, fmt.Errorf("opening queue %s: %w", queue, err)
	}
	where, dead := strings.CutSuffix(queue, deadSuffix)
	left := make([]bench.Leftover, 0, info.State.Msgs)
	err = eachMessage(ctx, stream, queue, info, func(msg *jetstream.RawStreamMsg) error {
		l := bench.Leftover{Order: msg.Header.Get(orderHeader), Where: where, Dead: dead, Reason: "not acked"}
		if dead {
			l.Reason = msg.Header.Get(reasonHeader)
		}
		left = append(left, l)
		return nil
	})
	return left, err
}

// streams calls look for each queue and dead-letter queue of the broker.
func (v *viewer) streams(ctx context.Context, look func(js jetstream.JetStream, queue string, info *jetstream.StreamInfo) error) error {
	nc, err := v.connect()
	if err != nil {
		return err
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		return fmt.Errorf("opening jetstream: %w", err)
	}
	list := js.ListStreams(ctx)
	for info := range list.Info() {
		if err := look(js, info.Config.Subjects[0], info); err != nil {
			return err
		}
	}
	if err := list.Err(); err != nil {
		return fmt.Errorf("listing the queues: %w", err)
	}
	return nil
}
