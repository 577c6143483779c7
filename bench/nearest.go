package bench

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
)

// oneOf returns an error unless value is one of the allowed; the error names the field, what is
// allowed and what may have been meant.
func oneOf(field, value string, allowed []string) error {
	for _, a := range allowed {
		if a == value {
			return nil
		}
	}
	return problem(field, "%s", notOneOf(value, allowed))
}

// notOneOf says of a value that it is none of the allowed, which those are and what may have been meant.
func notOneOf(value string, allowed []string) string {
	return fmt.Sprintf("%q is not known%s; allowed: %s", value, Nearest(value, allowed), strings.Join(allowed, ", "))
}

// Nearest returns ` (did you mean "x"?)` for the name that a mistyped one is nearest to, or "" if none is near.
func Nearest(value string, allowed []string) string {
	best, distance := "", 1+max(2, len(value)/2)
	for _, a := range allowed {
		if d := levenshtein.ComputeDistance(value, a); d < distance {
			best, distance = a, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}
