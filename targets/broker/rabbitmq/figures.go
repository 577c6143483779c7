package rabbitmq

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"faultline/bench"
)

// figuresTimeout bounds one question to the management API.
const figuresTimeout = 2 * time.Second

// An overview is what /api/overview says of all queues together.
type overview struct {
	Totals struct {
		Unacked int `json:"messages_unacknowledged"`
	} `json:"queue_totals"`
	Messages struct {
		Redelivered int64 `json:"redeliver"`
	} `json:"message_stats"`
}

// A node is what /api/nodes says of one.
type node struct {
	Memory      int64 `json:"mem_used"`
	MemoryAlarm bool  `json:"mem_alarm"`
	DiskAlarm   bool  `json:"disk_free_alarm"`
}

// Figures asks the management API. Its counts are as old as the broker's statistics: at most a second, as our containers are
// configured.
func (v *viewer) Figures(ctx context.Context) (s bench.BrokerSample, err error) {
	if v.management == nil {
		return s, fmt.Errorf("a RabbitMQ whose management API is not known: %w", errors.ErrUnsupported)
	}
	ctx, cancel := context.WithTimeout(ctx, figuresTimeout)
	defer cancel()
	var all overview
	var nodes []node
	if err := errors.Join(v.ask(ctx, "/api/overview", &all), v.ask(ctx, "/api/nodes", &nodes)); err != nil {
		return s, err
	}
	s.Unacked, s.Redelivered = all.Totals.Unacked, all.Messages.Redelivered
	for _, n := range nodes {
		s.Memory += n.Memory
		if n.MemoryAlarm {
			s.Alarms = append(s.Alarms, bench.AlarmMemory)
		}
		if n.DiskAlarm {
			s.Alarms = append(s.Alarms, bench.AlarmDisk)
		}
	}
	return s, nil
}

// ask reads one answer of the management API, as the user of the broker's URL.
func (v *viewer) ask(ctx context.Context, path string, into any) error {
	u, err := url.Parse(v.url)
	if err != nil {
		return fmt.Errorf("the broker's URL: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+v.management()+path, nil)
	if err != nil {
		return fmt.Errorf("asking the management API: %w", err)
	}
	password, _ := u.User.Password()
	req.SetBasicAuth(u.User.Username(), password)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("asking the management API: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("asking the management API for %s: %s", path, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return fmt.Errorf("reading what the management API says to %s: %w", path, err)
	}
	return nil
}
