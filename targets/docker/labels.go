package docker

// The labels of all that this program makes: only what carries LabelRun is ever removed.
const (
	LabelRun   = "faultline.run"   // which run it belongs to
	labelName  = "faultline.name"  // the service in a container
	labelOwner = "faultline.owner" // the program that made it, see owner
	labelImage = "faultline.image" // on images of this program: its hash
)

func (r *Runtime) labels(name string) map[string]string {
	return map[string]string{LabelRun: r.Run, labelName: name, labelOwner: self().String()}
}
