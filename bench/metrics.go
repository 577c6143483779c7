package bench

// Metrics that every service exposes in Prometheus' format on its admin address, and their outcomes.
const (
	MetricRequests = "faultline_requests_total"
	MetricLatency  = "faultline_request_duration_seconds"
	MetricSlot     = "faultline_slot_wait_seconds"
	MetricWork     = "faultline_work_seconds"
	MetricCalls    = "faultline_call_duration_seconds"
	MetricInFlight = "faultline_in_flight"
	MetricQueue    = "faultline_queue_depth"

	OutcomeOK       = "ok"
	OutcomeDeclined = "declined" // an answer, not an error
	OutcomeFailed   = "failed"
	OutcomeShed     = "shed" // turned away: the queue was full, or the callee said so
	OutcomeLate     = "late" // its time-out passed
)
