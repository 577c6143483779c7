package nats

import (
	"fmt"
	"regexp"
	"strings"
)

// deadSuffix makes a dead-letter queue's name of a queue's.
const deadSuffix = ".dead"

var validName = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`)

// checkName refuses what can't be a subject, or would be taken for a dead-letter queue.
func checkName(queue string) error {
	if !validName.MatchString(queue) || strings.HasSuffix(queue, deadSuffix) {
		return fmt.Errorf("queue name %q: use letters, digits, '_', '-' and single dots, and do not end in %s", queue, deadSuffix)
	}
	return nil
}

// streamName is the stream of a queue; a stream's name can't have dots. No queue has a '~'.
func streamName(queue string) string { return strings.ReplaceAll(queue, ".", "~") }
