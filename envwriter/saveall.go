package envwriter

import "fmt"

// A FileToSave is one of several files that belong together.
type FileToSave struct {
	Path    string
	Bytes   []byte
	Options SaveOptions
}

// SecretFile is a file that holds one value and nothing else, no line end either:
// what KEY_FILE variables point to. It is made at 0600 and belongs to its reader.
func SecretFile(path, value string, opt SaveOptions) FileToSave {
	return FileToSave{Path: path, Bytes: []byte(value), Options: opt}
}

// A SetError says how far saving several files came.
type SetError struct {
	Saved    []Saved  // those that are done
	Failed   Saved    // the one that failed; Failed.Changed tells whether it is the new one
	NotTried []string // paths
	Err      error    // a *FileError
}

func (e *SetError) Error() string {
	done := "nothing was changed"
	var changed []string
	for _, s := range e.Saved {
		if s.Changed {
			changed = append(changed, s.Path)
		}
	}
	if len(changed) > 0 {
		done = names(changed) + " saved"
	}
	if len(e.NotTried) > 0 {
		done += fmt.Sprintf(", %s not tried", names(e.NotTried))
	}
	return fmt.Sprintf("%v (%s)", e.Err, done)
}

func (e *SetError) Unwrap() error { return e.Err }

// SaveAll saves files one after another and stops at the first that fails, with
// a *SetError. What others refer to belongs first: a secret file before the .env
// that names it.
func SaveAll(files []FileToSave) ([]Saved, error) {
	var done []Saved
	for i, f := range files {
		saved, err := Save(f.Path, f.Bytes, f.Options)
		if err != nil {
			e := &SetError{Saved: done, Failed: saved, Err: err}
			for _, rest := range files[i+1:] {
				e.NotTried = append(e.NotTried, rest.Path)
			}
			return done, e
		}
		done = append(done, saved)
	}
	return done, nil
}
