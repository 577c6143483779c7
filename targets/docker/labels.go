package docker

import (
	"cmp"
	"os"
)

// The labels of all that this program makes: only what carries LabelRun is ever removed.
const (
	LabelRun    = "faultline.run"    // which run it belongs to
	labelName   = "faultline.name"   // the service in a container
	labelOwner  = "faultline.owner"  // the program that made it, see owner
	labelDriver = "faultline.driver" // the run whose driver, a container itself, made it
	labelImage  = "faultline.image"  // on images of this program: its hash
)

func (r *Runtime) labels(name string) map[string]string {
	labels := map[string]string{LabelRun: r.Run, labelName: name, labelOwner: cmp.Or(os.Getenv(ownerEnv), self().String())}
	if driver := os.Getenv(driverEnv); driver != "" {
		labels[labelDriver] = driver
	}
	return labels
}
