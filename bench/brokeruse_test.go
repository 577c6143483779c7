package bench

import (
	"reflect"
	"testing"
)

func TestBrokerUse(t *testing.T) {
	if brokerUse(nil) != nil {
		t.Error("a broker that told nothing was used")
	}
	got := brokerUse([]BrokerSample{
		{Unacked: 3, Redelivered: 10, Memory: 100},
		{Unacked: 7, Redelivered: 14, Memory: 90, Alarms: []string{AlarmMemory}},
		{Unacked: 0, Redelivered: 2, Memory: 80, Alarms: []string{AlarmMemory, AlarmDisk}}, // started again
	})
	want := &BrokerUse{Looks: 3, Unacked: 7, Redelivered: 6, Memory: 100, Alarms: map[string]int{AlarmMemory: 2, AlarmDisk: 1}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
