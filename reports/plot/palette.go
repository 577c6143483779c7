package plot

import (
	"fmt"
	"strings"
)

// A Colour is one role in light and dark; Name is its custom property in CSS.
type Colour struct{ Name, Light, Dark string }

// Hues are the colours of lines, one an architecture. The first five are at least 20 apart by CIEDE2000, also
// from Grey, and also as seen with protanopia, deuteranopia and tritanopia (palette_test.go computes it).
// A search found no sixth and seventh that far apart that can be seen on the page: they are at least 13 apart, which
// the names at the lines' ends must make up for.
var Hues = [...]Colour{
	{"h0", "#D55E00", "#FF8A3D"},
	{"h1", "#0072B2", "#56B4E9"},
	{"h2", "#8C0000", "#CC0022"},
	{"h3", "#1C008C", "#AA22AA"},
	{"h4", "#00C4FC", "#FFFFCC"},
	{"h5", "#703854", "#8CFCFC"},
	{"h6", "#70A870", "#C4FC00"},
}

// The colours of everything but lines.
var (
	Ink    = Colour{"ink", "#1A1A1A", "#F2F2F2"}
	Soft   = Colour{"soft", "#5C5C5C", "#A9AFB6"} // text beside the point
	Grey   = Colour{"grey", "#8A8A8A", "#858585"}
	Grid   = Colour{"grid", "#DDDDDD", "#30363C"}
	Band   = Colour{"band", "#E9E9E9", "#262C32"} // where the fault was
	Tile   = Colour{"tile", "#EEF1F4", "#1D2328"} // an empty cell
	Paper  = Colour{"paper", "#FFFFFF", "#14171A"}
	Heated = Colour{"heat", "#0B3466", "#8CC2F2"}
	OnHeat = Colour{"onheat", "#FFFFFF", "#0B0D10"}
)

// roles are every colour that CSS names.
var roles = append(Hues[:], Ink, Soft, Grey, Grid, Band, Tile, Paper, Heated, OnHeat)

// CSS is the style sheet that colours the drawings: light, dark where the reader prefers it on a screen,
// and light again on paper.
func CSS() string {
	var light, dark, classes strings.Builder
	for _, c := range roles {
		fmt.Fprintf(&light, "--%s:%s;", c.Name, c.Light)
		fmt.Fprintf(&dark, "--%s:%s;", c.Name, c.Dark)
		fmt.Fprintf(&classes, ".s-%s{stroke:var(--%s)}.f-%s{fill:var(--%s)}\n", c.Name, c.Name, c.Name, c.Name)
	}
	return ":root{color-scheme:light dark;" + light.String() + "}\n" +
		"@media screen and (prefers-color-scheme:dark){:root{" + dark.String() + "}}\n" + classes.String()
}

func stroke(c Colour) string { return fmt.Sprintf(`class="s-%s" stroke="%s"`, c.Name, c.Light) }

func fill(c Colour) string { return fmt.Sprintf(`class="f-%s" fill="%s"`, c.Name, c.Light) }

func both(s, f Colour) string {
	return fmt.Sprintf(`class="s-%s f-%s" stroke="%s" fill="%s"`, s.Name, f.Name, s.Light, f.Light)
}
