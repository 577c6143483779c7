package lab_test

import (
	"os"
	"testing"

	"faultline/internal/lab"
	"faultline/targets/process"
)

// Services are this test, run again as a child.
func TestMain(m *testing.M) {
	process.Main(lab.Roles())
	os.Exit(m.Run())
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
