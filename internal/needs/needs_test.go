package needs

import "testing"

// The tests of this package say, one line each, what the tests of all others miss on this machine: make test prints it.

func TestRabbitMQ(t *testing.T) { RabbitMQ(t) }

func TestDocker(t *testing.T) { Docker(t) }

func TestBrowser(t *testing.T) { Browser(t) }
