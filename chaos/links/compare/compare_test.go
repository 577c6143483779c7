// Package compare measures what a link costs beside toxiproxy, in a module of its own that stays out of its users' go.sum:
//
//	cd chaos/links/compare && go test -bench .
package compare

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"faultline/bench"
	"faultline/chaos/links"
)

// What makes the test binary a proxy of its own, and where that leads.
const (
	proxyEnv    = "FAULTLINE_COMPARE_PROXY"
	upstreamEnv = "FAULTLINE_COMPARE_UPSTREAM"
)

// proxies serve until their process ends, and tell where.
var proxies = map[string]func(upstream string, told func(address string)) error{
	"links":     func(upstream string, told func(string)) error { return link(upstream, nil, told) },
	"toxiproxy": toxic,
	"links-http": func(upstream string, told func(string)) error {
		return link(upstream, &bench.Fault{Name: "some", Kind: bench.Respond, Status: 503, Share: 0.001}, told)
	},
}

func TestMain(m *testing.M) {
	serve := proxies[os.Getenv(proxyEnv)]
	if serve == nil {
		os.Exit(m.Run())
	}
	go func() {
		if err := serve(os.Getenv(upstreamEnv), func(address string) { fmt.Println(address) }); err != nil {
			panic(err)
		}
	}()
	for in := bufio.NewScanner(os.Stdin); in.Scan(); { // each line asks for the processor time used
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			panic(err)
		}
		fmt.Println(u.Utime.Nano() + u.Stime.Nano())
	}
}

func link(upstream string, f *bench.Fault, told func(string)) error {
	ctx := context.Background()
	return links.Serve(ctx, links.Config{Places: []string{"a->b"}}, func(a bench.Addresses) {
		go func() { // the control API answers once this has returned
			c := links.Client{Addr: a.Admin}
			err := c.SetUpstream(ctx, "a->b", upstream)
			if err == nil {
				err = c.Accept(ctx, "a->b")
			}
			if err == nil && f != nil {
				err = c.Strike(ctx, "a->b", *f, 1)
			}
			if err != nil {
				panic(err)
			}
			told(a.Places["a->b"])
		}()
	})
}

func toxic(upstream string, told func(string)) error {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	proxy := toxiproxy.NewProxy(server, "a", "127.0.0.1:0", upstream)
	if err := server.Collection.Add(proxy, true); err != nil {
		return err
	}
	told(proxy.Listen)
	return nil
}

// start runs a proxy in a process of its own; cpu is the processor time that it has used.
func start(b *testing.B, name, upstream string) (address string, cpu func() time.Duration) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), proxyEnv+"="+name, upstreamEnv+"="+upstream)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	must(b, err)
	stdout, err := cmd.StdoutPipe()
	must(b, err)
	must(b, cmd.Start())
	b.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	out := bufio.NewReader(stdout)
	address, err = out.ReadString('\n')
	must(b, err)
	return strings.TrimSpace(address), func() time.Duration {
		fmt.Fprintln(in)
		line, err := out.ReadString('\n')
		must(b, err)
		ns, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
		must(b, err)
		return time.Duration(ns)
	}
}

const request = "POST /steps HTTP/1.1\r\nHost: payment\r\nContent-Type: application/json\r\nContent-Length: 66\r\n\r\n" +
	`{"order_id":"ord_x7k9","amount":4998,"payment_method":"pm_visa42"}`

// ask sends n requests, one after the other, on one connection.
func ask(address string, n int) error {
	conn, err := net.Dial("tcp4", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	for range n {
		if _, err := io.WriteString(conn, request); err != nil {
			return err
		}
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkSaturated reports each proxy's own CPU time per small request, on 16 connections that never pause.
func BenchmarkSaturated(b *testing.B) {
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, `{"order_id":"ord_x7k9","status":"confirmed","total":49.98}`)
	}))
	defer shop.Close()
	for _, name := range []string{"links", "links-http", "toxiproxy"} {
		b.Run(name, func(b *testing.B) {
			address, cpu := start(b, name, shop.Listener.Addr().String())
			must(b, ask(address, 100))
			before := cpu()
			b.ResetTimer()
			var all sync.WaitGroup
			for range 16 {
				all.Go(func() {
					if err := ask(address, b.N/16+1); err != nil {
						b.Error(err)
					}
				})
			}
			all.Wait()
			b.StopTimer()
			b.ReportMetric(float64((cpu()-before).Nanoseconds())/1000/float64(16*(b.N/16+1)), "proxy-cpu-µs/op")
		})
	}
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
