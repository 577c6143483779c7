package docker

import (
	"context"
	"fmt"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
)

// The images of RabbitMQ that are used where none is named: the first that is there, or else can be pulled.
const (
	rabbitOfficial = "rabbitmq:4-management"
	rabbitBuilt    = "faultline-rabbitmq:debian" // what scripts/rabbitmq-image.sh makes
)

// EnsureRabbitMQ returns an image of RabbitMQ that is on the engine: the one that is named, or if it is "" a suitable one.
func (e *Engine) EnsureRabbitMQ(ctx context.Context, image string) (string, error) {
	wanted := []string{image}
	if image == "" {
		wanted = []string{rabbitOfficial, rabbitBuilt}
	}
	for _, name := range wanted {
		_, err := e.client.ImageInspect(ctx, name)
		if err == nil {
			return name, nil
		}
		if !errdefs.IsNotFound(err) {
			return "", fmt.Errorf("looking for image %s: %w", name, oneLine(err))
		}
	}
	if err := e.pull(ctx, wanted[0]); err != nil {
		return "", fmt.Errorf("RabbitMQ's image %s is not here and can't be pulled (%w): build one by scripts/rabbitmq-image.sh, name another by --rabbitmq-image, or use --broker nats",
			wanted[0], oneLine(err))
	}
	return wanted[0], nil
}

func (e *Engine) pull(ctx context.Context, image string) error {
	progress, err := e.client.ImagePull(ctx, image, client.ImagePullOptions{})
	if err != nil {
		return err
	}
	return progress.Wait(ctx)
}
