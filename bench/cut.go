package bench

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Chain returns the client and the services that an order passes one after the other: from each its first callee.
func (a Architecture) Chain() []string {
	chain := []string{Client}
	for {
		callees := a.Callees(chain[len(chain)-1])
		if len(callees) == 0 || slices.Contains(chain, callees[0]) {
			return chain
		}
		chain = append(chain, callees[0])
	}
}

// Seam draws where the cut is: the chain with a bar behind the last that waits, such as "client order | payment fraud risk".
// It is "" for an architecture that is no cut.
func (a Architecture) Seam() string {
	if a.Cut == "" {
		return ""
	}
	var words []string
	for _, name := range a.Chain() {
		words = append(words, name)
		if name == a.Cut {
			words = append(words, "|")
		}
	}
	return strings.Join(words, " ")
}

// Cuts are the architectures in which the boundary between synchronous and asynchronous links moves along the chain of the
// flow, a cut behind each of its members for each of the named transports. A link is synchronous where its caller stands
// before the cut, so all links of one caller are alike; of asynchronous ones the client's is Poll. The cut behind the last
// member leaves nothing asynchronous, and is there once.
func (c Catalogue) Cuts(with []string) ([]Architecture, error) {
	if err := c.checkWith(with); err != nil {
		return nil, err
	}
	chain := Architecture{Links: c.Flow}.Chain()
	var cuts []Architecture
	for i, behind := range chain {
		for _, transport := range with {
			name := "cut-" + behind
			if len(with) > 1 && i < len(chain)-1 {
				name += "-" + transport
			}
			cuts = append(cuts, Architecture{Name: name, About: aboutCut(chain, i, transport), Cut: behind, Links: c.cutLinks(chain[:i], transport)})
			if i == len(chain)-1 {
				break
			}
		}
	}
	return cuts, nil
}

// checkWith returns every name that is no asynchronous transport, or is there twice.
func (c Catalogue) checkWith(with []string) error {
	var known []string
	for _, t := range c.Transports {
		if !t.Blocking {
			known = append(known, t.Name)
		}
	}
	var errs []error
	for i, name := range with {
		if err := oneOf("asynchronous transport", name, known); err != nil {
			errs = append(errs, err)
		} else if slices.Contains(with[:i], name) {
			errs = append(errs, fmt.Errorf("asynchronous transport: %s is there twice: remove one", name))
		}
	}
	if len(with) == 0 {
		errs = append(errs, fmt.Errorf("asynchronous transport: name at least one of %s", strings.Join(known, ", ")))
	}
	return errors.Join(errs...)
}

// cutLinks gives the links of the callers that wait the blocking transport, and those of all others the asynchronous one.
func (c Catalogue) cutLinks(waiting []string, async string) []Link {
	blocking := ""
	if i := slices.IndexFunc(c.Transports, func(t Transport) bool { return t.Blocking }); i >= 0 {
		blocking = c.Transports[i].Name
	}
	links := slices.Clone(c.Flow)
	for i, l := range links {
		waits, fromClient := slices.Contains(waiting, l.From), l.From == Client
		switch {
		case waits && fromClient:
			links[i].Transport = Wait
		case waits:
			links[i].Transport = blocking
		case fromClient:
			links[i].Transport = Poll
		default:
			links[i].Transport = async
		}
	}
	return links
}

// aboutCut says who waits for its callees, and who does not.
func aboutCut(chain []string, cut int, async string) string {
	switch last := len(chain) - 1; cut {
	case 0:
		return fmt.Sprintf("nobody waits: the order is accepted with 202, and every service asks by %s", async)
	case last:
		return "everybody waits: the answer is the outcome"
	default:
		return fmt.Sprintf("waiting: %s; asking by %s: %s", strings.Join(chain[:cut], ", "), async, strings.Join(chain[cut:last], ", "))
	}
}
