package reports

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// infinite stands for a value that never came, in figures of ours and of bench.
const infinite = -1.0

// seconds writes a time with three significant digits: 850 µs, 41.2 ms, 2.88 s. Negative is never.
func seconds(v float64) string {
	switch {
	case v < 0:
		return "never"
	case v == 0:
		return "0 s"
	}
	for _, u := range []struct {
		size float64
		name string
	}{{1e-6, "µs"}, {1e-3, "ms"}} {
		if v/u.size < 999.5 {
			return significant(v/u.size) + " " + u.name
		}
	}
	return significant(v) + " s"
}

// duration is seconds of a time.Duration.
func duration(d time.Duration) string {
	if d < 0 {
		return "never"
	}
	return seconds(d.Seconds())
}

// short writes a time without trailing zeros: 4.4 s, 120 s, 500 ms.
func short(v float64) string {
	number, unit, _ := strings.Cut(seconds(v), " ")
	if strings.Contains(number, ".") {
		number = strings.TrimRight(strings.TrimRight(number, "0"), ".")
	}
	return strings.TrimSpace(number + " " + unit)
}

// significant writes a number with three significant digits, and none after the point from 100 on.
func significant(v float64) string {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return "0"
	}
	digits := 2 - int(math.Floor(math.Log10(math.Abs(v))))
	if r := math.Pow(10, float64(digits)); math.Abs(math.Round(v*r)/r) >= math.Pow(10, float64(3-digits)) {
		digits-- // 9.999 is 10.0
	}
	return strconv.FormatFloat(v, 'f', min(max(digits, 0), 6), 64)
}

// share writes a share as a percentage; a little is not nothing and almost all is not all.
func share(v float64) string {
	p := v * 100
	switch {
	case v < 0 || math.IsNaN(v):
		return "–"
	case p == 0:
		return "0 %"
	case p < 0.1:
		return "<0.1 %"
	case p < 10:
		return strings.TrimSuffix(strconv.FormatFloat(p, 'f', 1, 64), ".0") + " %"
	case p < 100 && p > 99:
		return ">99 %"
	}
	return strconv.FormatFloat(p, 'f', 0, 64) + " %"
}

// rate writes a number of orders per second.
func rate(v float64) string {
	if v < 0 {
		return "–"
	}
	if v == 0 {
		return "0/s"
	}
	return significant(v) + "/s"
}

// times writes a ratio: 376×. Past a million it says no more than that.
func times(v float64) string {
	if v > 1e6 {
		return "over 10⁶×"
	}
	return significant(v) + "×"
}

// count writes a whole number, from five digits on with its thousands apart: 1752, 12 345.
func count(n int) string {
	s := strconv.Itoa(n)
	if len(strings.TrimPrefix(s, "-")) < 5 {
		return s
	}
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

// bytesOf writes an amount of memory.
func bytesOf(n float64) string {
	for _, u := range []string{"B", "kB", "MB", "GB"} {
		if n < 1000 {
			return significant(n) + " " + u
		}
		n /= 1000
	}
	return significant(n) + " TB"
}

// inUnit writes a value of a bench.Comparison.
func inUnit(v float64, unit string) string {
	switch unit {
	case "s":
		return seconds(v)
	case "/s":
		return rate(v)
	case "share":
		return share(v)
	case "orders":
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strings.TrimSpace(significant(v) + " " + unit)
}

// plain makes a string from outside harmless in a terminal: no control bytes, nothing that reorders text.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		return r
	}, plainLines(s))
}

// plainLines is plain for a text of many lines, such as a page: a name may not reorder what stands beside it.
func plainLines(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(s, string(unicode.ReplacementChar)))
}

// plural writes "1 trial", "6 trials".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%s %ss", count(n), noun)
}
