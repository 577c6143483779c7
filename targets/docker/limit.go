package docker

import (
	"math"
	"strconv"

	"github.com/moby/moby/api/types/container"

	"faultline/bench"
)

// limit bounds a container. What may use no more memory gets none by swapping.
func limit(h *container.HostConfig, l bench.Limits) {
	h.NanoCPUs = int64(l.CPUs * 1e9)
	h.Memory, h.MemorySwap = l.Memory, l.Memory
}

// processors has a Go program use as many as it is given, where that is more than the one that each child uses.
func processors(l bench.Limits) []string {
	if l.CPUs <= 1 {
		return nil
	}
	return []string{"GOMAXPROCS=" + strconv.Itoa(int(math.Ceil(l.CPUs)))}
}
