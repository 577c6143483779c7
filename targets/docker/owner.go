package docker

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// An owner is a process of this program: where it runs, and which one it is there.
type owner struct{ place, pid string }

// self is this process. Its place is a boot of a machine and a pid namespace, its number one that is not used again: on Linux
// with the moment at which it began.
func self() owner {
	host, _ := os.Hostname()
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	namespace, _ := os.Readlink("/proc/self/ns/pid")
	return owner{place: host + "," + string(bytes.TrimSpace(boot)) + "," + namespace, pid: identity(os.Getpid())}
}

// identity is a process's number and, where it can be told, when it began.
func identity(pid int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return fmt.Sprint(pid)
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	const began = 19 // of the fields behind the name
	if len(fields) <= began {
		return fmt.Sprint(pid)
	}
	return fmt.Sprintf("%d@%s", pid, fields[began])
}

// String is the owner as a label.
func (o owner) String() string { return o.place + " " + o.pid }

// gone reports whether the owner of a label has certainly ended: one that runs elsewhere, nobody here can tell of.
func gone(label string) bool {
	place, id, ok := strings.Cut(label, " ")
	var pid int
	if _, err := fmt.Sscanf(id, "%d", &pid); err != nil || !ok || pid <= 0 || place != self().place {
		return false
	}
	if syscall.Kill(pid, 0) == syscall.ESRCH {
		return true
	}
	return strings.Contains(id, "@") && identity(pid) != id
}
