//go:build !linux

package packets

import "errors"

var errLinux = errors.New("packets are dropped and delayed by Linux only")

func drop(uint16, float64) error  { return errLinux }
func pass(uint16) (Counts, error) { return Counts{}, errLinux }
func shape(uint16, Shape) error   { return errLinux }
func unshape() (Counts, error)    { return Counts{}, errLinux }
func tryFilter() error            { return errLinux }
func tryNetem() error             { return errLinux }
