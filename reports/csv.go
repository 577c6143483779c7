package reports

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"faultline/bench"
)

// CSV writes one line a trial and measure, for spreadsheets and data frames. What never came is Inf; what a trial can't
// tell has no value. An invalid trial has lines, and says so: leave it out.
func CSV(w io.Writer, r bench.Results) error {
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	rows := [][]string{{"trial", "architecture", "fault", "repeat", "seed", "valid", "measure", "unit", "value"}}
	for _, t := range r.Trials {
		h := t.Trial
		for _, m := range bench.Measures() {
			rows = append(rows, []string{strconv.Itoa(h.Index + 1), cellText(h.Architecture.Name), cellText(h.Fault.Name), strconv.Itoa(h.Repeat),
				strconv.FormatUint(h.Seed, 10), strconv.FormatBool(len(t.Invalid) == 0 && !t.Interrupted), m.Name, csvUnits[m.Unit], csvNumber(m.Of(t))})
		}
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	_, err := b.WriteTo(w)
	return err
}

var csvUnits = map[bench.Unit]string{bench.Seconds: "s", bench.Share: "share", bench.PerSecond: "1/s", bench.Count: "orders"}

func csvNumber(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// cellText keeps a text from outside from being a formula: spreadsheets run cells that begin like one.
func cellText(s string) string {
	s = plain(s)
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
