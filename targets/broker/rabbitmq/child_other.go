//go:build !linux

package rabbitmq

import "syscall"

// dieWithParent can't be had on this system: the reaper of process groups ends it.
func dieWithParent() *syscall.SysProcAttr { return nil }

// duplicate makes to another name of the open file from.
func duplicate(from, to int) error { return syscall.Dup2(from, to) }
