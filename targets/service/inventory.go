package service

import (
	"faultline/targets/engine"
	"faultline/targets/flow"
	"faultline/targets/order"
)

// inventoryStep reserves an order's articles, all or none.
func inventoryStep(d order.Declines) engine.Step {
	gone := d.OutOfStock()
	return engine.Step{Service: "inventory", Effect: "reservation", Undoable: true,
		Decide: func(r flow.Request) flow.Reply {
			for _, l := range r.Order.Items {
				if gone[l.SKU] {
					return flow.Reply{Outcome: flow.OutOfStock}
				}
			}
			return flow.Reply{Outcome: flow.Done}
		}}
}
