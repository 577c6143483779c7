package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/moby/moby/client"
)

// files are what the driver finds: its job, a place for temporary files, and what the run's directory holds.
func (d *driver) files(job []byte) (io.Reader, error) {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	inside := func(path string) string { return strings.TrimPrefix(path, stateDir+"/") }
	err := errors.Join(
		w.WriteHeader(&tar.Header{Name: inside(jobTemp) + "/", Typeflag: tar.TypeDir, Mode: 0o700}),
		w.WriteHeader(&tar.Header{Name: inside(JobFile), Typeflag: tar.TypeReg, Mode: 0o600, Size: int64(len(job))}))
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(job); err != nil {
		return nil, err
	}
	err = filepath.WalkDir(d.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		below, err := filepath.Rel(d.dir, path)
		if err != nil {
			return err
		}
		name := inside(JobDir) + "/" + filepath.ToSlash(below)
		if entry.IsDir() {
			return w.WriteHeader(&tar.Header{Name: name + "/", Typeflag: tar.TypeDir, Mode: 0o755})
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(content))}); err != nil {
			return err
		}
		_, err = w.Write(content)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("packing the run's directory: %w", err)
	}
	return &archive, w.Close()
}

// fetch copies the facts into the run's directory.
func (d *driver) fetch() error {
	ctx, cancel := context.WithTimeout(context.Background(), fetchLimit)
	defer cancel()
	copied, err := d.engine.client.CopyFromContainer(ctx, d.id, client.CopyFromContainerOptions{SourcePath: JobDir + "/."})
	if err != nil {
		return fmt.Errorf("fetching the facts from the engine's machine: %w", oneLine(err))
	}
	defer copied.Content.Close()
	if err := unpack(copied.Content, d.dir); err != nil {
		return fmt.Errorf("fetching the facts from the engine's machine: %w", err)
	}
	return nil
}

// fetchLimit is how long fetching the facts may take: a minute of load is some megabytes.
const fetchLimit = 10 * time.Minute

// unpack writes the files of an archive below a directory, and nothing outside it.
func unpack(archive io.Reader, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for in := tar.NewReader(archive); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := filepath.Clean(filepath.FromSlash(h.Name))
		switch h.Typeflag {
		case tar.TypeDir:
			err = root.MkdirAll(name, 0o755)
		case tar.TypeReg:
			err = unpackFile(root, name, in)
		}
		if err != nil {
			return err
		}
	}
}

func unpackFile(root *os.Root, name string, content io.Reader) error {
	file, err := root.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Close())
}
