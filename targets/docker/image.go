package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
)

// imageName is the repository of this program's images; their tags are the beginning of the program's hash.
const imageName = "faultline"

// nobody is the user in our containers, and stateDir what it may write.
const (
	nobody   = 65532
	stateDir = "/state"
)

var dockerfile = fmt.Sprintf(`FROM scratch
COPY --chown=%[1]d:%[1]d state %[2]s
COPY faultline /faultline
USER %[1]d:%[1]d
ENTRYPOINT ["/faultline"]
`, nobody, stateDir)

// ensureImage builds the image of this very program, unless the engine has it.
func (e *Engine) ensureImage(ctx context.Context) error {
	path, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program to put it into an image: %w", err)
	}
	if err := Static(path); err != nil {
		return err
	}
	program, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading this program to put it into an image: %w", err)
	}
	sum := sha256.Sum256(program)
	tag := hex.EncodeToString(sum[:8])
	e.image = imageName + ":" + tag
	_, err = e.client.ImageInspect(ctx, e.image)
	if !errdefs.IsNotFound(err) {
		return err
	}
	build, err := buildContext(program)
	if err != nil {
		return fmt.Errorf("packing this program: %w", err)
	}
	built, err := e.client.ImageBuild(ctx, build, client.ImageBuildOptions{Tags: []string{e.image}, Labels: map[string]string{labelImage: tag},
		Remove: true, ForceRemove: true})
	if err != nil {
		return fmt.Errorf("building the image of this program: %w", err)
	}
	defer built.Body.Close()
	if err := awaitBuild(built.Body); err != nil {
		return fmt.Errorf("building the image of this program: %w", err)
	}
	return nil
}

// awaitBuild reads what the engine says while it builds, to the end.
func awaitBuild(said io.Reader) error {
	for in := json.NewDecoder(said); ; {
		var message struct{ Error string }
		switch err := in.Decode(&message); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case message.Error != "":
			return errors.New(message.Error)
		}
	}
}

// Static says whether a program runs in an empty image: a Linux one that needs no library. Its error says how to build it so.
func Static(path string) error {
	const remedy = "build it with CGO_ENABLED=0 GOOS=linux, as make build does on Linux"
	f, err := elf.Open(path)
	if err != nil {
		return errors.New("the docker runtime puts this program into an empty image, and it is not a Linux program: " + remedy + ", and run that on Linux")
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return errors.New("the docker runtime puts this program into an empty image, and it needs shared libraries: " + remedy)
		}
	}
	return nil
}

// buildContext is what the image is built from.
func buildContext(program []byte) (*bytes.Reader, error) {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for _, f := range []struct {
		name    string
		mode    int64
		content []byte
	}{{"Dockerfile", 0o644, []byte(dockerfile)}, {"state/", 0o755, nil}, {"faultline", 0o755, program}} {
		if err := w.WriteHeader(&tar.Header{Name: f.name, Mode: f.mode, Size: int64(len(f.content))}); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.content); err != nil {
			return nil, err
		}
	}
	return bytes.NewReader(archive.Bytes()), w.Close()
}
