package docker_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"faultline/bench"
	"faultline/internal/lab"
	"faultline/targets/docker"
	"faultline/targets/process"
)

// holderEnv makes the test binary a program that starts containers, says which run they are, and waits to be killed.
const holderEnv = "FAULTLINE_DOCKER_TEST_HOLDER"

func TestMain(m *testing.M) {
	roles := lab.Roles()
	roles[docker.RoleDrive], roles["notes"], roles["victim"] = drive, notes, victim
	process.Main(roles)
	if os.Getenv(holderEnv) != "" {
		hold()
	}
	os.Exit(m.Run())
}

// notes is a service that remembers durably what it was told, and passes on what another was told.
func notes(ctx context.Context, s process.Spec, listening func(bench.Addresses)) error {
	file := filepath.Join(s.Dir, "notes")
	mux := http.NewServeMux()
	mux.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err == nil {
			err = os.WriteFile(file, text, 0o600)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		text, _ := os.ReadFile(file)
		w.Write(text)
	})
	mux.HandleFunc("GET /other", func(w http.ResponseWriter, r *http.Request) {
		text, err := get(s.Dials["other"])
		fmt.Fprintf(w, "%s%v", text, err)
	})
	mux.HandleFunc("POST /die", func(http.ResponseWriter, *http.Request) {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		os.Exit(137)
	})
	fmt.Fprintln(os.Stderr, "a life of", s.Name)
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", s.Listen.Main)
	if err != nil {
		return err
	}
	listening(s.Listen)
	return http.Serve(l, mux)
}

// hold starts a container that runs and one that is paused, says so, and waits.
func hold() {
	ctx := context.Background()
	e, err := docker.Open(ctx)
	if err == nil {
		var r *docker.Runtime
		if r, err = docker.New(ctx, e, "", ""); err == nil {
			_, err = r.Start(ctx, bench.Service{Name: "runs", Role: "notes"})
		}
		if err == nil {
			var i bench.Instance
			if i, err = r.Start(ctx, bench.Service{Name: "paused", Role: "notes"}); err == nil {
				err = i.Signal(ctx, bench.SignalHang)
			}
		}
		if err == nil {
			fmt.Println(r.Run, r.Dir())
			select {}
		}
	}
	fmt.Println("failed:", err)
	os.Exit(1)
}

// A holder is a program with two containers.
type holder struct {
	cmd      *exec.Cmd
	run, dir string
}

func startHolder(t *testing.T) holder {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), holderEnv+"=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, _ := bufio.NewReader(out).ReadString('\n')
	run, dir, ok := strings.Cut(strings.TrimSpace(line), " ")
	if !ok || run == "failed:" {
		t.Fatalf("the program said %q", line)
	}
	return holder{cmd, run, dir}
}

// engine is a connection to the one that Open has found.
func engine(t *testing.T) *client.Client {
	t.Helper()
	c, err := client.New(client.FromEnv)
	must(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

// left lists what the engine has of a run.
func left(t *testing.T, c *client.Client, run string) (names []string) {
	t.Helper()
	all := client.Filters{}.Add("label", docker.LabelRun+"="+run)
	containers, err := c.ContainerList(context.Background(), client.ContainerListOptions{All: true, Filters: all})
	must(t, err)
	for _, found := range containers.Items {
		names = append(names, strings.Join(found.Names, "")+" "+string(found.State))
	}
	networks, err := c.NetworkList(context.Background(), client.NetworkListOptions{Filters: all})
	must(t, err)
	for _, found := range networks.Items {
		names = append(names, "network "+found.Name)
	}
	volumes, err := c.VolumeList(context.Background(), client.VolumeListOptions{Filters: all})
	must(t, err)
	for _, found := range volumes.Items {
		names = append(names, "volume "+found.Name)
	}
	return names
}

// errSilent says that nobody answered in time.
var errSilent = errors.New("silent")

// get asks a service what it was told.
func get(address string) (string, error) {
	client := http.Client{Timeout: 500 * time.Millisecond, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get("http://" + address)
	if os.IsTimeout(err) {
		return "", errSilent
	}
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return string(text), err
}

func tell(address, text string) error {
	resp, err := http.Post("http://"+address, "text/plain", strings.NewReader(text))
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
