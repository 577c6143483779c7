package process

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"faultline/bench"
)

// Listening is what a child without pipes says on standard output once it listens.
const Listening = "faultline: listening"

// Environment is what makes a process of this program run alone as the child of a Spec: without pipes, so it lives until its
// role ends or it gets SIGTERM, and its addresses are those that it was told. A container's has nothing else.
func Environment(s Spec) ([]string, error) {
	raw, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encoding the spec of %s: %w", s.Name, err)
	}
	return append([]string{childEnv + "=" + s.Role, specEnv + "=" + string(raw)}, tuning...), nil
}

func runAlone(roles map[string]Role) error {
	run, s, err := find(roles, []byte(os.Getenv(specEnv)))
	if err != nil {
		return err
	}
	os.Unsetenv(specEnv)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	return run(ctx, s, func(bench.Addresses) { fmt.Println(Listening) })
}
