package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"

	"faultline/bench"
	"faultline/internal/lab"
)

type upCommand struct {
	Arch   string `arg:"" help:"Architecture to start; see faultline list."`
	Broker string `placeholder:"NAME" help:"nats (embedded, the default), rabbitmq or an amqp:// URL."`
	Listen string `placeholder:"ADDR" help:"Serve the API here, such as 127.0.0.1:8080 (default: a free port)."`
}

// Run starts the architecture, prints how to try it, and stops it at Ctrl-C. Nothing is ever declined.
func (c upCommand) Run(s streams) error {
	lab := lab.New()
	file := bench.Defaults()
	file.Architectures, file.Faults = []string{c.Arch}, []string{bench.Control}
	file.Flow.Declined = 0
	if c.Broker != "" {
		file.Broker = c.Broker
	}
	plan, err := file.Resolve(lab.Catalogue)
	if err != nil {
		return usageError{err}
	}
	if err := lab.Check(s.ctx, plan); err != nil {
		return usageError{err}
	}
	var listener net.Listener
	if c.Listen != "" {
		if listener, err = net.Listen("tcp", c.Listen); err != nil {
			return usageError{fmt.Errorf("--listen: %w; choose another port, or leave it out for a free one", err)}
		}
		defer listener.Close()
	}
	system, err := lab.Start(s.ctx, plan, plan.Architectures[0], "")
	if err != nil {
		return err
	}
	address := system.Client
	if listener != nil {
		address = listener.Addr().String()
		go forward(listener, system.Client)
	}
	printCurl(s, plan.Architectures[0], address)
	<-s.ctx.Done()
	return errors.Join(errInterrupted, system.Close())
}

// forward serves the API at an address that the user chose.
func forward(l net.Listener, to string) {
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: to})
	proxy.FlushInterval = -1
	_ = http.Serve(l, proxy) // ends with the listener
}

func printCurl(s streams, a bench.Architecture, address string) {
	fmt.Fprintf(s.out, `%s is up: %s

Place an order:
  curl -i http://%s/api/orders -H 'Content-Type: application/json' -H 'Idempotency-Key: my-order-1' \
    -d '{"user_id":"usr_8a3f","items":[{"sku":"WIDGET-42","quantity":2}],"payment_method":"pm_visa_4242"}'

`, a.Name, a.About, address)
	if a.ClientLink() == bench.Poll {
		fmt.Fprintf(s.out, "Ask how it stands, with the order_id of the answer:\n  curl -i http://%s/api/orders/ord_…\n\n", address)
	}
	fmt.Fprintf(s.out, "My Orders:\n  curl -i 'http://%s/api/orders?user_id=usr_8a3f'\n\nCtrl-C stops it.\n", address)
}
