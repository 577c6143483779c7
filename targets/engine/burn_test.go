package engine

import (
	"runtime"
	"testing"
	"time"
)

// TestBurnIsProcessorTime: a thread that burns uses so much processor time, however much longer that takes beside others.
func TestBurnIsProcessorTime(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const want = 20 * time.Millisecond
	before, began := threadTime(), time.Now()
	(&Slot{}).Burn(want)
	used, took := threadTime()-before, time.Since(began)
	if used < want || used > want+want/4 {
		t.Errorf("burnt %v of processor time, want %v", used, want)
	}
	if took < used-time.Millisecond {
		t.Errorf("%v of processor time were used in %v", used, took)
	}
}
