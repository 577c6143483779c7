package bench

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// step breaks above an edge; one trial in so many is wrong.
func step(edge, wrong float64, random *rand.Rand) func(context.Context, float64, int) (Answer, error) {
	return func(_ context.Context, at float64, _ int) (Answer, error) {
		if (at >= edge) != (random.Float64() < wrong) {
			return Breaks, nil
		}
		return Holds, nil
	}
}

func TestBisectionFindsTheEdge(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		edge := math.Exp(random.Float64() * math.Log(200)) // from 1 to 200
		b := Bisection{From: 1, To: 200, Precision: 0.05, Repeats: 3}
		e, err := b.Bisect(t.Context(), step(edge, 0, random))
		if err != nil || !e.Found() || e.Low > edge || e.High < edge || e.High > 1.05*e.Low {
			t.Fatalf("the edge is %g, found %+v, %v", edge, e, err)
		}
		if e.Trials != b.Least() || e.Trials != 2*len(e.Probes) {
			t.Fatalf("%d trials at %d values, expected %d: all agreed", e.Trials, len(e.Probes), b.Least())
		}
	}
}

func TestRepeatsOutvoteNoise(t *testing.T) {
	const wrong, searches = 0.1, 400
	near := func(repeats int) (share float64) {
		random := rand.New(rand.NewPCG(3, 4))
		for range searches {
			e, err := Bisection{From: 1, To: 200, Precision: 0.1, Repeats: repeats}.Bisect(t.Context(), step(30, wrong, random))
			if err != nil {
				t.Fatal(err)
			}
			if most := repeats * e.Sought.points(); e.Trials > most {
				t.Fatalf("%d trials, at most %d can be needed", e.Trials, most)
			}
			if e.Found() && e.Low <= 30 && e.High >= 30 {
				share++
			}
		}
		return share / searches
	}
	// One point is wrong with 0.1; by majority of 3 with 0.028, of 5 with 0.0086. Seven or eight points must be right.
	for repeats, least := range map[int]float64{1: 0.35, 3: 0.75, 5: 0.90} {
		if got := near(repeats); got < least {
			t.Errorf("with %d repeats the edge was found in %.0f %% of the searches, expected at least %.0f %%", repeats, 100*got, 100*least)
		}
	}
	if one, five := near(1), near(5); five < one+0.2 {
		t.Errorf("repeats should help: %.2f of the searches with one, %.2f with five", one, five)
	}
}

func TestNotFoundIsAnAnswer(t *testing.T) {
	b := Bisection{From: 1, To: 10, Precision: 0.1, Repeats: 3}
	random := rand.New(rand.NewPCG(5, 6))
	if e, err := b.Bisect(t.Context(), step(11, 0, random)); err != nil || e.Found() || e.Low != 10 || e.High != 0 || e.Trials != 2 {
		t.Errorf("it holds everywhere, found %+v, %v", e, err)
	}
	if e, err := b.Bisect(t.Context(), step(0.5, 0, random)); err != nil || e.Found() || e.Low != 0 || e.High != 1 || e.Trials != 4 {
		t.Errorf("it breaks everywhere, found %+v, %v", e, err)
	}
}

func TestTrialsThatTestNothingAreRepeated(t *testing.T) {
	b := Bisection{From: 1, To: 10, Precision: 0.5, Repeats: 1}
	n := 0
	sometimes := func(ctx context.Context, at float64, repeat int) (Answer, error) {
		if n++; n%2 == 1 {
			return Unclear, nil
		}
		return step(3, 0, rand.New(rand.NewPCG(7, 8)))(ctx, at, repeat)
	}
	e, err := b.Bisect(t.Context(), sometimes)
	if err != nil || !e.Found() || e.Low > 3 || e.High < 3 || e.Trials != 2*len(e.Probes) {
		t.Errorf("every other trial was invalid: %+v, %v", e, err)
	}
	never := func(context.Context, float64, int) (Answer, error) { return Unclear, nil }
	if e, err := b.Bisect(t.Context(), never); err == nil || !strings.Contains(err.Error(), "3 trials at 10 were invalid") || e.Trials != 3 {
		t.Errorf("no trial was valid: %+v, %v", e, err)
	}
	broken := errors.New("broken")
	fails := func(context.Context, float64, int) (Answer, error) { return Unclear, broken }
	if _, err := b.Bisect(t.Context(), fails); !errors.Is(err, broken) {
		t.Errorf("a trial's error should end the search: %v", err)
	}
}

func TestBisectionsAreChecked(t *testing.T) {
	if errs := (Bisection{From: 0.005, To: 2, Precision: 0.1, Repeats: 3}).Check("delay"); len(errs) > 0 {
		t.Errorf("nothing is wrong with it: %v", errs)
	}
	if errs := (Bisection{From: 3, To: 2, Precision: 0, Repeats: 2}).Check("delay"); len(errs) != 3 {
		t.Errorf("interval, precision and repeats are wrong: %v", errs)
	}
	if errs := (Bisection{From: math.NaN(), To: math.Inf(1), Precision: math.NaN(), Repeats: -1}).Check("delay"); len(errs) != 3 {
		t.Errorf("interval, precision and repeats are wrong: %v", errs)
	}
}
