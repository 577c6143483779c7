package main

import "fmt"

// version and commit are set when a release or `make` builds the program.
var (
	version = "0.1.0-dev"
	commit  = ""
)

type versionCommand struct{}

// Run prints version and commit.
func (versionCommand) Run(s streams) error {
	if commit == "" {
		fmt.Fprintln(s.out, "faultline", version)
		return nil
	}
	fmt.Fprintln(s.out, "faultline", version, commit)
	return nil
}
