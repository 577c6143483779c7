package plot

import (
	"math"
	"strconv"
	"testing"
)

// TestHuesAreToldApart computes what palette.go claims, in light and in dark, for normal sight and for
// protanopia, deuteranopia and tritanopia (Machado, Oliveira and Fernandes 2009, severity 1).
func TestHuesAreToldApart(t *testing.T) {
	for theme, of := range map[string]func(Colour) string{
		"light": func(c Colour) string { return c.Light }, "dark": func(c Colour) string { return c.Dark },
	} {
		for i, a := range append(Hues[:len(Hues):len(Hues)], Grey) {
			for j, b := range Hues[:min(i, len(Hues))] {
				want := 13.0
				if j < 5 && (i < 5 || i == len(Hues)) {
					want = 20
				}
				for sight, m := range sights {
					if d := between(see(of(a), m), see(of(b), m)); d < want {
						t.Errorf("%s, %s: %s and %s are %.1f apart, want %.0f", theme, sight, of(a), of(b), d, want)
					}
				}
			}
		}
	}
}

type matrix [3][3]float64

var sights = map[string]matrix{
	"normal": {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protan": {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deutan": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"tritan": {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
}

// see returns a colour's linear RGB as an eye sees it.
func see(hex string, m matrix) (out [3]float64) {
	var rgb [3]float64
	for i := range rgb {
		n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			panic(err)
		}
		v := float64(n) / 255
		if rgb[i] = v / 12.92; v > 0.04045 {
			rgb[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	for i, row := range m {
		for j, w := range row {
			out[i] += w * rgb[j]
		}
		out[i] = min(max(out[i], 0), 1)
	}
	return out
}

func lab(c [3]float64) (l, a, b float64) {
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x := f((0.4124564*c[0] + 0.3575761*c[1] + 0.1804375*c[2]) / 0.95047)
	y := f(0.2126729*c[0] + 0.7151522*c[1] + 0.0721750*c[2])
	z := f((0.0193339*c[0] + 0.1191920*c[1] + 0.9503041*c[2]) / 1.08883)
	return 116*y - 16, 500 * (x - y), 200 * (y - z)
}

func TestCIEDE2000(t *testing.T) { // the first and a late pair of Sharma, Wu and Dalal's table
	for _, c := range [][7]float64{{50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425}, {2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082}} {
		if got := distance(c[0], c[1], c[2], c[3], c[4], c[5]); math.Abs(got-c[6]) > 1e-4 {
			t.Errorf("distance = %.4f, want %.4f", got, c[6])
		}
	}
}
