package webhook

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	httplink "faultline/targets/transport/http"
)

// bodyTimeout is how long a sender may take for a body, so that a slow one (slowloris) can't hold a connection.
const bodyTimeout = 5 * time.Second

// readBody reads a body of at most limit bytes in time, or says what is wrong with it.
func readBody(w http.ResponseWriter, req *http.Request, limit int64) ([]byte, *httplink.Problem) {
	conn := http.NewResponseController(w)
	if err := conn.SetReadDeadline(time.Now().Add(bodyTimeout)); err != nil {
		return nil, &httplink.Problem{Status: http.StatusInternalServerError, Detail: fmt.Sprintf("limiting the time to read: %v", err)}
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, req.Body, limit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, &httplink.Problem{Status: http.StatusRequestEntityTooLarge, Field: "body", Detail: fmt.Sprintf("must be at most %d bytes", limit)}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, &httplink.Problem{Status: http.StatusRequestTimeout, Field: "body", Detail: fmt.Sprintf("did not come within %v", bodyTimeout)}
	case err != nil:
		return nil, &httplink.Problem{Status: http.StatusBadRequest, Field: "body", Detail: err.Error()}
	}
	if err := conn.SetReadDeadline(time.Time{}); err != nil {
		return nil, &httplink.Problem{Status: http.StatusInternalServerError, Detail: fmt.Sprintf("lifting the time to read: %v", err)}
	}
	return raw, nil
}
