package rabbitmq

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"faultline/targets/broker"
)

// A Control does to a broker of ours what befalls brokers: it is how faults are injected there. It goes past the proxies.
type Control struct {
	Dir string // of its ServerConfig
}

// The policy by which every queue that is published to is full, in two steps: a queue that was told of the length before it
// knows what to do beyond it would drop what it holds. Those for retries and dead letters are left as they are: they are many, and each
// takes its time.
const (
	fullOn = `[ok, ok] = [rabbit_policy:set(<<"/">>, <<"full">>, <<"^(?!.*[.](dead|retry[.][0-9]+)$)">>, D, 100, <<"queues">>, <<"faultline">>) || ` +
		`D <- [[{<<"overflow">>, <<"reject-publish">>}], [{<<"max-length">>, 0}, {<<"overflow">>, <<"reject-publish">>}]]], ok`
	fullOff = `case rabbit_policy:lookup(<<"/">>, <<"full">>) of not_found -> ok; _ -> rabbit_policy:delete(<<"/">>, <<"full">>, <<"faultline">>) end`
)

// Refuse has every queue that services publish to full, or as before: a policy of max-length 0 with reject-publish, so that publishers
// are told by a basic.nack at once. (A memory alarm would only stop reading from them, and take what they had sent when it is
// over: a wait, not a refusal.) A message that comes back from its retry meanwhile is refused too, and tried again 2 s later. What is in the queues stays and is handed out, unless the broker
// dies meanwhile: the policy outlives it, and its queues would begin by dropping what they hold.
func (c Control) Refuse(ctx context.Context, on bool) error {
	expression := fullOff
	if on {
		expression = fullOn
	}
	answer, err := erlang(ctx, c.Dir, expression)
	if err == nil && answer != "ok" {
		err = fmt.Errorf("setting the policy: it says %s", answer)
	}
	if err != nil {
		return fmt.Errorf("having the broker refuse publishers: %w", err)
	}
	return nil
}

const (
	unacknowledged = `lists:sum([N || [{messages_unacknowledged, N}] <- rabbit_amqqueue:info_all(<<"/">>, [messages_unacknowledged]), is_integer(N)])`
	closeConsumers = `[rabbit_networking:close_connection(P, "redeliver") || [{pid, P}, {client_properties, C}] <- ` +
		`rabbit_networking:connection_info_all([pid, client_properties]), lists:member({<<"connection_name">>, longstr, <<"faultline consume">>}, C)]`
)

// Redeliver has the broker close the connections of all consumers (connection.close, 320 CONNECTION_FORCED), upon which it puts
// back into its queue whatever they had not acknowledged. It returns how many messages that were.
func (c Control) Redeliver(ctx context.Context) (int, error) {
	answer, err := erlang(ctx, c.Dir, "N = "+unacknowledged+", "+closeConsumers+", N")
	if err != nil {
		return 0, fmt.Errorf("having the broker redeliver: %w", err)
	}
	n, err := strconv.Atoi(answer)
	if err != nil {
		return 0, fmt.Errorf("having the broker redeliver: it says %s", answer)
	}
	return n, nil
}

// nowhere is an exchange that no queue is bound to. A topic's exchange would go with its last queue, and who publishes to it
// would lose the channel; bound to this one it stays, and returns what nobody gets.
const nowhere = "faultline.nowhere"

// Unbind takes topics from a queue: what is published to them from now on does not reach it.
func (c Control) Unbind(ctx context.Context, queue string, topics ...string) error {
	return c.amqp(ctx, func(ch *amqp.Channel) error {
		for _, topic := range topics {
			if err := ch.ExchangeBind(nowhere, "", topic, false, nil); err != nil {
				return fmt.Errorf("keeping %s: %w", topic, err)
			}
			if err := ch.QueueUnbind(queue, "", topic, nil); err != nil {
				return fmt.Errorf("unbinding %s from %s: %w", queue, topic, err)
			}
		}
		return nil
	})
}

// Bind binds a queue to topics again, and leaves no trace of Unbind.
func (c Control) Bind(ctx context.Context, queue string, topics ...string) error {
	return c.amqp(ctx, func(ch *amqp.Channel) error {
		if err := bind(ch, broker.Queue{Name: queue, Topics: topics}); err != nil {
			return fmt.Errorf("binding %s again: %w", queue, err)
		}
		return ch.ExchangeDelete(nowhere, false, false) // and what is bound to it
	})
}

// Bound says to how many of some topics a queue is bound.
func (c Control) Bound(ctx context.Context, queue string, topics ...string) (int, error) {
	names := make([]string, len(topics))
	for i, t := range topics {
		names[i] = fmt.Sprintf("<<%q>>", t)
	}
	answer, err := erlang(ctx, c.Dir, fmt.Sprintf(`length([X || {binding, {resource, _, exchange, X}, _, _, _} <- `+
		`rabbit_binding:list_for_destination(rabbit_misc:r(<<"/">>, queue, <<%q>>)), lists:member(X, [%s])])`, queue, strings.Join(names, ", ")))
	if err != nil {
		return 0, fmt.Errorf("looking at the bindings of %s: %w", queue, err)
	}
	return strconv.Atoi(answer)
}

// amqp does something on a channel of its own, where nowhere is declared.
func (c Control) amqp(ctx context.Context, do func(*amqp.Channel) error) error {
	p, err := loadPorts(c.Dir)
	if err != nil {
		return err
	}
	e, err := newEndpoint("amqp://guest:guest@127.0.0.1/", p.address(), "control")
	if err != nil {
		return err
	}
	conn, err := e.dial()
	if err != nil {
		return err
	}
	defer func() { _ = conn.CloseDeadline(time.Now().Add(time.Second)) }()
	defer context.AfterFunc(ctx, func() { _ = conn.CloseDeadline(time.Now()) })()
	ch, err := conn.Channel()
	if err != nil {
		return fmt.Errorf("opening a channel: %w", err)
	}
	if err := ch.ExchangeDeclare(nowhere, amqp.ExchangeFanout, false, false, false, false, nil); err != nil {
		return fmt.Errorf("declaring %s: %w", nowhere, err)
	}
	return do(ch)
}
