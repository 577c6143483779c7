package bench

import (
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"
)

// parallel does something for each number from 0 to n−1, as many at a time as there are processors, and returns the error of the
// least number that has one.
func parallel(n int, do func(int) error) error {
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	errs := make([]error, n)
	for i := range n {
		group.Go(func() error { errs[i] = do(i); return nil })
	}
	_ = group.Wait()
	if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
		return errs[i]
	}
	return nil
}
