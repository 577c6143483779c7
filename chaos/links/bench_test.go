package links

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"faultline/bench"
)

// A proxied upstream: requests to address, and what the proxy's process used so far.
type proxied struct {
	address string
	cpu     func() time.Duration
}

// inChild runs the links, with what = "http" while they read HTTP, or with what = "reverse" an httputil.ReverseProxy, in a
// process of its own.
func inChild(b *testing.B, what, upstream string) proxied {
	b.Setenv("FAULTLINE_UPSTREAM", upstream)
	role := what
	if what == "http" {
		role = "links"
	}
	_, in, out, first := child(b, role)
	p := proxied{address: first, cpu: func() time.Duration {
		fmt.Fprintln(in)
		line, err := out.ReadString('\n')
		must(b, err)
		ns, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
		must(b, err)
		return time.Duration(ns)
	}}
	if role == "links" {
		var a bench.Addresses
		must(b, json.Unmarshal([]byte(first), &a))
		open(b, Client{Addr: a.Admin}, "a->b", upstream)
		p.address = a.Places["a->b"]
		if what == "http" {
			f := bench.Fault{Name: "some", Kind: bench.Respond, Status: 503, Share: 0.001}
			must(b, Client{Addr: a.Admin}.Strike(b.Context(), "a->b", f, 1))
		}
	}
	return p
}

// reverse serves an httputil.ReverseProxy, for comparison.
func reverse() {
	to := &url.URL{Scheme: "http", Host: os.Getenv("FAULTLINE_UPSTREAM")}
	proxy := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(to) },
		Transport: &http.Transport{MaxIdleConnsPerHost: 512},
	}
	s := httptest.NewServer(proxy)
	fmt.Println(s.Listener.Addr())
	tellCPU()
}

func answering(b *testing.B) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"order_id":"ord_x7k9","status":"confirmed","total":49.98}`)
	}))
	b.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// A caller is one keep-alive connection that asks and waits, at little cost of its own.
type caller struct {
	conn net.Conn
	in   *bufio.Reader
}

func call(address string) (*caller, error) {
	conn, err := net.Dial("tcp4", address)
	if err != nil {
		return nil, err
	}
	return &caller{conn, bufio.NewReader(conn)}, nil
}

const request = "POST /payments HTTP/1.1\r\nHost: payment\r\nContent-Type: application/json\r\nContent-Length: 66\r\n\r\n" +
	`{"order_id":"ord_x7k9","amount":4998,"payment_method":"pm_visa42"}`

func (c *caller) ask() error {
	if _, err := io.WriteString(c.conn, request); err != nil {
		return err
	}
	res, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err
}

// BenchmarkProxySaturated reports the proxy's own CPU time per small request, on 16 connections that never pause.
func BenchmarkProxySaturated(b *testing.B) {
	for _, what := range []string{"links", "http", "reverse"} {
		b.Run(what, func(b *testing.B) {
			p := inChild(b, what, answering(b))
			var callers []*caller
			for range 16 {
				c, err := call(p.address)
				must(b, err)
				defer c.conn.Close()
				must(b, c.ask())
				callers = append(callers, c)
			}
			before := p.cpu()
			b.ResetTimer()
			var all sync.WaitGroup
			for i, c := range callers {
				all.Go(func() {
					for n := i; n < b.N; n += len(callers) {
						if err := c.ask(); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			all.Wait()
			b.StopTimer()
			b.ReportMetric(float64((p.cpu()-before).Nanoseconds())/1000/float64(b.N), "proxy-cpu-µs/op")
		})
	}
}

// BenchmarkProxyPaced reports latency, and the proxy's CPU time per request, at 1000 requests a second.
func BenchmarkProxyPaced(b *testing.B) {
	for _, what := range []string{"direct", "links", "http", "reverse"} {
		b.Run(what, func(b *testing.B) {
			p := proxied{address: answering(b), cpu: func() time.Duration { return 0 }}
			if what != "direct" {
				p = inChild(b, what, p.address)
			}
			idle := make(chan *caller, 64)
			for range cap(idle) {
				c, err := call(p.address)
				must(b, err)
				defer c.conn.Close()
				must(b, c.ask())
				idle <- c
			}
			took := make([]time.Duration, b.N)
			before := p.cpu()
			b.ResetTimer()
			began := time.Now()
			var all sync.WaitGroup
			for n := range b.N {
				due := began.Add(time.Duration(n) * time.Millisecond)
				time.Sleep(time.Until(due))
				sent := time.Now()
				c := <-idle
				all.Go(func() {
					if err := c.ask(); err != nil {
						b.Error(err)
					}
					took[n] = time.Since(sent)
					idle <- c
				})
			}
			all.Wait()
			b.StopTimer()
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(float64((p.cpu()-before).Nanoseconds())/1000/float64(b.N), "proxy-cpu-µs/op")
		})
	}
}
