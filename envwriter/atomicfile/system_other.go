//go:build !linux

package atomicfile

import "errors"

func renameat2(dir int, from, to string, how Renaming) error { return errors.ErrUnsupported }

func (f realFile) dropACL() error { return nil }

// attributes are only copied on Linux.
func (f realFile) attributes() (map[string][]byte, error)       { return nil, nil }
func (f realFile) setAttribute(name string, value []byte) error { return nil }
