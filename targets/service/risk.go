package service

import "faultline/targets/engine"

// riskStep scores an order: the slowest part of the flow, with the fewest slots.
func riskStep() engine.Step {
	return engine.Step{Service: "risk", Effect: "score"}
}
