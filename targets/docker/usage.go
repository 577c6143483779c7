package docker

import (
	"context"
	"time"

	"faultline/bench"
)

// usageLimit is how long the engine may take to tell.
const usageLimit = 2 * time.Second

// Usage asks the engine what the container's present life has used. Memory is without the files that the kernel would give up
// at once.
func (c *Container) Usage() (u bench.Usage, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), usageLimit)
	defer cancel()
	s, err := c.stats(ctx)
	if err != nil {
		return u, err
	}
	u.CPU = time.Duration(s.CPUStats.CPUUsage.TotalUsage)
	u.Memory = int64(s.MemoryStats.Usage)
	for _, name := range []string{"total_inactive_file", "inactive_file"} { // cgroup 1, cgroup 2
		if files, ok := s.MemoryStats.Stats[name]; ok {
			u.Memory -= int64(files)
			break
		}
	}
	return u, nil
}
