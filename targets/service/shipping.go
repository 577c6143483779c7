package service

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"faultline/targets/engine"
	"faultline/targets/flow"
)

// shippingStep sends a done order on its way, with a tracking number that follows from its id.
func shippingStep() engine.Step {
	return engine.Step{Service: "shipping", Effect: "shipment",
		Decide: func(r flow.Request) flow.Reply {
			sum := sha256.Sum256([]byte(r.Order.ID))
			number := binary.BigEndian.Uint64(sum[:]) % 1e10
			return flow.Reply{Outcome: flow.Done, Tracking: fmt.Sprintf("1Z999AA1%010d", number)}
		}}
}
