package nats

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"faultline/bench"
)

// A Control does to the broker what befalls brokers: it is how faults are injected there. It goes past the proxies, to
// wherever the broker listens now.
type Control struct {
	Addresses func() bench.Addresses
}

// Refuse has the broker store no message any more, as one does whose account is over its limit, or take them again.
// Publishers are answered with an error at once; what is stored stays and is handed out. A broker that was started again
// takes them.
func (c Control) Refuse(ctx context.Context, on bool) error {
	body, err := json.Marshal(refusal{on})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.Addresses().Admin+pathRefuse, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("having the broker refuse publishers: %w", err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("having the broker refuse publishers: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("having the broker refuse publishers: %s", resp.Status)
	}
	return nil
}

// Redeliver takes back every message that is delivered and not acknowledged, those too that wait for their retry, so that the broker hands it out
// again at once. It does for the consumer what that does for a message that it can't handle: it says NAK. Whoever has the first
// delivery goes on with it. It returns how many there were.
func (c Control) Redeliver(ctx context.Context) (n int, err error) {
	err = c.look(ctx, func(ctx context.Context, js jetstream.JetStream) error {
		consumers, err := consumers(ctx, js)
		if err != nil {
			return err
		}
		for _, i := range consumers {
			n += i.NumAckPending
			for seq := i.AckFloor.Stream + 1; seq <= i.Delivered.Stream && i.NumAckPending > 0; seq++ {
				// The third number may be that of any delivery that is not acknowledged; one of a message that is, is passed over.
				ack := fmt.Sprintf("$JS.ACK.%s.%s.1.%d.%d.0.0", i.Stream, i.Name, seq, i.Delivered.Consumer)
				if err := js.Conn().Publish(ack, []byte("-NAK")); err != nil {
					return err
				}
			}
		}
		return js.Conn().FlushWithContext(ctx)
	})
	return n, err
}

// Unbind takes topics from a queue: what is published to them from now on does not reach it. A topic that no other queue
// is bound to is taken from the stream too, so that a publisher is told that nobody gets its message, as RabbitMQ tells it:
// at no moment does the stream hold what no queue is bound to, which it would confirm and drop.
func (c Control) Unbind(ctx context.Context, queue string, topics ...string) error {
	lost := topicSubjects(topics)
	return c.look(ctx, func(ctx context.Context, js jetstream.JetStream) error {
		list, err := subscribers(ctx, js, true)
		if err != nil {
			return err
		}
		held := []string{directPrefix + ">"}
		for _, c := range list {
			for _, s := range c.Config.FilterSubjects {
				loses := queueOf(c) == queue && slices.Contains(lost, s)
				if strings.HasPrefix(s, topicPrefix) && !loses && !slices.Contains(held, s) {
					held = append(held, s)
				}
			}
		}
		if err := hold(ctx, js, held); err != nil {
			return err
		}
		return filter(ctx, js, queue, func(s []string) []string {
			return slices.DeleteFunc(s, func(s string) bool { return slices.Contains(lost, s) })
		})
	})
}

// Bind binds a queue to topics again.
func (c Control) Bind(ctx context.Context, queue string, topics ...string) error {
	return c.look(ctx, func(ctx context.Context, js jetstream.JetStream) error {
		err := filter(ctx, js, queue, func(subjects []string) []string {
			for _, s := range topicSubjects(topics) {
				if !slices.Contains(subjects, s) {
					subjects = append(subjects, s)
				}
			}
			return subjects
		})
		if err != nil {
			return err
		}
		return hold(ctx, js, everySubject)
	})
}

// Bound says to how many of some topics a queue is bound.
func (c Control) Bound(ctx context.Context, queue string, topics ...string) (n int, err error) {
	err = c.look(ctx, func(ctx context.Context, js jetstream.JetStream) error {
		consumer, err := js.Consumer(ctx, topicStream, streamName(queue))
		if err != nil {
			return err
		}
		for _, s := range topicSubjects(topics) {
			if slices.Contains(consumer.CachedInfo().Config.FilterSubjects, s) {
				n++
			}
		}
		return nil
	})
	return n, err
}

func topicSubjects(topics []string) (list []string) {
	for _, t := range topics {
		list = append(list, topicPrefix+t)
	}
	return list
}

// filter changes the subjects of a queue that is bound to topics.
func filter(ctx context.Context, js jetstream.JetStream, queue string, change func([]string) []string) error {
	consumer, err := js.Consumer(ctx, topicStream, streamName(queue))
	if err != nil {
		return err
	}
	config := consumer.CachedInfo().Config
	config.FilterSubjects = change(slices.Clone(config.FilterSubjects))
	_, err = js.UpdateConsumer(ctx, topicStream, config)
	return err
}

// hold has the topics' stream hold messages of these subjects and no others.
func hold(ctx context.Context, js jetstream.JetStream, subjects []string) error {
	stream, err := js.Stream(ctx, topicStream)
	if err != nil {
		return err
	}
	config := stream.CachedInfo().Config
	config.Subjects = subjects
	_, err = js.UpdateStream(ctx, config)
	return err
}

// consumers are those of all queues.
func consumers(ctx context.Context, js jetstream.JetStream) (all []*jetstream.ConsumerInfo, err error) {
	streams := js.StreamNames(ctx)
	for name := range streams.Name() {
		stream, err := js.Stream(ctx, name)
		if err != nil {
			return nil, err
		}
		found := stream.ListConsumers(ctx)
		for c := range found.Info() {
			all = append(all, c)
		}
		if err := found.Err(); err != nil {
			return nil, err
		}
	}
	return all, streams.Err()
}

// look does something over a connection of its own.
func (c Control) look(ctx context.Context, do func(context.Context, jetstream.JetStream) error) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	v := &viewer{addr: func() string { return c.Addresses().Main }}
	nc, err := v.connect()
	if err != nil {
		return err
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err == nil {
		err = do(ctx, js)
	}
	if err != nil {
		return fmt.Errorf("commanding the broker: %w", err)
	}
	return nil
}
