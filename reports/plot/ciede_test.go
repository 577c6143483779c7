package plot

import "math"

// between is the distance of two colours of linear RGB.
func between(x, y [3]float64) float64 {
	l1, a1, b1 := lab(x)
	l2, a2, b2 := lab(y)
	return distance(l1, a1, b1, l2, a2, b2)
}

// distance is CIEDE2000 (Sharma, Wu and Dalal 2005).
func distance(l1, a1, b1, l2, a2, b2 float64) float64 {
	power := func(c float64) float64 { return math.Sqrt(math.Pow(c, 7) / (math.Pow(c, 7) + math.Pow(25, 7))) }
	g := 1.5 - 0.5*power((math.Hypot(a1, b1)+math.Hypot(a2, b2))/2)
	c1, c2 := math.Hypot(a1*g, b1), math.Hypot(a2*g, b2)
	h1, h2 := hue(a1*g, b1), hue(a2*g, b2)
	dh, mean := h2-h1, (h1+h2)/2
	switch {
	case c1*c2 == 0:
		dh, mean = 0, h1+h2
	case dh > 180:
		dh, mean = dh-360, math.Mod(mean+180, 360)
	case dh < -180:
		dh, mean = dh+360, math.Mod(mean+180, 360)
	}
	dL, dC, dH := l2-l1, c2-c1, 2*math.Sqrt(c1*c2)*sin(dh/2)
	l, c := (l1+l2)/2, (c1+c2)/2
	t := 1 - 0.17*cos(mean-30) + 0.24*cos(2*mean) + 0.32*cos(3*mean+6) - 0.20*cos(4*mean-63)
	sl := 1 + 0.015*(l-50)*(l-50)/math.Sqrt(20+(l-50)*(l-50))
	sc, sh := 1+0.045*c, 1+0.015*c*t
	turn := (mean - 275) / 25
	rt := -sin(60*math.Exp(-turn*turn)) * 2 * power(c)
	return math.Sqrt(dL/sl*dL/sl + dC/sc*dC/sc + dH/sh*dH/sh + rt*dC/sc*dH/sh)
}

// hue is an angle in degrees from 0.
func hue(a, b float64) float64 { return math.Mod(math.Atan2(b, a)*180/math.Pi+360, 360) }

func sin(degrees float64) float64 { return math.Sin(degrees * math.Pi / 180) }
func cos(degrees float64) float64 { return math.Cos(degrees * math.Pi / 180) }
