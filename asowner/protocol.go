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

// Argument, alone on the command line, makes the program the process with another
// user's rights. It does what standard input asks, and only with the rights that it
// has: who starts it by himself gains nothing.
const Argument = "--as-owner"

// operation is what is asked, as errors name it.
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

// request is what the process is asked to do. Requests and answers go over its
// standard input and output, and so does every secret.
type request struct {
	Op       operation
	User     atomicfile.User // to become
	Path, To string
	Flags    int
	Mode     fs.FileMode
	How      atomicfile.Renaming
	Machine  install.Machine
	Known    bool // Path is the directory that is handed over
	// Planned are contents of files: of the .env, which root has read, and of what is
	// to be written.
	Planned map[string]string
}

// answer is what became of it. An open file follows over the socket.
type answer struct {
	Failed  bool
	Errno   syscall.Errno
	Text    string
	Path    string
	Paths   []string
	IDs     []int
	Install *install.Install
}

// send sends a request or an answer. It is YAML, which keeps what is no UTF-8, in a
// string of JSON, which has an end.
func send(to io.Writer, message any) error {
	data, err := yaml.Marshal(message)
	if err != nil {
		return err
	}
	return json.NewEncoder(to).Encode(data)
}

// receive takes what send sent.
func receive(from *json.Decoder, message any) error {
	var data []byte
	if err := from.Decode(&data); err != nil {
		return err
	}
	return yaml.Unmarshal(data, message)
}

// fail notes an error.
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

// err is the error as it was, as far as anybody asks.
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
