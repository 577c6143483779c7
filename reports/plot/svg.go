package plot

import (
	"encoding/xml"
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// svg collects the elements of one drawing.
type svg struct{ b strings.Builder }

// open begins a drawing; attrs are written as they are and must be escaped already.
func open(width, height float64, label, attrs string) *svg {
	s := &svg{}
	s.add(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s" role="img" aria-label="%s"`+
		` font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="12"%s>`,
		num(width), num(height), num(width), num(height), esc(label), attrs)
	return s
}

// close ends the drawing. It may stand in a page as it is: what came from outside was escaped by text and esc.
func (s *svg) close() template.HTML {
	s.b.WriteString("</svg>\n")
	return template.HTML(s.b.String())
}

func (s *svg) add(format string, args ...any) {
	fmt.Fprintf(&s.b, format, args...)
	s.b.WriteByte('\n')
}

// text writes a string; anchor is start, middle or end.
func (s *svg) text(x, y float64, anchor, attrs, text string) {
	if anchor != "start" {
		attrs += ` text-anchor="` + anchor + `"`
	}
	s.add(`<text x="%s" y="%s" %s>%s</text>`, num(x), num(y), strings.TrimSpace(attrs), esc(text))
}

func (s *svg) line(x1, y1, x2, y2 float64, attrs string) {
	s.add(`<path d="M%s %sL%s %s" %s/>`, num(x1), num(y1), num(x2), num(y2), attrs)
}

func (s *svg) rect(x, y, w, h float64, attrs string) {
	s.add(`<rect x="%s" y="%s" width="%s" height="%s" %s/>`, num(x), num(y), num(max(w, 0)), num(max(h, 0)), attrs)
}

// num writes a coordinate to a tenth of a pixel. What is not finite has no place on paper: callers leave it
// out, and 0 stands for what they missed.
func num(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "0"
	}
	v = math.Round(v*10) / 10
	if v == 0 {
		v = 0 // no negative zero
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// precise writes a number that a script computes with.
func precise(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "0"
	}
	return strconv.FormatFloat(v, 'g', 8, 64)
}

// esc makes any string harmless in text and in attributes, also bytes that XML forbids.
func esc(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return ""
	}
	return b.String()
}

// clip shortens a string that would run over its neighbour.
func clip(s string, runes int) string {
	if utf8.RuneCountInString(s) <= runes {
		return s
	}
	return string([]rune(s)[:max(runes-1, 0)]) + "…"
}

// finite is whether a number can be placed.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
