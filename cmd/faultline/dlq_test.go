//go:build linux

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"faultline/internal/needs"
	"faultline/internal/poll"
	"faultline/targets/broker"
)

// An upSystem is `faultline up`, with what it has printed.
type upSystem struct {
	tmp, client, payment string // a directory, and addresses
}

var (
	clientAddress  = regexp.MustCompile(`http://([0-9.:]+)/api/orders -H`)
	paymentAddress = regexp.MustCompile(`http://([0-9.:]+)/poison`)
)

// startUp runs the queue architecture until the test ends.
func startUp(t *testing.T, broker string) upSystem {
	t.Helper()
	u := upSystem{tmp: t.TempDir()}
	cmd := u.command("up", "queue", "--broker", broker)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		must(t, cmd.Process.Signal(syscall.SIGINT))
		_ = cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
			t.Errorf("up ended with %d", code)
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "Ctrl-C") {
		if m := clientAddress.FindStringSubmatch(lines.Text()); m != nil {
			u.client = m[1]
		}
		if m := paymentAddress.FindStringSubmatch(lines.Text()); m != nil {
			u.payment = m[1]
		}
	}
	if u.client == "" || u.payment == "" {
		t.Fatal("up printed no addresses")
	}
	return u
}

func (u upSystem) command(args ...string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), commandEnv+"=1", "TMPDIR="+u.tmp)
	return cmd
}

// run runs a command that must end with an exit code.
func (u upSystem) run(t *testing.T, want int, args ...string) (stdout, stderr string) {
	t.Helper()
	cmd := u.command(args...)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != want {
		t.Fatalf("%v: exit code %d, want %d: %s", args, got, want, problems.String())
	}
	return out.String(), problems.String()
}

// letters are what `faultline dlq --json` lists.
func (u upSystem) letters(t *testing.T) (list []broker.DeadLetter) {
	t.Helper()
	out, _ := u.run(t, exitOK, "dlq", "--json")
	for decoder := json.NewDecoder(strings.NewReader(out)); ; {
		var l broker.DeadLetter
		err := decoder.Decode(&l)
		if errors.Is(err, io.EOF) {
			return list
		}
		must(t, err)
		list = append(list, l)
	}
}

// ask sends a request and returns the body of its answer.
func ask(t *testing.T, method, url, key, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	must(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", key)
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	must(t, err)
	if resp.StatusCode/100 != 2 {
		t.Fatalf("%s %s: %d %s", method, url, resp.StatusCode, raw)
	}
	return string(raw)
}

func (u upSystem) place(t *testing.T, key string) (id string) {
	t.Helper()
	var accepted struct {
		ID string `json:"order_id"`
	}
	raw := ask(t, http.MethodPost, "http://"+u.client+"/api/orders", key,
		`{"user_id":"u","items":[{"sku":"WIDGET-42","quantity":1}],"payment_method":"pm"}`)
	must(t, json.Unmarshal([]byte(raw), &accepted))
	return accepted.ID
}

func (u upSystem) poison(t *testing.T, share string) {
	t.Helper()
	ask(t, http.MethodPost, "http://"+u.payment+"/poison", "", `{"share":`+share+`}`)
}

func (u upSystem) confirmed(t *testing.T, id string) func() bool {
	return func() bool {
		body := ask(t, http.MethodGet, "http://"+u.client+"/api/orders/"+id, "", "")
		return strings.Contains(body, `"confirmed"`) || strings.Contains(body, `"shipped"`)
	}
}

// TestDeadLetters: a message that always fails is given up after its attempts, listed, and put back once the consumer
// is mended; then the order is done.
func TestDeadLetters(t *testing.T) {
	for _, kind := range []string{"nats", "rabbitmq"} {
		t.Run(kind, func(t *testing.T) {
			if kind == "rabbitmq" {
				needs.RabbitMQ(t)
			}
			u := startUp(t, kind)
			if out, _ := u.run(t, exitOK, "dlq"); out != "no dead letters in queue\n" {
				t.Errorf("got %q", out)
			}
			began := time.Now()
			u.poison(t, "1")
			first, second := u.place(t, "one"), u.place(t, "two")
			poll.Until(t, 20*time.Second, "both are given up", func() bool { return len(u.letters(t)) == 2 })
			for _, l := range u.letters(t) {
				if l.Queue != "payment" || l.Order != first && l.Order != second || l.Attempts != 5 || l.ID == "" ||
					!strings.Contains(l.Reason, "is poisoned") || l.Since.Before(began) || l.Since.After(time.Now()) {
					t.Errorf("dead letter %+v", l)
				}
			}
			table, _ := u.run(t, exitOK, "dlq")
			if !regexp.MustCompile(`(?m)^QUEUE +ORDER +ATTEMPTS +SINCE +REASON$`).MatchString(table) || strings.Count(table, "\n") != 3 || !strings.Contains(table, first) {
				t.Errorf("table:\n%s", table)
			}
			_, problem := u.run(t, exitUsage, "dlq", "replay", first, "ord_nobody")
			if !strings.Contains(problem, "ord_nobody") || len(u.letters(t)) != 2 {
				t.Errorf("%q, and %d letters are left", problem, len(u.letters(t)))
			}
			u.run(t, exitOK, "dlq", "replay", second)
			poll.Until(t, 20*time.Second, "what was put back too early is given up again", func() bool {
				all := u.letters(t)
				return len(all) == 2 && strings.Contains(all[1].ID, "replay") && all[1].Attempts == 5
			})
			u.poison(t, "0")
			u.run(t, exitOK, "dlq", "replay", first)
			poll.Until(t, 10*time.Second, "the first order is done", u.confirmed(t, first))
			u.run(t, exitOK, "dlq", "replay", "payment")
			poll.Until(t, 10*time.Second, "the second, too", u.confirmed(t, second))
			if left := u.letters(t); len(left) > 0 {
				t.Errorf("left: %+v", left)
			}
			_, problem = u.run(t, exitUsage, "dlq", "--pid", "1")
			if !strings.Contains(problem, "--pid: 1 is no faultline up; there is") {
				t.Errorf("got %q", problem)
			}
		})
	}
}
