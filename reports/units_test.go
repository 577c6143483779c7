package reports

import "testing"

func TestSeconds(t *testing.T) {
	for in, want := range map[float64]string{
		-1: "never", 0: "0 s", 0.0000004: "0.400 µs", 0.00085: "850 µs", 0.0009999: "1.00 ms", 0.0412: "41.2 ms", 0.009996: "10.0 ms",
		0.9994: "999 ms", 0.9996: "1.00 s", 2.879: "2.88 s", 12.34: "12.3 s", 99.96: "100 s", 1234: "1234 s",
	} {
		if got := seconds(in); got != want {
			t.Errorf("seconds(%g) = %q, want %q", in, got, want)
		}
	}
}

func TestShort(t *testing.T) {
	for in, want := range map[float64]string{0: "0 s", 4.4: "4.4 s", 10: "10 s", 120: "120 s", 0.5: "500 ms", 0.001: "1 ms", -1: "never"} {
		if got := short(in); got != want {
			t.Errorf("short(%g) = %q, want %q", in, got, want)
		}
	}
}

func TestShare(t *testing.T) {
	for in, want := range map[float64]string{-1: "–", 0: "0 %", 0.0004: "<0.1 %", 0.052: "5.2 %", 0.05: "5 %", 0.0996: "10 %", 0.11: "11 %", 0.996: ">99 %", 1: "100 %"} {
		if got := share(in); got != want {
			t.Errorf("share(%g) = %q, want %q", in, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for in, want := range map[int]string{0: "0", 1752: "1752", 12345: "12\u202f345", 1234567: "1\u202f234\u202f567", -12345: "-12\u202f345"} {
		if got := count(in); got != want {
			t.Errorf("count(%d) = %q, want %q", in, got, want)
		}
	}
}

func TestMiddle(t *testing.T) {
	for _, c := range []struct {
		in             []float64
		mid, low, high float64
	}{
		{nil, 0, 0, 0}, {[]float64{3}, 3, 3, 3}, {[]float64{4, 1, 2}, 2, 1, 4}, {[]float64{1, 2, 3, 6}, 2.5, 1, 6},
		{[]float64{1, -1, 2}, 2, 1, -1}, {[]float64{-1, -1, 2}, -1, 2, -1},
	} {
		if mid, low, high := middle(c.in); mid != c.mid || low != c.low || high != c.high {
			t.Errorf("middle(%v) = %g, %g, %g", c.in, mid, low, high)
		}
	}
}
