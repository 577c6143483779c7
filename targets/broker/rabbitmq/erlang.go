package rabbitmq

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// erlang has the node of the broker in a directory evaluate an expression, and returns what it says. erl_call comes with the
// Erlang that rabbitmq-server runs on, and takes 20 ms where rabbitmqctl takes a second: it is a program in C.
func erlang(ctx context.Context, dir, expression string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	p, err := loadPorts(dir)
	if err != nil {
		return "", err
	}
	program, err := exec.LookPath("erl_call")
	if err != nil {
		return "", fmt.Errorf("finding erl_call: %w; install Erlang whole (Debian: apt-get install erlang-base)", err)
	}
	cmd := exec.CommandContext(ctx, program, "-address", "127.0.0.1:"+strconv.Itoa(p.Dist), "-r", "-timeout", "5", "-e")
	cmd.Env = []string{"HOME=" + dir} // for the cookie
	cmd.Stdin = strings.NewReader(expression + ".\n")
	out, err := cmd.CombinedOutput()
	answer := strings.TrimSpace(string(out))
	if err != nil {
		return "", fmt.Errorf("commanding the broker: %w: %s", err, answer)
	}
	value, ok := strings.CutPrefix(answer, "{ok, ")
	if !ok {
		return "", fmt.Errorf("commanding the broker: it says %s", answer)
	}
	return strings.TrimSuffix(value, "}"), nil
}
