package rabbitmq

import (
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"
)

// A session is the channel on which a connection publishes. All publishers share it: none holds it while it
// waits for its confirm.
type session struct {
	ch     *amqp.Channel
	broken chan *amqp.Error
	asks   chan question
	gone   chan struct{} // closed when the channel has ended
}

// A question asks whether the broker returned a message since no queue would have it.
type question struct {
	id     string
	answer chan bool
}

func newSession(conn *amqp.Connection) (*session, error) {
	ch, err := conn.Channel()
	if err != nil {
		return nil, fmt.Errorf("opening a channel: %w", err)
	}
	if err := ch.Confirm(false); err != nil {
		return nil, fmt.Errorf("asking for confirms: %w", err)
	}
	s := &session{ch: ch, asks: make(chan question), gone: make(chan struct{})}
	s.broken = ch.NotifyClose(make(chan *amqp.Error, 1))
	// Unbuffered: a return has been taken before the client reads the confirm that follows it.
	go s.watch(ch.NotifyReturn(make(chan amqp.Return)))
	return s, nil
}

// watch collects returns until the channel ends, which Close awaits.
func (s *session) watch(returns <-chan amqp.Return) {
	defer close(s.gone)
	returned := map[string]bool{}
	for {
		select {
		case r, ok := <-returns:
			if !ok {
				return
			}
			returned[r.CorrelationId] = true
		case q := <-s.asks:
			q.answer <- returned[q.id]
			delete(returned, q.id)
		}
	}
}

// returned is asked after the confirm of a message: RabbitMQ confirms what it returned, too. known is false if
// the channel ended first.
func (s *session) returned(id string) (yes, known bool) {
	q := question{id, make(chan bool, 1)}
	select {
	case s.asks <- q:
		return <-q.answer, true
	case <-s.gone:
		return false, false
	}
}
