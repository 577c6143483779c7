//go:build !linux

package process

import (
	"errors"
	"syscall"

	"faultline/bench"
)

// attributes put a child into a process group of its own, away from the terminal's Ctrl-C. Its parent's death
// it notices by its lifeline, or the reaper kills it.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// Usage is not available on this system.
func (c *Child) Usage() (bench.Usage, error) {
	return bench.Usage{}, errors.ErrUnsupported
}
