package reports

import "strings"

// orders writes the audit: violations always, the other classes where there are any.
func (t *terminal) orders(cells []*cell) {
	table := &textTable{groups: []textGroup{{1, "orders"}}}
	heads := []string{""}
	for _, class := range shownViolations {
		heads = append(heads, string(class))
	}
	table.add(heads...)
	for _, c := range cells {
		if c.missing() != "" {
			continue
		}
		row := []string{textName(c)}
		for _, class := range shownViolations {
			row = append(row, count(c.sum(class)))
		}
		table.rows = append(table.rows, textRow{row, otherOrders(c)})
	}
	if len(table.rows) > 1 {
		table.write(t)
	}
}

func otherOrders(c *cell) string {
	var parts []string
	for _, class := range otherClasses {
		if n := c.sum(class); n > 0 {
			parts = append(parts, string(class)+" "+count(n))
		}
	}
	if len(parts) == 0 {
		parts = []string{"no others"}
	}
	sum, adds := sumText(c)
	if adds {
		return "and " + strings.Join(parts, " · ") + " = " + sum
	}
	return "and " + strings.Join(parts, " · ") + " · sum " + sum
}
