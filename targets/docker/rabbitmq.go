package docker

import (
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/testcontainers/testcontainers-go"

	"faultline/bench"
)

// RoleRabbitMQ is the role of the one container that is not of our image.
const RoleRabbitMQ = "rabbitmq"

// Ports of RabbitMQ: the flow's, and its management API's, which no fault touches.
const (
	amqpPort       = 5672
	managementPort = 15672
)

// rabbitConf lets guest in from other containers, where as shipped only the broker's own machine may; notices a dead client as soon
// as a client notices a dead broker; and has the management API look as often as the harness asks. It is read after an image's own.
const rabbitConf = `loopback_users = none
heartbeat = 2
log.console = true
log.console.level = info
collect_statistics_interval = 1000
`

const rabbitPlugins = "[rabbitmq_management].\n"

// rabbitEnvironment keeps the node's name, and so its data, whatever the container is called; and as in the process runtime it keeps
// Erlang from spinning for work, and has a retry queue send again soon what was not confirmed.
var rabbitEnvironment = []string{
	"RABBITMQ_NODENAME=rabbit@localhost",
	"RABBITMQ_LOGS=-",
	"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=+sbwt none +sbwtdcpu none +sbwtdio none -rabbit dead_letter_worker_publisher_confirm_timeout 2000",
}

// rabbitListening is what RabbitMQ logs once it takes connections.
const rabbitListening = "Server startup complete"

func rabbitAddresses(host netip.Addr) bench.Addresses {
	at := func(port int) string { return net.JoinHostPort(host.String(), strconv.Itoa(port)) }
	return bench.Addresses{Main: at(amqpPort), Admin: at(managementPort)}
}

// rabbit makes a request one for RabbitMQ. Its state is in a volume without a name, where its image asks for one.
func rabbit(q *testcontainers.ContainerRequest, image string) {
	q.Image = image
	q.ConfigModifier = func(c *container.Config) { c.Env = append(c.Env, rabbitEnvironment...) }
	for path, text := range map[string]string{"/etc/rabbitmq/conf.d/90-faultline.conf": rabbitConf, "/etc/rabbitmq/enabled_plugins": rabbitPlugins} {
		q.Files = append(q.Files, testcontainers.ContainerFile{Reader: strings.NewReader(text), ContainerFilePath: path, FileMode: 0o644})
	}
}
