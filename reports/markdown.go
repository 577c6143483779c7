package reports

import (
	"fmt"
	"strings"
)

// A markdown collects sections until a page is full; what does not fit is left out as a whole, and said to be.
type markdown struct {
	most     int // characters
	b        strings.Builder
	used     int
	leftOut  []string
	reserved int // for the last line
}

// add appends a section, or notes that it was left out.
func (m *markdown) add(name, text string) {
	if text == "" {
		return
	}
	if n := width(text); m.used+n+1 <= m.most-m.reserved {
		m.b.WriteString(text + "\n")
		m.used += n + 1
		return
	}
	m.leftOut = append(m.leftOut, name)
}

// end is the text, with what is missing from it.
func (m *markdown) end() string {
	if len(m.leftOut) > 0 {
		m.b.WriteString("Left out, as this text may have no more characters: " + strings.Join(m.leftOut, ", ") + ". The HTML report has them.\n")
	}
	return m.b.String()
}

// unmarked takes the meaning from every character that has one. What stands only at the beginning of a line is not in it: every
// text of ours stands behind a word.
var unmarked = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "{", `\{`, "}", `\}`, "[", `\[`, "]", `\]`, "|", `\|`, "~", `\~`, "!", `\!`, "$", `\$`,
	"<", "&lt;", ">", "&gt;", "&", "&amp;",
	"@", "@\u2060", "#", "\\#\u2060", "://", ":\u2060//", "www.", "www\u2060.")

// inert makes a text from outside plain text in Markdown: no markup, no HTML, no link, no mention, nobody's issue.
func inert(s string) string { return unmarked.Replace(plain(s)) }

// code is a text from outside as a code span, in a table or not: nothing is marked up, linked or mentioned in one.
func code(s string) string {
	s = strings.NewReplacer("`", "'", "|", "¦").Replace(plain(s))
	if strings.TrimSpace(s) == "" {
		return "–"
	}
	return "`" + s + "`"
}

// fenced is a text of one line as a block of code.
func fenced(s string) string {
	s = plain(s)
	fence := "```"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	return fence + "\n" + s + "\n" + fence + "\n"
}

// folded is a part that is read on demand.
func folded(summary, text string) string {
	if text == "" {
		return ""
	}
	return fmt.Sprintf("<details><summary>%s</summary>\n\n%s\n</details>\n", inert(summary), text)
}

// A mdTable writes a table: its cells are Markdown already. Names stand to the left, figures to the right.
type mdTable struct {
	heads []string
	left  int // how many columns are names
	rows  [][]string
}

func (t *mdTable) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *mdTable) String() string {
	if len(t.rows) == 0 {
		return ""
	}
	var b strings.Builder
	line := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(t.heads)
	rule := make([]string, len(t.heads))
	for i := range rule {
		rule[i] = "---"
		if i >= t.left {
			rule[i] = "--:"
		}
	}
	line(rule)
	for _, r := range t.rows {
		for len(r) < len(t.heads) {
			r = append(r, "")
		}
		line(r)
	}
	return b.String()
}
