package bench

import "testing"

func TestAffected(t *testing.T) {
	slo := Defaults().SLO
	for _, c := range []struct {
		name  string
		order Order
		want  bool
	}{
		{"quick", quick, false},
		{"at the SLO", Order{Acked: slo.Ack, Done: slo.Done, Told: ToldAccepted, Code: 201}, false},
		{"late answer", Order{Acked: slo.Ack + 1, Done: slo.Done, Told: ToldAccepted, Code: 201}, true},
		{"done late", Order{Acked: slo.Ack, Done: slo.Done + 1, Told: ToldAccepted, Code: 202}, true},
		{"never done", stuck, true},
		{"declined", declined, false},
		{"declined late", Order{Acked: slo.Ack + 1, Done: Never, Told: ToldDeclined, Code: 402}, true},
		{"no answer", timedOut, true},
		{"refused", refused, true},
		{"accepted and cancelled", cancelled, true},
	} {
		if got := c.order.affected(slo); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}

// blastOf is the blast radius of a trial against its control, nil for none.
func blastOf(control *Facts, f Facts) *Blast {
	slo := Defaults().SLO
	var c *checkedControl
	if control != nil {
		c = checkControl(*control, slo)
	}
	w := windows(f, slo)
	return blast(newReference(c, f, w), f, w.Fault, slo)
}

// TestBlast counts by hand: 100 good orders/s, and a window of 3 s, so 300 are offered besides the bad ones.
func TestBlast(t *testing.T) {
	p := validPhases
	trial := func(kind FaultKind, bad ...Order) Facts {
		f := validFacts(kind)
		f.Trial.Phases = p
		f.Orders = append(f.Orders, bad...)
		return f
	}
	control := func(bad ...Order) *Facts { f := trial(NoFault, bad...); return &f }
	in := func(n int) []Order { return stuck.times(n, p.Fault, p.Recovery) }
	after := func(n int) []Order { return tardy.times(n, p.Recovery, p.Drain) }
	for _, c := range []struct {
		name    string
		control *Facts
		fault   Facts
		want    *Blast
	}{
		{"nobody", control(), trial(Slow), &Blast{0, 0, 300, 0}},
		{"in the window", control(), trial(Slow, in(50)...), &Blast{50, 0, 350, 50. / 350}},
		{"and after it", control(), trial(Slow, append(in(50), after(30)...)...), &Blast{80, 0, 350, 80. / 350}},
		{"more than were offered", control(), trial(Slow, after(600)...), &Blast{600, 0, 300, 2}},
		{"less what the control has", control(after(10)...), trial(Slow, after(30)...), &Blast{30, 10, 300, 20. / 300}},
		{"less than the control is none", control(after(10)...), trial(Slow), &Blast{0, 10, 300, 0}},
		{"before the window counts nothing", control(), trial(Slow, stuck.times(9, 0, p.Fault)...), &Blast{0, 0, 300, 0}},
		{"what was not sent counts nothing", control(), trial(Slow, unsent.at(p.Fault)), &Blast{0, 0, 300, 0}},
		{"no control", nil, trial(Slow, in(50)...), nil},
		{"a control of its own has none", control(), trial(NoFault), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := blastOf(c.control, c.fault)
			if (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
	for name, change := range map[string]func(*Facts){
		"invalid":     func(f *Facts) { without(f, EventFinish) },
		"interrupted": func(f *Facts) { f.Events = append(f.Events, Event{Kind: EventStopped}) },
	} {
		bad := control()
		change(bad)
		if got := blastOf(bad, trial(Slow)); got != nil {
			t.Errorf("%s control: got %+v", name, got)
		}
	}
}
