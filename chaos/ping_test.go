package chaos

import (
	"bufio"
	"context"
	"io"
	"net"
	"testing"
	"time"

	"faultline/bench"
)

// A broker that speaks first (NATS) and one that speaks second (AMQP) show the same latency.
func TestProbeOfABrokerIsARoundTrip(t *testing.T) {
	brokers := map[Protocol]func(net.Conn){
		NATS: func(c net.Conn) {
			io.WriteString(c, "INFO {}\r\n")
			for in := bufio.NewScanner(c); in.Scan(); {
				if in.Text() == "PING" {
					io.WriteString(c, "PONG\r\n")
				}
			}
		},
		AMQP: func(c net.Conn) {
			if _, err := io.ReadFull(c, make([]byte, 8)); err == nil {
				c.Write([]byte{1})
			}
		},
	}
	for protocol, speak := range brokers {
		t.Run(string(protocol), func(t *testing.T) {
			l, err := net.Listen("tcp4", "127.0.0.1:0")
			must(t, err)
			defer l.Close()
			go func() {
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					go func() { defer c.Close(); speak(c) }()
				}
			}()
			f := &fake{services: map[string]*fakeService{}}
			n, err := Wrap(t.Context(), f, []Place{{Name: "order->broker", Dialer: "order", Target: Broker, Protocol: protocol}}, 1, false)
			must(t, err)
			defer func() { must(t, n.Stop(context.WithoutCancel(t.Context()))) }()
			must(t, n.control.SetUpstream(t.Context(), "order->broker", l.Addr().String()))
			must(t, n.control.Accept(t.Context(), "order->broker"))

			latency := bench.Fault{Name: "x", Kind: bench.Latency, Place: "order->broker", Delay: 200 * time.Millisecond}
			heal, err := n.Inject(t.Context(), latency, func(bench.Event) {})
			must(t, err)
			if e, ok := n.Probe(t.Context(), latency); !ok || e.Value < 0.2 || e.Value > 0.23 {
				t.Errorf("a latency of 200 ms shows as %+v", e)
			}
			must(t, heal(t.Context()))
			if e, ok := n.Probe(t.Context(), latency); !ok || e.Value > 0.1 {
				t.Errorf("no latency shows as %+v", e)
			}
		})
	}
}
