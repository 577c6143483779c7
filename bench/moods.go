package bench

import "time"

// Faults of the kinds Storm and Impatient change what clients do, so the load generator carries them out: for the orders that
// are planned while one is in effect.

// moods are when clients are not as their link says.
func moods(h TrialHeader) (list []turn) {
	for _, f := range h.Fault.Singles() {
		if f.Place == Client {
			list = append(list, f.turns(h.Phases)...)
		}
	}
	return list
}

// patienceAt is what the client of an order that is planned at a moment does about it.
func (d *driver) patienceAt(planned time.Duration) patience {
	p := d.patience
	for _, t := range d.moods {
		if planned < t.from || planned >= t.to {
			continue
		}
		switch f := t.fault; f.Kind {
		case Storm:
			p.retry, p.budget = Retry{Attempts: f.Times}, nil
			if f.Delay > 0 {
				p.timeout = f.Delay
			}
		case Impatient:
			p.resend, p.more = f.Delay, max(1, f.Times)
		}
	}
	return p
}

// hurry places an order as somebody who clicks again while the first click is under way: nothing is taken back, and the answer
// that comes first counts.
func (s sender) hurry(o *Order, p patience) {
	type reply struct {
		code int
		body []byte
		err  error
	}
	replies := make(chan reply, 1+p.more)
	click := func(seq, attempt int) {
		s.hurried.Go(func() {
			code, body, err := s.post(seq, attempt, p)
			replies <- reply{code, body, err}
		})
	}
	click(o.Seq, 0)
	o.Attempts = 1
	again := time.NewTicker(p.resend)
	defer again.Stop()
	unheard := false
	for open := 1; open > 0; {
		select {
		case <-again.C:
			if int(o.Attempts) <= p.more && s.ctx.Err() == nil {
				click(o.Seq, int(o.Attempts))
				o.Attempts++
				open++
			}
			continue
		case r := <-replies:
			open--
			o.Acked = s.clock.Now()
			o.learn(r.code, r.body, r.err)
			if r.err == nil {
				return
			}
		}
		if o.Told == ToldFailed && unheard {
			o.Told, o.Settled = ToldNothing, Never // another may have got through
		}
		unheard = unheard || o.Told == ToldNothing
	}
}

// resent are how many of the orders planned meanwhile were sent more than once, and by how many requests.
func (s spell) resent() (orders, requests int) {
	for _, o := range s.facts.Orders {
		if o.Planned >= s.from && o.Planned < s.to && o.Attempts > 1 {
			orders++
			requests += int(o.Attempts)
		}
	}
	return orders, requests
}
