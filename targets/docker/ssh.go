package docker

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
)

// sshDialer connects to the engine of another machine as the docker command does: by ssh, whose configuration it obeys, and the docker
// command there. It never asks for a password.
func sshDialer(u *url.URL) func(context.Context, string, string) (net.Conn, error) {
	arguments := []string{"-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=5"}
	if name := u.User.Username(); name != "" {
		arguments = append(arguments, "-l", name)
	}
	if port := u.Port(); port != "" {
		arguments = append(arguments, "-p", port)
	}
	arguments = append(arguments, "--", u.Hostname(), "docker", "system", "dial-stdio")
	return func(context.Context, string, string) (net.Conn, error) { return dialCommand("ssh", arguments...) }
}

// A commandConn is a connection to the standard input and output of a command.
type commandConn struct {
	net.Conn
	cmd  *exec.Cmd
	mu   sync.Mutex
	said bytes.Buffer // on standard error
}

func dialCommand(name string, arguments ...string) (net.Conn, error) {
	ends, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, fmt.Errorf("making the pipe to %s: %w", name, err)
	}
	for _, end := range ends {
		syscall.CloseOnExec(end)
	}
	ours, theirs := os.NewFile(uintptr(ends[0]), name), os.NewFile(uintptr(ends[1]), name)
	defer theirs.Close()
	defer ours.Close()
	conn, err := net.FileConn(ours) // of a copy
	if err != nil {
		return nil, fmt.Errorf("making the pipe to %s: %w", name, err)
	}
	c := &commandConn{Conn: conn, cmd: exec.Command(name, arguments...)}
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = theirs, theirs, (*commandSays)(c)
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for us: what it ends must still be cleaned up
	if err := c.cmd.Start(); err != nil {
		conn.Close()
		return nil, err
	}
	go func() { _ = c.cmd.Wait() }() // it ends when the connection does
	return c, nil
}

// Read says what the command said, if it ended the connection.
func (c *commandConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if text := strings.TrimSpace(c.said.String()); err != nil && text != "" {
		err = fmt.Errorf("%w: %s says: %s", err, c.cmd.Args[0], text)
	}
	return n, err
}

// A commandSays takes what a command says on standard error.
type commandSays commandConn

// mostSaid bounds what is kept of it.
const mostSaid = 4 << 10

// Write keeps the beginning, where the reason is.
func (s *commandSays) Write(p []byte) (int, error) {
	c := (*commandConn)(s)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said.Write(p[:min(len(p), mostSaid-c.said.Len())])
	return len(p), nil
}
