package install

import "slices"

// Planned is a file system on which some files have other contents, or are there
// although they are not: what would be if they were written.
type Planned struct {
	Files
	Contents map[string][]byte
}

// Read reads a file as it would be.
func (p Planned) Read(path string) ([]byte, error) {
	if data, ok := p.Contents[path]; ok {
		return data, nil
	}
	return p.Files.Read(path)
}

// Glob also finds a planned file that is asked for by its name.
func (p Planned) Glob(pattern string) ([]string, error) {
	found, err := p.Files.Glob(pattern)
	if _, ok := p.Contents[pattern]; ok && !slices.Contains(found, pattern) {
		found = append(found, pattern)
	}
	return found, err
}
