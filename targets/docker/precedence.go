package docker

import (
	"os"
	"strconv"
	"sync"
	"syscall"
)

// firstNice is how far below that of its containers the niceness of this process is, where the system permits it: as far as below that
// of the process runtime's children, so that the load keeps its schedule where processors are short. Niceness inside a
// container counts for nothing outside.
const firstNice = 10

// precedence is that of this process, while any runtime is open.
var precedence struct {
	sync.Mutex
	runtimes int
	nice     int // the niceness before
}

// takePrecedence lowers the niceness of this process. Only root may, and only Linux tells the threads; else nothing happens. Each
// call needs one of yieldPrecedence.
func takePrecedence() {
	precedence.Lock()
	defer precedence.Unlock()
	if precedence.runtimes++; precedence.runtimes > 1 {
		return
	}
	if said, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0); err == nil {
		precedence.nice = 20 - said // as the kernel says it
		renice(precedence.nice - firstNice)
	}
}

// yieldPrecedence takes it back once no runtime is open.
func yieldPrecedence() {
	precedence.Lock()
	defer precedence.Unlock()
	if precedence.runtimes--; precedence.runtimes == 0 {
		renice(precedence.nice)
	}
}

// renice sets the niceness of every thread; those that they start later inherit it.
func renice(to int) {
	threads, _ := os.ReadDir("/proc/self/task")
	for _, t := range threads {
		if id, err := strconv.Atoi(t.Name()); err == nil {
			_ = syscall.Setpriority(syscall.PRIO_PROCESS, id, to)
		}
	}
}
