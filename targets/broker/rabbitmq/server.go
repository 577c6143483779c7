package rabbitmq

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"

	"faultline/bench"
)

// A ServerConfig says where the broker keeps what it was given, its ports and its log. A broker that is started
// again with the same Dir has it all, on the same ports.
type ServerConfig struct {
	Dir string `json:"dir"`
}

// debianServer is the start script behind the wrapper in PATH, which would change the user.
const debianServer = "/usr/lib/rabbitmq/bin/rabbitmq-server"

// resendExpired has a retry queue send an expired message again when its queue has not confirmed it within 2 s. As
// shipped it waits 3 minutes, with at most 32 on their way: a broker that starts and sends before the queue is there
// would hold every retry back for as long.
const resendExpired = " -rabbit dead_letter_worker_publisher_confirm_timeout 2000"

// Serve turns this process into an installed rabbitmq-server on 127.0.0.1, user guest, password guest, vhost /.
// It returns only if that fails: the program is replaced, the process id stays, so that a signal to it is a
// signal to the broker's Erlang VM. What belongs to it (epmd, its helpers) dies with it.
//
// ready is called just before: the address is certain, but nobody listens there for another 4 to 11 s; see Await.
// Its standard output and error become Dir/server.log, and every other inherited file is closed.
//
// As configured it survives the death of the process, not a power cut: the same promise as that of the other brokers.
func Serve(cfg ServerConfig, ready func(bench.Addresses)) error {
	runtime.LockOSThread() // epmd's parent is this thread, and must be the one that lives on
	defer runtime.UnlockOSThread()
	script, err := findServer()
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return fmt.Errorf("finding %s: %w", cfg.Dir, err)
	}
	p, err := loadPorts(dir)
	if err != nil {
		return err
	}
	if err := writeConfig(dir, p); err != nil {
		return err
	}
	if err := startEpmd(p.Epmd); err != nil {
		return err
	}
	ready(bench.Addresses{Main: p.address(), Admin: p.address()})
	if err := redirectOutput(filepath.Join(dir, "server.log")); err != nil {
		return err
	}
	if err := syscall.Exec(script, []string{script}, environment(dir, p)); err != nil {
		return fmt.Errorf("running %s: %w", script, err)
	}
	return nil
}

// Installed says whether rabbitmq-server can be run here; its error names the remedy.
func Installed() error {
	_, err := findServer()
	return err
}

func findServer() (string, error) {
	for _, path := range []string{debianServer, "rabbitmq-server"} {
		if found, err := exec.LookPath(path); err == nil {
			return found, nil
		}
	}
	return "", fmt.Errorf("finding rabbitmq-server: not at %s and not in PATH; install it (Debian: apt-get install rabbitmq-server), "+
		"give the URL of a broker that runs, or use nats", debianServer)
}

func writeConfig(dir string, p ports) error {
	files := map[string]string{
		"rabbitmq.conf":   fmt.Sprintf("listeners.tcp.1 = %s\nheartbeat = %d\nlog.console = false\nlog.file.level = warning\n", p.address(), int(heartbeat.Seconds())),
		"enabled_plugins": "[].\n",
		"env.conf":        "",
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			return fmt.Errorf("configuring rabbitmq-server: %w", err)
		}
	}
	return nil
}

// environment leaves nothing to the machine's own configuration of RabbitMQ.
func environment(dir string, p ports) []string {
	in := func(name string) string { return filepath.Join(dir, name) }
	return []string{
		"PATH=" + os.Getenv("PATH"),
		"LANG=C.UTF-8",
		"HOME=" + dir, // for the cookie
		"ERL_EPMD_ADDRESS=127.0.0.1",
		"ERL_EPMD_PORT=" + strconv.Itoa(p.Epmd),
		fmt.Sprintf("RABBITMQ_NODENAME=faultline-%d@localhost", p.AMQP),
		"RABBITMQ_DIST_PORT=" + strconv.Itoa(p.Dist),
		"RABBITMQ_CONF_ENV_FILE=" + in("env.conf"),
		"RABBITMQ_CONFIG_FILE=" + in("rabbitmq.conf"),
		"RABBITMQ_ENABLED_PLUGINS_FILE=" + in("enabled_plugins"),
		"RABBITMQ_MNESIA_BASE=" + in("mnesia"),
		"RABBITMQ_LOG_BASE=" + in("log"),
		"RABBITMQ_PID_FILE=" + in("pid"),
		"RABBITMQ_ALLOW_INPUT=1", // makes the script exec the VM instead of waiting for it
		"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-noinput +sbwt none +sbwtdcpu none +sbwtdio none" +
			" -kernel inet_dist_use_interface {127,0,0,1}" + resendExpired,
	}
}

// redirectOutput gives the broker a log of its own and none of our files: a pipe that it kept open would never end
// for its reader.
func redirectOutput(path string) error {
	log, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("opening the broker's log: %w", err)
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		return fmt.Errorf("opening %s: %w", os.DevNull, err)
	}
	for to, from := range []*os.File{null, log, log} {
		if err := duplicate(int(from.Fd()), to); err != nil {
			return fmt.Errorf("redirecting the broker's output: %w", err)
		}
	}
	fds, err := os.ReadDir("/dev/fd")
	if err != nil {
		return fmt.Errorf("listing open files: %w", err)
	}
	for _, fd := range fds {
		if n, err := strconv.Atoi(fd.Name()); err == nil && n > 2 {
			syscall.CloseOnExec(n)
		}
	}
	return nil
}
