package docker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"faultline/targets/process"
)

// RoleDrive is the role of a container that drives load where the engine is. It finds its job at JobFile, works in JobDir, which holds
// what the run's directory held, and tells of its progress by lines on standard output.
const RoleDrive = "docker-drive"

// Where the driver's container has its files.
const (
	JobFile = stateDir + "/job.json"
	JobDir  = stateDir + "/run"
	jobTemp = stateDir + "/tmp"
)

// What a driver has in its environment: who asked for it, as the labels of all that it makes.
const (
	driverEnv = "FAULTLINE_DRIVER"
	ownerEnv  = "FAULTLINE_OWNER"
)

// driverShares are those of the processor that a driver has against other containers' 1024 where they want more than there is: that of
// a niceness of 10 between them.
const driverShares = 9 * 1024

// driverLog is the file in the run's directory with what the driver said on standard error.
const driverLog = "driver.log"

// socket is where the engine listens on its own machine.
const socket = "/var/run/docker.sock"

// Drive has a container on the engine's machine carry out a job, with dir as the directory of the run: what it holds is there before, and
// what the driver makes of it is in dir afterwards, also if ctx ended meanwhile. Each line that the driver says is given to tell.
func (e *Engine) Drive(ctx context.Context, job []byte, dir string, tell func(line []byte)) (err error) {
	d := driver{engine: e, run: newRun(), dir: dir}
	sweep, err := sweepSpec(e.host, d.run)
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "faultline-")
	if err != nil {
		return fmt.Errorf("making a directory for the driver: %w", err)
	}
	reaper, err := process.StartReaper(temp)
	if err != nil {
		return errors.Join(err, os.RemoveAll(temp))
	}
	defer func() { err = errors.Join(err, d.close(reaper), os.RemoveAll(temp)) }()
	if err := reaper.After(sweep); err != nil {
		return err
	}
	if err := d.start(ctx, job); err != nil {
		return fmt.Errorf("starting the driver on the engine's machine: %w", oneLine(err))
	}
	ran := d.wait(ctx, tell)
	return errors.Join(ran, d.fetch())
}

// close removes the driver, with all that it has made.
func (d *driver) close(reaper *process.Reaper) error {
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	err := sweepRun(ctx, d.engine.client, d.run)
	if err == nil {
		reaper.Relax() // else it tries once more
	}
	reaper.Close()
	return err
}

// A driver is the container of one job.
type driver struct {
	engine   *Engine
	run, dir string
	id       string
	said     client.ContainerAttachResult
}

// start makes the container, gives it its files, and starts it.
func (d *driver) start(ctx context.Context, job []byte) error {
	environment, err := process.Environment(process.Spec{Name: RoleDrive, Role: RoleDrive, Dir: stateDir})
	if err != nil {
		return err
	}
	c := d.engine.client
	made, err := c.ContainerCreate(context.WithoutCancel(ctx), client.ContainerCreateOptions{
		Name: "faultline-" + d.run + "-driver",
		Config: &container.Config{Image: d.engine.image, User: "0:0", // the engine's socket is root's
			Env:    append(append([]string{"GOMAXPROCS=", "GOGC="}, environment...), "TMPDIR="+jobTemp, driverEnv+"="+d.run, ownerEnv+"="+self().String()),
			Labels: map[string]string{LabelRun: d.run, labelName: "driver", labelOwner: self().String()}},
		HostConfig: &container.HostConfig{NetworkMode: "host", // from where containers are reached at their own addresses
			Binds: []string{socket + ":" + socket}, CapDrop: []string{"ALL"}, SecurityOpt: []string{"no-new-privileges"},
			Resources: container.Resources{CPUShares: driverShares}},
	})
	if err != nil {
		return err
	}
	d.id = made.ID
	files, err := d.files(job)
	if err != nil {
		return err
	}
	if _, err := c.CopyToContainer(ctx, d.id, client.CopyToContainerOptions{DestinationPath: stateDir, Content: files}); err != nil {
		return err
	}
	if d.said, err = c.ContainerAttach(ctx, d.id, client.ContainerAttachOptions{Stream: true, Stdout: true, Stderr: true}); err != nil {
		return err
	}
	_, err = c.ContainerStart(ctx, d.id, client.ContainerStartOptions{})
	return err
}

// wait passes on what the driver says until it has ended; when ctx ends it is told to finish.
func (d *driver) wait(ctx context.Context, tell func(line []byte)) error {
	c := d.engine.client
	defer d.said.Close()
	end := c.ContainerWait(context.WithoutCancel(ctx), d.id, client.ContainerWaitOptions{Condition: container.WaitConditionNotRunning})
	defer context.AfterFunc(ctx, func() {
		stopping, cancel := context.WithTimeout(context.Background(), closeLimit)
		defer cancel()
		grace := int(closeLimit.Seconds())
		_, _ = c.ContainerStop(stopping, d.id, client.ContainerStopOptions{Timeout: &grace}) // else it is removed as it is
	})()
	log, err := os.Create(filepath.Join(d.dir, driverLog))
	if err != nil {
		return fmt.Errorf("making the driver's log: %w", err)
	}
	defer log.Close()
	last := &lastLine{to: log}
	lines, out := io.Pipe()
	told := make(chan struct{})
	go func() {
		defer close(told)
		for in := bufio.NewScanner(lines); in.Scan(); {
			tell(in.Bytes())
		}
		_, _ = io.Copy(io.Discard, lines) // of a line that was too long
	}()
	_, err = stdcopy.StdCopy(out, last, d.said.Reader)
	out.Close()
	<-told
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("listening to the driver on the engine's machine: %w", err)
	}
	select {
	case result := <-end.Result:
		if result.StatusCode != 0 {
			return fmt.Errorf("the driver on the engine's machine ended with %d: %s", result.StatusCode, last.text)
		}
		return nil
	case err := <-end.Error:
		return fmt.Errorf("waiting for the driver on the engine's machine: %w", err)
	case <-time.After(closeLimit):
		return errors.New("the driver on the engine's machine says nothing more, and does not end")
	}
}

// A lastLine passes on what is written, and remembers the last line of it.
type lastLine struct {
	to   io.Writer
	text string
}

// Write takes what ends in p for the end of a line: a program writes its errors whole.
func (l *lastLine) Write(p []byte) (int, error) {
	if lines := strings.Split(strings.TrimSpace(string(p)), "\n"); lines[0] != "" {
		l.text = lines[len(lines)-1]
	}
	return l.to.Write(p)
}
