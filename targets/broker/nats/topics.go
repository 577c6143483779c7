package nats

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"faultline/bench"
	"faultline/targets/broker"
)

// topicStream holds the messages of all topics, and those published to a single queue that is bound to any. Each such
// queue is a durable consumer of its own there: a message stays until every consumer that was there has acknowledged it.
const topicStream = "topics"

// Beginnings of the subjects of topicStream.
const (
	topicPrefix  = "topic."  // and the topic
	directPrefix = "direct." // and the queue
)

// everySubject are those that topicStream holds.
var everySubject = []string{topicPrefix + ">", directPrefix + ">"}

// subject is where a message for one queue is published.
func subject(q broker.Queue) string {
	if len(q.Topics) > 0 {
		return directPrefix + q.Name
	}
	return q.Name
}

// workStream is the stream that holds a queue's messages.
func workStream(q broker.Queue) string {
	if len(q.Topics) > 0 {
		return topicStream
	}
	return streamName(q.Name)
}

// subscribed are the subjects whose messages a queue gets.
func subscribed(q broker.Queue) []string {
	all := []string{directPrefix + q.Name}
	for _, t := range q.Topics {
		all = append(all, topicPrefix+t)
	}
	return all
}

// declareTopics makes the stream and the queue's consumer: from then on messages are kept for it.
func declareTopics(ctx context.Context, js jetstream.JetStream, q broker.Queue) error {
	_, err := js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{Name: topicStream, Subjects: everySubject,
		Retention: jetstream.InterestPolicy, Storage: jetstream.FileStorage, Duplicates: duplicateWindow})
	if err != nil {
		return err
	}
	_, err = js.CreateOrUpdateConsumer(ctx, topicStream, consumerConfig(q))
	return err
}

// Broadcast stores the message once, for all consumers that there are.
func (c *client) Broadcast(ctx context.Context, topic string, m broker.Message) error {
	if !c.bound(topic) {
		return fmt.Errorf("publishing to %s: %w: no queue is bound to it; declare one first", topic, broker.ErrNotSent)
	}
	return c.publish(ctx, encode(topicPrefix+topic, m), false)
}

// subscribers are the consumers of the topics' stream that have messages to handle, or all.
func subscribers(ctx context.Context, js jetstream.JetStream, all bool) (list []*jetstream.ConsumerInfo, err error) {
	stream, err := js.Stream(ctx, topicStream)
	if err != nil {
		return nil, fmt.Errorf("opening the topics: %w", err)
	}
	found := stream.ListConsumers(ctx)
	for c := range found.Info() {
		if all || c.NumPending > 0 || c.NumAckPending > 0 {
			list = append(list, c)
		}
	}
	if err := found.Err(); err != nil {
		return nil, fmt.Errorf("listing the subscribers: %w", err)
	}
	return list, nil
}

// queueOf is the queue that a consumer of the topics' stream stands for.
func queueOf(c *jetstream.ConsumerInfo) string {
	for _, s := range c.Config.FilterSubjects {
		if queue, ok := strings.CutPrefix(s, directPrefix); ok {
			return queue
		}
	}
	return c.Name
}

// topicSamples adds a sample of every queue that is bound to topics.
func topicSamples(ctx context.Context, js jetstream.JetStream, samples []bench.QueueSample) ([]bench.QueueSample, error) {
	list, err := subscribers(ctx, js, true)
	for _, c := range list {
		samples = append(samples, bench.QueueSample{Queue: queueOf(c), Ready: int(c.NumPending), Taken: c.NumAckPending})
	}
	return samples, err
}

// topicLeftovers reads the topics' stream. The broker does not tell which messages a queue has acknowledged beyond the
// first that it has not: one of these which another queue still holds may be shown as left in both.
func topicLeftovers(ctx context.Context, js jetstream.JetStream, _ string, info *jetstream.StreamInfo) ([]bench.Leftover, error) {
	list, err := subscribers(ctx, js, false)
	if err != nil {
		return nil, err
	}
	stream, err := js.Stream(ctx, topicStream)
	if err != nil {
		return nil, fmt.Errorf("opening the topics: %w", err)
	}
	var left []bench.Leftover
	for seq := info.State.FirstSeq; seq <= info.State.LastSeq && len(list) > 0; seq++ {
		msg, err := stream.GetMsg(ctx, seq, jetstream.WithGetMsgSubject(">")) // seq, or the next that exists
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			break
		}
		if err != nil {
			return left, fmt.Errorf("reading the topics: %w", err)
		}
		for _, c := range list {
			if msg.Sequence > c.AckFloor.Stream && slices.Contains(c.Config.FilterSubjects, msg.Subject) {
				left = append(left, bench.Leftover{Order: msg.Header.Get(orderHeader), Where: queueOf(c), Reason: "not acked"})
			}
		}
		seq = msg.Sequence
	}
	return left, nil
}
