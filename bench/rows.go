package bench

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	maxWords      = 1000    // texts of a file that are looked for among those read before
	textsTogether = 1 << 16 // bytes
)

// A row is a line of CSV; the first field that is not what it should be is kept as its error.
type row struct {
	fields [][]byte
	kept   *kept
	err    *error
}

// kept are the texts of a file that outlive it.
type kept struct {
	words map[string]Word // those read so far
	texts strings.Builder // others, many together: each alone would take up to twice its length
}

// bytes are a field's, until the next row is read.
func (r row) bytes(i int) []byte {
	if bytes.IndexByte(r.fields[i], '\\') < 0 {
		return r.fields[i]
	}
	return []byte(unescape.Replace(string(r.fields[i])))
}

// text is a field that is another in every row.
func (r row) text(i int) string {
	field, texts := r.bytes(i), &r.kept.texts
	if texts.Cap()-texts.Len() < len(field) {
		*texts = strings.Builder{}
		texts.Grow(max(len(field), textsTogether))
	}
	from := texts.Len()
	texts.Write(field)
	return texts.String()[from:]
}

// word is a field of which there are few.
func (r row) word(i int) Word {
	word, known := r.kept.words[string(r.fields[i])]
	if !known {
		word = WordOf(string(r.bytes(i)))
		if len(r.kept.words) < maxWords {
			r.kept.words[string(r.fields[i])] = word
		}
	}
	return word
}

func (r row) told(i int) (t Told) {
	if err := t.UnmarshalText(r.fields[i]); err != nil {
		r.fail(err)
	}
	return t
}

func (r row) number(i int) int64 { return r.sized(i, 64) }

// sized is a number that has so many bits.
func (r row) sized(i, size int) int64 {
	if n, plain := readDigits(r.fields[i]); plain && n>>(size-1) == 0 {
		return n
	}
	n, err := strconv.ParseInt(string(r.fields[i]), 10, size)
	if err != nil {
		r.fail(err)
	}
	return n
}

func (r row) span(i int) time.Duration { return time.Duration(r.number(i)) }

func (r row) fail(err error) {
	if *r.err == nil {
		*r.err = err
	}
}

// readRows hands every line of a CSV file with the given number of fields to take.
func readRows(dir, name string, fields int, take func(row)) error {
	var wrong error
	r := row{kept: &kept{words: map[string]Word{}}, err: &wrong}
	return eachLine(dir, name, func(line []byte) error {
		var err error
		if r.fields, err = split(r.fields[:0], line); err != nil {
			return err
		}
		if len(r.fields) != fields {
			return fmt.Errorf("it has %d fields, %d were written", len(r.fields), fields)
		}
		take(r)
		return wrong
	})
}

// readDigits reads what nearly all numbers are; plain is false for whatever else a number may be.
func readDigits(text []byte) (n int64, plain bool) {
	if len(text) == 0 || len(text) > 18 {
		return 0, false
	}
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int64(c-'0')
	}
	return n, true
}

// split appends a line's fields to into. Nearly no line has quotes.
func split(into [][]byte, line []byte) ([][]byte, error) {
	from := 0
	for i, c := range line {
		switch c {
		case ',':
			into = append(into, line[from:i])
			from = i + 1
		case '"':
			return splitQuoted(into[:0], line)
		}
	}
	return append(into, line[from:]), nil
}

func splitQuoted(into [][]byte, line []byte) ([][]byte, error) {
	fields, err := csv.NewReader(bytes.NewReader(line)).Read()
	for _, f := range fields {
		into = append(into, []byte(f))
	}
	return into, err
}
