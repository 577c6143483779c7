// Package plot draws calm figures as SVG: lines over time, heat by place and second, stacked bars, ratios
// on a log axis, measures side by side and graphs of services. It knows nothing of orders or faults, and every string it is given
// is escaped.
//
// A drawing goes from data to paper: axis.go chooses a scale and its ticks; lines.go (with frame.go, its
// paper, and labels.go, which keeps names apart), heat.go, bars.go, dots.go, strips.go and graph.go place
// marks; svg.go writes what a browser reads, and palette.go says in which colours, for light and for dark.
//
// Each mark carries both a class, which CSS colours by the reader's theme, and the light colour as an
// attribute, so that a drawing is right where style sheets are blocked.
package plot

// Width is the width in pixels of a figure that fills the page.
const Width = 1000

// Left and Right are the margins of Lines and Heat: tick labels stand in one, line labels in the other.
const (
	Left  = 66
	Right = 218
)

// A Point is one value of a line. A Gap interrupts the line; a Never is drawn on the rail above the axis.
type Point struct {
	X, Y       float64
	Gap, Never bool
}

// A Span is a part of the x axis that a band marks, such as the window of a fault.
type Span struct {
	From, To float64
	Label    string
}

// empty is whether the span marks nothing.
func (s Span) empty() bool { return !(s.To > s.From) }
