package links

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"faultline/bench"
)

// A shop counts the requests that reach it, and tells in its answers when they did.
type shop struct {
	address string
	asked   atomic.Int64
}

// cameAt is the header line that tells it, in nanoseconds since epoch.
const cameAt = "Came-At"

var epoch = time.Now()

const shopSays = `{"order_id":"ord_x7k9","status":"confirmed"}`

func newShop(t *testing.T) *shop {
	s := &shop{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(cameAt, strconv.FormatInt(int64(time.Since(epoch)), 10))
		s.asked.Add(1)
		io.Copy(io.Discard, r.Body)
		if r.URL.Path == "/streamed" { // chunked
			io.WriteString(w, shopSays)
			w.(http.Flusher).Flush()
		}
		io.WriteString(w, shopSays)
	}))
	t.Cleanup(server.Close)
	s.address = server.Listener.Addr().String()
	return s
}

// An outcome is how one request ended.
type outcome struct {
	status int
	body   string
	err    error
	took   time.Duration
	up     time.Duration // of that, until the callee had it; 0 if it does not say
}

// asks sends one request after the other on each of some connections, which were used before the fault began.
func asks(t *testing.T, client Client, address string, f bench.Fault, connections, each int) (list []outcome, counts Counts) {
	t.Helper()
	var callers []*caller
	for range connections {
		c, err := call(address)
		must(t, err)
		defer c.conn.Close()
		must(t, c.ask())
		callers = append(callers, c)
	}
	strikeWith(t, client, f)
	var mu sync.Mutex
	var all sync.WaitGroup
	for _, c := range callers {
		all.Go(func() {
			for range each {
				o := c.outcome(request)
				mu.Lock()
				list = append(list, o)
				mu.Unlock()
				if o.err != nil {
					c.conn.Close()
					again, err := call(address)
					if err != nil {
						t.Error(err)
						return
					}
					*c = *again
				}
			}
		})
	}
	all.Wait()
	return list, cure(t, client)
}

func (c *caller) outcome(request string) (o outcome) {
	began := time.Now()
	if _, o.err = io.WriteString(c.conn, request); o.err != nil {
		return o
	}
	c.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	method, _, _ := strings.Cut(request, " ")
	res, err := http.ReadResponse(c.in, &http.Request{Method: method})
	if err != nil {
		o.err = err
		return o
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	o = outcome{status: res.StatusCode, body: string(body), err: err, took: time.Since(began)}
	if at, err := strconv.ParseInt(res.Header.Get(cameAt), 10, 64); err == nil {
		o.up = epoch.Add(time.Duration(at)).Sub(began)
	}
	return o
}

// share says whether so many of n are a share, within the interval that all but 1 in 1000 samples of its binomial distribution are in.
func share(what string, got, n int, share float64) error {
	if off := 3.29 * math.Sqrt(float64(n)*share*(1-share)); math.Abs(float64(got)-float64(n)*share) > off+0.5 {
		return fmt.Errorf("%s: %d of %d, want %.0f ± %.0f", what, got, n, float64(n)*share, off)
	}
	return nil
}

func count(list []outcome, is func(outcome) bool) (n int) {
	for _, o := range list {
		if is(o) {
			n++
		}
	}
	return n
}

// A share is one of requests: four connections have hundreds of each sort, and all were open before the fault.
func TestAnswersAtAShareOfRequests(t *testing.T) {
	t.Parallel()
	const share503 = 0.2
	s := newShop(t)
	client, address := struck(t, s.address, bench.Fault{})
	list, c := asks(t, client, address, bench.Fault{Kind: bench.Respond, Status: 503, Share: share503}, 4, 400)
	failed := count(list, func(o outcome) bool { return o.status == 503 && strings.Contains(o.body, "answered by the link") })
	fine := count(list, func(o outcome) bool { return o.status == 200 && o.body == shopSays })
	t.Logf("%d of %d failed; %+v", failed, len(list), c)
	if err := share("answers of the link", failed, len(list), share503); err != nil || failed+fine != len(list) {
		t.Errorf("%v; %d were fine", err, fine)
	}
	if c.Struck != int64(failed) || c.Seen != int64(len(list)) || s.asked.Load() != int64(fine+4) {
		t.Errorf("counted %+v, the callee was asked %d times", c, s.asked.Load())
	}
	if st, err := client.State(t.Context()); err != nil || st.Places["a->b"].Connections != 4 {
		t.Errorf("%d connections, %v", st.Places["a->b"].Connections, err)
	}
}

// So many requests as the share says reach the callee that much later, by its own clock, and the link counts those; no answer is
// held. A few more may be late on a busy machine.
func TestLagAtAShareOfRequests(t *testing.T) {
	t.Parallel()
	const lag = 100 * time.Millisecond
	client, address := struck(t, newShop(t).address, bench.Fault{})
	measured(t, func() error {
		list, c := asks(t, client, address, bench.Fault{Kind: bench.Hold, Delay: lag, Share: 0.1}, 8, 75)
		held := count(list, func(o outcome) bool { return o.up >= lag })
		late := count(list, func(o outcome) bool { return o.took-o.up >= lag })
		fine := count(list, func(o outcome) bool { return o.status == 200 })
		t.Logf("%d of %d requests and %d answers came late, counted %+v", held, len(list), late, c)
		if err := share("requests counted", int(c.Struck), len(list), 0.1); err != nil || c.Seen != int64(len(list)) || fine != len(list) {
			t.Errorf("%v; %d were fine, counted %+v", err, fine, c)
		}
		if few := len(list) / 100; c.Waited != time.Duration(c.Struck)*lag || held < int(c.Struck) || held > int(c.Struck)+few || late > few {
			return fmt.Errorf("%d requests and %d answers came late, counted %+v", held, late, c)
		}
		return share("requests that came late", held, len(list), 0.1)
	})
}

func TestLagIsAccurate(t *testing.T) {
	timing(t)
	t.Parallel()
	const lag = 40 * time.Millisecond
	client, address := struck(t, newShop(t).address, bench.Fault{})
	list, _ := asks(t, client, address, bench.Fault{Kind: bench.Hold, Delay: lag, Share: 1}, 1, 15)
	var took, up, down []time.Duration
	for _, o := range list {
		took, up, down = append(took, o.took), append(up, o.up), append(down, o.took-o.up)
	}
	within(t, "a request", took, lag)
	within(t, "its way to the callee", up, lag)
	if least := slices.Min(down); least > lag/20 {
		t.Errorf("an answer took %v at least", least)
	}
}

// The times that requests are held for have the distribution that was asked for, by the callee's clock: none is early, nor later by
// more than 5 % of the mean.
func TestLagIsDistributedAsAsked(t *testing.T) {
	timing(t)
	t.Parallel()
	const (
		mean   = 60 * time.Millisecond
		jitter = 20 * time.Millisecond
	)
	for _, distribution := range []string{bench.Uniform, bench.Normal, bench.Pareto} {
		t.Run(distribution, func(t *testing.T) { // one after the other: what they measure is how late the wire is
			client, address := struck(t, newShop(t).address, bench.Fault{})
			f := bench.Fault{Kind: bench.Hold, Delay: mean, Jitter: jitter, Distribution: distribution, Share: 1}
			measured(t, func() error {
				list, _ := asks(t, client, address, f, 16, 20)
				var strays []float64
				for _, o := range list {
					strays = append(strays, (o.up-mean).Seconds()/jitter.Seconds())
				}
				m, sd := meanAndDeviation(strays)
				t.Logf("mean %.3f, standard deviation %.3f, in jitters", m, sd)
				return fits(strays, shapes[distribution], (mean/20).Seconds()/jitter.Seconds())
			})
		})
	}
}

func TestTruncateAtAShareOfRequests(t *testing.T) {
	t.Parallel()
	client, address := struck(t, newShop(t).address, bench.Fault{})
	list, c := asks(t, client, address, bench.Fault{Kind: bench.Truncate, Share: 0.3}, 4, 100)
	half := count(list, func(o outcome) bool {
		return errors.Is(o.err, io.ErrUnexpectedEOF) && o.body == shopSays[:len(shopSays)/2]
	})
	fine := count(list, func(o outcome) bool { return o.err == nil && o.body == shopSays })
	t.Logf("%d of %d ended in the middle", half, len(list))
	if err := share("answers cut", half, len(list), 0.3); err != nil || half+fine != len(list) || c.Struck != int64(half) {
		t.Errorf("%v; %d were whole, counted %+v", err, fine, c)
	}
}

// ask is a request with some header lines.
func withHeader(first string, lines ...string) string {
	return first + " HTTP/1.1\r\nHost: shop\r\n" + strings.Join(append(lines, "\r\n"), "\r\n")
}

func TestEveryAnswerCanBeCut(t *testing.T) {
	t.Parallel()
	for _, request := range []string{withHeader("GET /streamed"), withHeader("HEAD /"), withHeader("GET /", "Connection: close")} {
		_, address := struck(t, newShop(t).address, bench.Fault{Kind: bench.Truncate, Share: 1})
		c, err := call(address)
		must(t, err)
		if o := c.outcome(request); o.err == nil {
			t.Errorf("%q: %+v, want one that ends in the middle", request, o)
		}
		c.conn.Close()
	}
}

// The same thing is tried again under its Idempotency-Key, or in its trace, on whatever connection.
func TestFailFirst(t *testing.T) {
	t.Parallel()
	client, address := struck(t, newShop(t).address, bench.Fault{Kind: bench.FailFirst, Times: 2, Status: 502})
	one, err := call(address)
	must(t, err)
	defer one.conn.Close()
	two, err := call(address)
	must(t, err)
	defer two.conn.Close()
	const trace = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e47%02d-%016x-01"
	var got []int
	for n := range 20 {
		for try, c := range []*caller{one, two, one, two} {
			header := fmt.Sprintf("Idempotency-Key: %d", n)
			if n%2 == 1 {
				header = fmt.Sprintf(trace, n, try)
			}
			got = append(got, c.outcome(withHeader("POST /steps", header, "Content-Length: 0")).status)
		}
		if last := got[len(got)-4:]; !slices.Equal(last, []int{502, 502, 200, 200}) {
			t.Fatalf("attempts at request %d: %v", n, last)
		}
	}
	if c := cure(t, client); c.Struck != 40 || c.Seen != 80 {
		t.Errorf("counted %+v", c)
	}
}

// A seed repeats which requests are struck.
func TestSharesAreSeeded(t *testing.T) {
	t.Parallel()
	sequence := func() (list []int) {
		_, address := struck(t, newShop(t).address, bench.Fault{Kind: bench.Respond, Status: 500, Share: 0.5})
		c, err := call(address)
		must(t, err)
		defer c.conn.Close()
		for range 50 {
			list = append(list, c.outcome(request).status)
		}
		return list
	}
	if a, b := sequence(), sequence(); !slices.Equal(a, b) || !slices.Contains(a, 500) || !slices.Contains(a, 200) {
		t.Errorf("%v, then %v", a, b)
	}
}

// What is not HTTP, or not any more, passes as it is.
func TestWhatIsNotHTTPPasses(t *testing.T) {
	t.Parallel()
	_, address := struck(t, upstream(t, echoConn), bench.Fault{Kind: bench.Respond, Status: 500, Share: 1})
	for _, said := range []string{"PING\r\n", "\x00\x01binary", "GET nothing of the sort\r\n\r\n", "POST " + strings.Repeat("x", maxHead+1)} {
		conn := dial(t, address)
		go func() {
			conn.Write([]byte(said))
			conn.CloseWrite()
		}()
		if got, err := io.ReadAll(conn); err != nil || string(got) != said {
			t.Errorf("%.20q came back as %.20q, %v", said, got, err)
		}
	}
	_, address = struck(t, upstream(t, func(c *net.TCPConn) {
		http.ReadRequest(bufio.NewReader(io.TeeReader(c, io.Discard)))
		io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n")
		echoConn(c)
	}), bench.Fault{Kind: bench.Hold, Delay: time.Millisecond, Share: 1})
	conn := dial(t, address)
	_, err := io.WriteString(conn, withHeader("GET /ws", "Upgrade: websocket", "Connection: Upgrade"))
	must(t, err)
	_, err = http.ReadResponse(bufio.NewReaderSize(conn, 16), nil)
	must(t, err)
	for _, frame := range []string{"GET / HTTP/1.1\r\n\r\n", "AB"} {
		_, err = io.WriteString(conn, frame)
		must(t, err)
		got := make([]byte, len(frame))
		if _, err := io.ReadFull(conn, got); err != nil || string(got) != frame {
			t.Errorf("a frame came back as %q, %v", got, err)
		}
	}
}

// However a request is cut into pieces, it is one request, and passes unchanged.
func TestRequestsInPieces(t *testing.T) {
	t.Parallel()
	const chunked = "POST /steps HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n5;ext=1\r\nhello\r\nB\r\n GET / HTTP/\r\n0\r\nTrailer: x\r\n\r\n"
	heard := make(chan string, 1)
	client, address := struck(t, upstream(t, func(c *net.TCPConn) { b, _ := io.ReadAll(c); heard <- string(b); c.Close() }),
		bench.Fault{Kind: bench.Hold, Delay: time.Microsecond, Share: 1})
	sent := request + chunked + request + chunked // in one go, but not answered: only the first can be struck
	conn := dial(t, address)
	for _, b := range []byte(sent) {
		_, err := conn.Write([]byte{b})
		must(t, err)
	}
	must(t, conn.CloseWrite())
	if got := <-heard; got != sent {
		t.Errorf("%q came as %q", sent, got)
	}
	if c := cure(t, client); c.Seen != 1 {
		t.Errorf("counted %+v", c)
	}
}

func TestFraming(t *testing.T) {
	for body, h := range map[string]head{
		"":                             {length: -1},
		"0123456789":                   {length: 10},
		"0\r\n\r\n":                    {chunked: true},
		"a\r\n0123456789\r\n0\r\n\r\n": {chunked: true},
		"A;x=1\r\n0123456789\r\n1\r\n\n\r\n0\r\nTrailer: 1\r\nMore: 2\r\n\r\n": {chunked: true, length: 3},
	} {
		raw := []byte(body + "GET / HTTP/1.1")
		for split := range len(raw) {
			f := frame(h)
			n := f.take(raw[:split])
			if n == split {
				n += f.take(raw[split:])
			}
			if n != len(body) || f.part != ended {
				t.Errorf("%q split at %d: ends at %d, want %d", body, split, n, len(body))
			}
		}
	}
}

func TestReadHead(t *testing.T) {
	h := readHead([]byte("POST /a HTTP/1.1\r\ncontent-length: 12\r\nCONNECTION: Close\r\nUpgrade: x\r\nIdempotency-Key:  k \r\n\r\n"))
	if h.length != 12 || !h.closes || !h.upgrades || string(h.same) != "k" || h.method() != "POST" || h.chunked {
		t.Errorf("%+v", h)
	}
	if h := readHead([]byte("GET / HTTP/1.0\r\n\r\n")); !h.closes || h.length != -1 {
		t.Errorf("%+v", h)
	}
	if !bytes.Contains(answer(503, false, true), []byte("Connection: close")) {
		t.Error("an answer that ends the connection does not say so")
	}
}
