package service

import "faultline/targets/engine"

// orderStep takes the order in and has it paid for and reserved; shipping is no part of "done".
func orderStep() engine.Step {
	return engine.Step{Service: "order", Front: true, Effect: "done",
		Asks: []string{"payment", "inventory"}, After: []string{"shipping"}}
}
