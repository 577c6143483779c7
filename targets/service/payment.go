package service

import "faultline/targets/engine"

// paymentStep charges what the fraud check has passed.
func paymentStep() engine.Step {
	return engine.Step{Service: "payment", Asks: []string{"fraud"}, Effect: "charge", Undoable: true}
}
