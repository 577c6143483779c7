package order

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"sort"
	"strconv"
	"strings"
)

// catalogueSize is the number of articles: WIDGET-1 to WIDGET-100.
const catalogueSize = 100

// Price is what one piece costs, and whether the article exists.
func Price(sku string) (Cents, bool) {
	n, err := strconv.Atoi(strings.TrimPrefix(sku, "WIDGET-"))
	if err != nil || n < 1 || n > catalogueSize || sku != fmt.Sprintf("WIDGET-%d", n) {
		return 0, false
	}
	return Cents(799 + n*1700/42), true // WIDGET-42: 24.99
}

// Declines decides, by seed, whom fraud declines and what is out of stock: the same in every architecture.
type Declines struct {
	Seed  uint64  `json:"seed"`
	Share float64 `json:"share"` // 0 to 1
}

// Fraud reports whether an order is declined by the fraud check.
func (d Declines) Fraud(id string) bool {
	return d.hash("fraud", id) < d.Share
}

// OutOfStock lists the articles that can't be had: a share of all, rounded to whole ones.
// WIDGET-42, the example of the documentation, is never one of them.
func (d Declines) OutOfStock() map[string]bool {
	var skus []string
	for n := 1; n <= catalogueSize; n++ {
		if n != 42 {
			skus = append(skus, fmt.Sprintf("WIDGET-%d", n))
		}
	}
	sort.Slice(skus, func(i, j int) bool { return d.hash("stock", skus[i]) < d.hash("stock", skus[j]) })
	gone := map[string]bool{}
	for _, s := range skus[:min(int(math.Round(d.Share*catalogueSize)), len(skus))] {
		gone[s] = true
	}
	return gone
}

// hash maps a seed and a name evenly to [0, 1).
func (d Declines) hash(kind, name string) float64 {
	h := fnv.New64a()
	var seed [8]byte
	binary.LittleEndian.PutUint64(seed[:], d.Seed)
	h.Write(seed[:])
	fmt.Fprintf(h, "%s/%s", kind, name)
	return float64(mix(h.Sum64())>>11) / (1 << 53)
}

// mix spreads the bits of x (the finaliser of SplitMix64, Steele et al., 2014): FNV's high bits alone are uneven.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
