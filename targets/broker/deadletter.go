package broker

import (
	"fmt"
	"strings"
	"time"
)

// A DeadLetter is a message that was given up, as its dead-letter queue has it.
type DeadLetter struct {
	Queue string `json:"queue"` // the queue in which it was given up
	ID    string `json:"id"`
	Order string `json:"order"`
	// Reason is the error of the last attempt, and Attempts how many there were.
	Reason   string    `json:"reason"`
	Attempts int       `json:"attempts"`
	Since    time.Time `json:"since"`
}

// replayMark begins what a replay adds to the ID of a message.
const replayMark = "#replay-"

// ReplayID is the ID under which a dead letter goes back to its queue: one that no broker has seen, or it would be
// taken for the message published twice that it is not.
func ReplayID(id string) string {
	original, _, _ := strings.Cut(id, replayMark)
	return fmt.Sprintf("%s%s%d", original, replayMark, time.Now().UnixNano())
}
