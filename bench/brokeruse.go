package bench

import "time"

// A BrokerSample is what a broker tells of itself as a whole (broker.jsonl).
type BrokerSample struct {
	T           time.Duration `json:"t"`
	Unacked     int           `json:"unacked"`          // messages handed out and not acknowledged
	Redelivered int64         `json:"redelivered"`      // messages handed out once more, since it started
	Memory      int64         `json:"memory"`           // resident bytes
	Alarms      []string      `json:"alarms,omitempty"` // that are raised: AlarmMemory, AlarmDisk
}

// The alarms of a broker: it takes nothing from publishers while one is raised.
const (
	AlarmMemory = "memory"
	AlarmDisk   = "disk"
)

// BrokerUse is what a broker told of itself over a trial.
type BrokerUse struct {
	Looks       int            `json:"looks"` // how often it answered
	Unacked     int            `json:"unacked"`
	Redelivered int64          `json:"redelivered"`
	Memory      int64          `json:"memory"`           // bytes, at most
	Alarms      map[string]int `json:"alarms,omitempty"` // looks at which one was raised
}

// brokerUse sums up the samples of a trial: the most that was unacknowledged and in memory, and all that was redelivered, also
// by a broker that began to count anew because it was started again.
func brokerUse(samples []BrokerSample) *BrokerUse {
	if len(samples) == 0 {
		return nil
	}
	u := BrokerUse{Looks: len(samples)}
	before := samples[0].Redelivered
	for _, s := range samples {
		u.Unacked, u.Memory = max(u.Unacked, s.Unacked), max(u.Memory, s.Memory)
		if s.Redelivered < before {
			before = 0
		}
		u.Redelivered += s.Redelivered - before
		before = s.Redelivered
		for _, name := range s.Alarms {
			if u.Alarms == nil {
				u.Alarms = map[string]int{}
			}
			u.Alarms[name]++
		}
	}
	return &u
}
