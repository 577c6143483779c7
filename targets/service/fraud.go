package service

import (
	"faultline/targets/engine"
	"faultline/targets/flow"
	"faultline/targets/order"
)

// fraudStep checks an order whose risk is known; a fixed share is declined.
func fraudStep(d order.Declines) engine.Step {
	return engine.Step{Service: "fraud", Asks: []string{"risk"}, Effect: "check",
		Decide: func(r flow.Request) flow.Reply {
			if d.Fraud(r.Order.Occasion()) {
				return flow.Reply{Outcome: flow.Declined}
			}
			return flow.Reply{Outcome: flow.Done}
		}}
}
