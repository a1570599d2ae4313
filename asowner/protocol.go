package asowner

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"syscall"

	"go.yaml.in/yaml/v4"

	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/pocketid/install"
)

// Argument, alone on the command line, runs Serve. That executes requests from standard
// input with the caller's privileges, so starting it manually gains nothing.
const Argument = "--as-owner"

// operation is the kind of a request, as errors name it.
type operation string

const (
	opBecome   operation = "become"
	opOpen     operation = "open"
	opResolve  operation = "find"
	opRemove   operation = "remove"
	opRename   operation = "rename"
	opGlob     operation = "list"
	opDiscover operation = "read"
)

// request is sent on the process's standard input, answer on its output, including
// every secret.
type request struct {
	Op       operation
	User     atomicfile.User // to become
	Path, To string
	Flags    int
	Mode     fs.FileMode
	How      atomicfile.Renaming
	Machine  install.Machine
	Known    bool // Path is the directory that was passed as a descriptor
	// Planned are the contents of the .env, as read by root, and of files to be written.
	Planned map[string]string
}

// answer is the result of a request. An open file follows over the socket.
type answer struct {
	Failed  bool
	Errno   syscall.Errno
	Text    string
	Path    string
	Paths   []string
	IDs     []int
	Install *install.Install
}

// send sends a request or an answer as YAML, which preserves invalid UTF-8, in a JSON
// string, which marks its end.
func send(to io.Writer, message any) error {
	data, err := yaml.Marshal(message)
	if err != nil {
		return err
	}
	return json.NewEncoder(to).Encode(data)
}

// receive is the counterpart of send.
func receive(from *json.Decoder, message any) error {
	var data []byte
	if err := from.Decode(&data); err != nil {
		return err
	}
	return yaml.Unmarshal(data, message)
}

// fail records an error.
func (a *answer) fail(err error) {
	if err == nil {
		return
	}
	a.Failed, a.Text = true, err.Error()
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		a.Text = path.Err.Error()
	}
	switch {
	case errors.As(err, &a.Errno):
	case errors.Is(err, fs.ErrExist):
		a.Errno = syscall.EEXIST
	case errors.Is(err, errors.ErrUnsupported):
		a.Errno = syscall.ENOSYS
	}
}

// err is the recorded error, as far as callers need it.
func (a answer) err(r request) error {
	if !a.Failed {
		return nil
	}
	failed := fs.PathError{Op: string(r.Op), Path: r.Path, Err: errors.New(a.Text)}
	if a.Errno != 0 {
		failed.Err = a.Errno
	}
	return &failed
}
