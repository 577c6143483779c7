package nats

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"faultline/targets/broker"
)

// DeadLetters hands every dead letter of the broker at an address (host:port) to replay, oldest first in each queue.
// Where that is true the message goes back to its queue as a new one: stored there first, taken from the dead-letter
// queue after.
func DeadLetters(ctx context.Context, addr string, replay func(broker.DeadLetter) bool) error {
	v := &viewer{addr: func() string { return addr }}
	return v.streams(ctx, func(js jetstream.JetStream, queue string, info *jetstream.StreamInfo) error {
		alive, dead := strings.CutSuffix(queue, deadSuffix)
		if !dead {
			return nil
		}
		stream, err := js.Stream(ctx, info.Config.Name)
		if err != nil {
			return fmt.Errorf("opening queue %s: %w", queue, err)
		}
		return eachMessage(ctx, stream, queue, info, func(msg *jetstream.RawStreamMsg) error {
			m := decode(msg.Header, msg.Data)
			attempts, _ := strconv.Atoi(msg.Header.Get(attemptsHeader))
			if !replay(broker.DeadLetter{Queue: alive, ID: m.ID, Order: m.Order, Reason: msg.Header.Get(reasonHeader),
				Attempts: attempts, Since: msg.Time}) {
				return nil
			}
			return revive(ctx, js, stream, alive, m, msg.Sequence)
		})
	})
}

// revive puts a dead letter back into its queue.
func revive(ctx context.Context, js jetstream.JetStream, dead jetstream.Stream, queue string, m broker.Message, seq uint64) error {
	m.ID = broker.ReplayID(m.ID)
	delete(m.Headers, reasonHeader)
	delete(m.Headers, attemptsHeader)
	to := queue
	if _, err := js.Consumer(ctx, topicStream, streamName(queue)); err == nil {
		to = directPrefix + queue
	}
	if _, err := js.PublishMsg(ctx, encode(to, m)); err != nil {
		return fmt.Errorf("putting a dead letter back into %s: %w", queue, err)
	}
	if err := dead.DeleteMsg(ctx, seq); err != nil {
		return fmt.Errorf("taking a message from the dead-letter queue of %s: %w", queue, err)
	}
	return nil
}

// eachMessage reads a queue's stream from its first message to its last, without consuming any.
func eachMessage(ctx context.Context, stream jetstream.Stream, queue string, info *jetstream.StreamInfo, do func(*jetstream.RawStreamMsg) error) error {
	for seq := info.State.FirstSeq; seq <= info.State.LastSeq; seq++ {
		msg, err := stream.GetMsg(ctx, seq, jetstream.WithGetMsgSubject(queue)) // seq, or the next that exists
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading queue %s: %w", queue, err)
		}
		if err := do(msg); err != nil {
			return err
		}
		seq = msg.Sequence
	}
	return nil
}
