package store_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"faultline/targets/store"
)

// writeEnv makes this program, run again, write to the store in the named file until it is killed.
const writeEnv = "FAULTLINE_TEST_WRITE"

func TestMain(m *testing.M) {
	if path := os.Getenv(writeEnv); path != "" {
		fmt.Fprintln(os.Stderr, write(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// write adds to two buckets in each transaction, and says so when it is committed.
func write(path string) error {
	s, err := store.Open(path, "left", "right")
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		err := s.Update(func(tx *store.Tx) error {
			tx.Append("left", i)
			tx.Append("right", i)
			return nil
		})
		if err != nil {
			return err
		}
		fmt.Println(i)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, path string) *store.Store {
	t.Helper()
	s, err := store.Open(path, "left", "right")
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func values(t *testing.T, s *store.Store, bucket string) map[string]int {
	t.Helper()
	all := map[string]int{}
	must(t, s.View(func(tx *store.Tx) error {
		tx.Each(bucket, "", func(key string, value []byte) bool {
			var n int
			must(t, json.Unmarshal(value, &n))
			all[key] = n
			return true
		})
		return nil
	}))
	return all
}

// TestKill: after kill -9 in the midst of writes every committed transaction is there, and each is whole.
func TestKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "it.db")
	self, err := os.Executable()
	must(t, err)
	total := 0
	for life := range 5 {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), writeEnv+"="+path)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		committed := 0
		for in := bufio.NewScanner(out); in.Scan(); { // to the end of what it said before it died
			if committed++; committed == 100+37*life {
				must(t, cmd.Process.Kill())
			}
		}
		_ = cmd.Wait()
		s := open(t, path)
		left, right := values(t, s, "left"), values(t, s, "right")
		if !maps.Equal(left, right) {
			t.Fatalf("life %d: %d on the left, %d on the right", life, len(left), len(right))
		}
		if n := len(left) - total; n < committed || n > committed+1 { // it may die between commit and word
			t.Fatalf("life %d: %d of %d committed transactions are there", life, n, committed)
		}
		total = len(left)
		must(t, s.Close())
	}
}

// TestRollback: a transaction that fails in fn, or in any write, leaves nothing.
func TestRollback(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "it.db"))
	failed := errors.New("no")
	if err := s.Update(func(tx *store.Tx) error { tx.Put("left", "a", 1); return failed }); !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
	if err := s.Update(func(tx *store.Tx) error { tx.Put("left", "a", 1); tx.Put("left", "b", func() {}); return nil }); err == nil {
		t.Error("a value that is no JSON was written")
	}
	if got := values(t, s, "left"); len(got) > 0 {
		t.Errorf("left: %v", got)
	}
}

func TestOrder(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "it.db"))
	must(t, s.Update(func(tx *store.Tx) error {
		for i := range 300 {
			tx.Append("left", i)
		}
		for _, key := range []string{"ab", "b", "a", "aa"} {
			tx.Put("right", key, key)
		}
		tx.Delete("right", "aa")
		tx.Delete("right", "never there")
		return nil
	}))
	must(t, s.View(func(tx *store.Tx) error {
		next := 0
		tx.Each("left", "", func(_ string, value []byte) bool {
			if string(value) != fmt.Sprint(next) {
				t.Errorf("%s, want %d", value, next)
			}
			next++
			return next < 250
		})
		if next != 250 {
			t.Errorf("read %d, want to stop at 250", next)
		}
		var keys []string
		tx.Each("right", "a", func(key string, _ []byte) bool { keys = append(keys, key); return true })
		if !slices.Equal(keys, []string{"a", "ab"}) {
			t.Errorf("keys %v", keys)
		}
		var text string
		if tx.Get("right", "aa", &text) || !tx.Get("right", "ab", &text) || text != "ab" {
			t.Errorf("got %q", text)
		}
		return nil
	}))
}
