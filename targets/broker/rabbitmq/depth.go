package rabbitmq

import (
	"context"
	"errors"
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"

	"faultline/bench"
)

// Queues leaves Taken 0: AMQP tells how many messages wait, not how many are in work.
func (v *viewer) Queues(ctx context.Context) ([]bench.QueueSample, error) {
	var samples []bench.QueueSample
	err := v.look(ctx, func() error {
		samples = nil
		for _, q := range v.queues {
			s, err := v.sample(q)
			if err != nil {
				return err
			}
			samples = append(samples, s)
		}
		return nil
	})
	return samples, err
}

func (v *viewer) sample(queue string) (s bench.QueueSample, err error) {
	s.Queue = queue
	if s.Dead, err = v.count(queue + deadSuffix); err != nil {
		return s, err
	}
	for _, q := range waiting(queue) {
		n, err := v.count(q)
		if err != nil {
			return s, err
		}
		s.Ready += n
	}
	return s, nil
}

// waiting are the queues in which messages of a queue wait to be handled.
func waiting(queue string) []string {
	all := []string{queue}
	for _, r := range ladder {
		all = append(all, retryQueue(queue, r))
	}
	return all
}

// count is 0 for a queue that does not exist.
func (v *viewer) count(queue string) (int, error) {
	q, err := v.ch.QueueDeclarePassive(queue, true, false, false, false, nil)
	if missing(err) { // which ended the channel
		v.ch, err = v.conn.Channel()
		return 0, err
	}
	if err != nil {
		return 0, fmt.Errorf("looking at queue %s: %w", queue, err)
	}
	return q.Messages, nil
}

func missing(err error) bool {
	var e *amqp.Error
	return errors.As(err, &e) && e.Code == amqp.NotFound
}
