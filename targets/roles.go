package targets

import (
	"context"
	"encoding/json"
	"fmt"

	"faultline/bench"
	"faultline/targets/broker/nats"
	"faultline/targets/broker/rabbitmq"
	"faultline/targets/process"
	"faultline/targets/service"
)

// Roles of child processes.
const (
	RoleService  = "service"
	RoleNATS     = "nats"
	RoleRabbitMQ = "rabbitmq"
)

// Roles are the parts of the order flow that run as processes of their own.
func Roles() map[string]process.Role {
	return map[string]process.Role{
		RoleService: func(ctx context.Context, s process.Spec, listening func(bench.Addresses)) error {
			var c service.Config
			if err := json.Unmarshal(s.Config, &c); err != nil {
				return fmt.Errorf("reading the configuration: %w", err)
			}
			return service.Run(ctx, c, s.Dir, s.Dials, s.Listen, listening)
		},
		RoleNATS: func(ctx context.Context, s process.Spec, listening func(bench.Addresses)) error {
			return nats.Serve(ctx, nats.ServerConfig{Dir: s.Dir, Address: s.Listen.Main, Admin: s.Listen.Admin}, listening)
		},
		RoleRabbitMQ: func(_ context.Context, s process.Spec, listening func(bench.Addresses)) error {
			return rabbitmq.Serve(rabbitmq.ServerConfig{Dir: s.Dir}, listening)
		},
	}
}
