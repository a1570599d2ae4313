//go:build !linux

package atomicfile

func renameNew(from, to string) error { return renameChecked(from, to) }

func (f realFile) dropACL() error { return nil }

// attributes are copied on Linux only.
func (f realFile) attributes() (map[string][]byte, error)       { return nil, nil }
func (f realFile) setAttribute(name string, value []byte) error { return nil }
