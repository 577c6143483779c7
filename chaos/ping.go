package chaos

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// An asker asks something of an address on a new connection and returns how long the answer took.
type asker func(ctx context.Context, p Protocol, address string) (time.Duration, error)

// connect only dials.
func connect(ctx context.Context, _ Protocol, address string) (time.Duration, error) {
	began := time.Now()
	conn, err := dial(ctx, address)
	if err != nil {
		return 0, err
	}
	return time.Since(began), conn.Close()
}

// answer makes a round trip in the place's protocol: a question goes up, its answer comes down.
func answer(ctx context.Context, p Protocol, address string) (time.Duration, error) {
	began := time.Now()
	conn, err := dial(ctx, address)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	switch p {
	case NATS:
		return pingNATS(conn, in)
	case AMQP:
		return since(began, greetAMQP(conn, in))
	default:
		return since(began, pingHTTP(conn, in))
	}
}

// reach asks as answer does, and takes an error for no answer: whether and when a host that is cut off is said to be unreachable is
// the network's whim.
func reach(ctx context.Context, p Protocol, address string) (time.Duration, error) {
	took, err := answer(ctx, p, address)
	if err != nil {
		<-ctx.Done()
		return 0, ctx.Err()
	}
	return took, nil
}

func since(began time.Time, err error) (time.Duration, error) { return time.Since(began), err }

// dial returns a connection that ends with ctx's deadline.
func dial(ctx context.Context, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			conn.Close()
			return nil, err
		}
	}
	return conn, nil
}

// pingHTTP is answered without a worker slot: it measures the link, not the queue behind it.
func pingHTTP(conn net.Conn, in *bufio.Reader) error {
	if _, err := io.WriteString(conn, "GET /ping HTTP/1.1\r\nHost: ping\r\nConnection: close\r\n\r\n"); err != nil {
		return err
	}
	res, err := http.ReadResponse(in, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("GET /ping: %s", res.Status)
	}
	return nil
}

// pingNATS times a PING. The server speaks first (INFO), and that alone would be half a round trip.
func pingNATS(conn net.Conn, in *bufio.Reader) (time.Duration, error) {
	if _, err := in.ReadString('\n'); err != nil {
		return 0, err
	}
	began := time.Now()
	if _, err := io.WriteString(conn, "CONNECT {\"verbose\":false}\r\nPING\r\n"); err != nil {
		return 0, err
	}
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return 0, err
		}
		if strings.HasPrefix(line, "-ERR") {
			return 0, fmt.Errorf("the broker says %s", strings.TrimSpace(line))
		}
		if strings.HasPrefix(line, "PONG") {
			return time.Since(began), nil
		}
	}
}

// greetAMQP sends the protocol header; connection.start is the answer.
func greetAMQP(conn net.Conn, in *bufio.Reader) error {
	if _, err := io.WriteString(conn, "AMQP\x00\x00\x09\x01"); err != nil {
		return err
	}
	_, err := in.ReadByte()
	return err
}
