package main

import (
	"cmp"
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
	Arch          string `arg:"" help:"Architecture to start; see faultline list."`
	Broker        string `placeholder:"NAME" help:"nats (embedded; the default of process), rabbitmq (the default of docker) or an amqp:// URL."`
	Runtime       string `placeholder:"NAME" help:"Where services run: process (the default) or docker."`
	RabbitMQImage string `name:"rabbitmq-image" placeholder:"REF" help:"Image of RabbitMQ's container."`
	Listen        string `placeholder:"ADDR" help:"Serve the API here, such as 127.0.0.1:8080 (default: a free port)."`
}

// Run starts the architecture, prints how to try it, and stops it at Ctrl-C. Nothing is ever declined.
func (c upCommand) Run(s streams) error {
	catalogue := lab.New()
	file := bench.Defaults()
	file.Architectures, file.Faults = []string{c.Arch}, []string{bench.Control}
	file.Flow.Declined = 0
	file.Broker, file.RabbitMQ.Image = c.Broker, c.RabbitMQImage
	if c.Runtime != "" {
		file.Runtime = c.Runtime
	}
	plan, err := file.Resolve(catalogue.Catalogue)
	if err != nil {
		return usageError{err}
	}
	if err := checkHere(s, catalogue, plan); err != nil {
		return err
	}
	var listener net.Listener
	if c.Listen != "" {
		if listener, err = net.Listen("tcp", c.Listen); err != nil {
			return usageError{fmt.Errorf("--listen: %w; choose another port, or leave it out for a free one", err)}
		}
		defer listener.Close()
	}
	address := ""
	if listener != nil {
		address = listener.Addr().String()
	}
	system, err := lab.Up(s.ctx, plan, plan.Architectures[0], address)
	if err != nil {
		return err
	}
	if listener != nil {
		go forward(listener, system.Client)
	}
	printCurl(s, plan.Architectures[0], cmp.Or(address, system.Client))
	if system.Broker != nil {
		printDeadLetters(s, system.Services["payment"].Addresses().Admin)
	}
	fmt.Fprintln(s.out, "Ctrl-C stops it.")
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
	switch a.ClientLink() {
	case bench.Poll:
		fmt.Fprintf(s.out, "Ask how it stands, with the order_id of the answer:\n  curl -i http://%s/api/orders/ord_…\n\n", address)
	case bench.SSE:
		fmt.Fprintf(s.out, "Follow it, with the order_id of the answer:\n  curl -N http://%s/api/orders/ord_…/events\n\n", address)
	case bench.WebSocket:
		fmt.Fprintf(s.out, "Follow it, with the order_id of the answer, such as with websocat:\n  websocat ws://%s/api/orders/ord_…/ws\n\n", address)
	}
	fmt.Fprintf(s.out, "My Orders:\n  curl -i 'http://%s/api/orders?user_id=usr_8a3f'\n\n", address)
}

// printDeadLetters says how to make a service give messages up, and what then.
func printDeadLetters(s streams, admin string) {
	fmt.Fprintf(s.out, `Have payment's work panic for every order, see what was given up, mend it, and put the messages back:
  curl -d '{"share":1}' http://%[1]s/poison
  faultline dlq
  curl -d '{"share":0}' http://%[1]s/poison
  faultline dlq replay

`, admin)
}
