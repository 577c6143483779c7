package docker

// Publish has an engine's later runtimes publish ports, as where containers can't be reached at their own addresses.
func (e *Engine) Publish() { e.direct = false }
