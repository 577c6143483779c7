package bench

import (
	"runtime"

	"golang.org/x/sync/errgroup"
)

// parallel does something for each number from 0 to n−1, in their order, as many at a time as there are processors.
func parallel(n int, do func(int)) {
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		group.Go(func() error { do(i); return nil })
	}
	_ = group.Wait()
}
