package rabbitmq

import "syscall"

// dieWithParent has the kernel kill a process when the thread that started it ends, also across an exec.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

// duplicate makes to another name of the open file from.
func duplicate(from, to int) error { return syscall.Dup3(from, to, 0) }
