package chaos

import (
	"context"
	"fmt"
	"strings"
	"time"

	"faultline/bench"
)

// An alarmSwitch is how RabbitMQ is made to raise an alarm of its own, as Erlang.
type alarmSwitch struct {
	on, off string
	name    string // as its list of alarms has it
}

// What is too much memory, and too little disk, is moved past what there is. RabbitMQ then does all that it does when it is so: no
// disk is filled that is somebody else's too, and nothing is left to clear away.
var alarmSwitches = map[bench.FaultKind]alarmSwitch{
	bench.MemoryAlarm: {name: ",memory,",
		on:  `vm_memory_monitor:set_vm_memory_high_watermark(0.00001)`,
		off: `{ok, L} = application:get_env(rabbit, vm_memory_high_watermark), vm_memory_monitor:set_vm_memory_high_watermark(L)`},
	bench.DiskAlarm: {name: ",disk,",
		on:  `rabbit_disk_monitor:set_disk_free_limit(1 bsl 62)`,
		off: `{ok, L} = application:get_env(rabbit, disk_free_limit), rabbit_disk_monitor:set_disk_free_limit(L)`},
}

// evaluate is the shell command that has RabbitMQ's node evaluate its argument: erl_call comes with Erlang and takes some 20 ms, where
// rabbitmqctl takes a second.
const evaluate = `e=$(command -v erl_call || ls /opt/erlang/lib/erlang/lib/erl_interface*/bin/erl_call /usr/lib/erlang/lib/erl_interface*/bin/erl_call 2>/dev/null | head -n 1)
if [ -n "$e" ]; then printf '%s.\n' "$1" | "$e" -address 127.0.0.1:25672 -r -timeout 5 -e; else rabbitmqctl -q eval "$1."; fi`

// alarm has RabbitMQ raise one of its alarms: it reads no more from connections that publish, and hands out what it has.
func (n *Network) alarm(f bench.Fault, _ func(bench.Event)) (breakage, error) {
	_, c, err := n.confined(f.Place)
	if err != nil {
		return breakage{}, err
	}
	command := alarmSwitches[f.Kind]
	inject := func(ctx context.Context) error {
		on, err := command.turn(ctx, c, command.on)
		if err == nil && !on {
			err = fmt.Errorf("the broker has not raised its alarm")
		}
		return err
	}
	heal := func(ctx context.Context) error {
		return retry(ctx, func(ctx context.Context) error {
			on, err := command.turn(ctx, c, command.off)
			if err == nil && on {
				err = fmt.Errorf("the broker still has its alarm")
			}
			return err
		})
	}
	return breakage{inject: inject, heal: heal}, nil
}

// turn has the broker do something, and returns whether it has the alarm then.
func (a alarmSwitch) turn(ctx context.Context, c bench.Confined, do string) (bool, error) {
	said, err := c.Exec(ctx, "sh", "-c", evaluate, "sh", do+", rabbit_alarm:get_alarms()")
	if err != nil {
		return false, fmt.Errorf("commanding the broker: %w", err)
	}
	if !strings.Contains(said, "[") {
		return false, fmt.Errorf("commanding the broker: it says %s", said)
	}
	return strings.Contains(strings.Join(strings.Fields(said), ""), a.name), nil
}

// probeAlarm asks the broker whether it has the alarm: then it is as if it refused who publishes.
func (n *Network) probeAlarm(ctx context.Context, f bench.Fault) (bench.Event, bool) {
	_, c, err := n.confined(f.Place)
	if err != nil {
		return bench.Event{}, false
	}
	began := time.Now()
	on, err := alarmSwitches[f.Kind].turn(ctx, c, "ok")
	if err != nil { // a broker that does not answer has no figures
		return bench.Event{}, false
	}
	return bench.Event{Kind: bench.EventProbe, Place: f.Place, Detail: "by its own word", Value: time.Since(began).Seconds(), Refused: on}, true
}
