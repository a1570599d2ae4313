package install

import (
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"
	"go.yaml.in/yaml/v4"

	"smtp-wizard/internal/lazy"
)

// scanned is what compose's loader will open, read beforehand within bounds: it
// has none of its own, and does not tell which file sets a value.
type scanned struct {
	files  []*composeFile
	dirs   []string // that relative paths may begin at
	visits int
	size   int
}

// composeFile is one file of a project, and the variables for its ${VARIABLES}.
type composeFile struct {
	path string
	data []byte
	root *yaml.Node
	vars environment
}

// services are those that a file defines.
func (c *composeFile) services() iter.Seq2[string, *yaml.Node] {
	return entries(child(c.root, "services"))
}

// The bounds of a project.
const (
	maxComposeFiles  = 60
	maxComposeBytes  = 4 << 20
	maxComposeVisits = 1000 // of files that are included more than once
	maxReferences    = 5000 // ${...} in one file
	maxInALine       = 200
	maxNodes         = 200000
)

var errTooMany = fmt.Errorf("it comes to more than %d files or %d MiB", maxComposeFiles, maxComposeBytes>>20)

// scan reads the config files and all that they include or extend.
func (f *finder) scan(p *Project) (s scanned, err error) {
	for _, file := range p.Files {
		if s.file(file) == nil && err == nil {
			err = f.scanFile(&s, file, p.Dir, p.vars, []string{})
		}
	}
	return s, err
}

// file is one that was read; nil when it was not.
func (s scanned) file(path string) *composeFile {
	for _, c := range s.files {
		if c.path == path {
			return c
		}
	}
	return nil
}

// scanFile reads one compose file and what it includes and extends. dir is what
// its includes are relative to, above are the files that include it. Of a file
// that is extended, for which above is nil, nothing is included, and a cycle is
// the loader's to name.
func (f *finder) scanFile(s *scanned, file, dir string, vars environment, above []string) error {
	if slices.Contains(above, file) {
		return fmt.Errorf("an include leads back to itself: %s", strings.Join(append(above, file), " includes "))
	}
	s.dirs = append(s.dirs, dir, filepath.Dir(file))
	c := s.file(file)
	if s.visits++; s.visits > maxComposeVisits {
		return errTooMany
	}
	if c != nil && above == nil {
		return nil
	}
	if c == nil {
		var err error
		if c, err = f.scanContent(s, file); err != nil {
			return err
		}
	}
	c.vars = vars
	for _, service := range c.services() {
		if other := child(child(service, "extends"), "file"); other != nil {
			path := join(filepath.Dir(file), fill(other.Value, vars))
			if err := f.scanFile(s, path, filepath.Dir(path), vars, nil); err != nil {
				return err
			}
		}
	}
	include := child(c.root, "include")
	if include == nil || above == nil {
		return nil
	}
	for _, entry := range include.Content {
		if err := f.scanInclude(s, resolve(entry), dir, vars, append(above, file)); err != nil {
			return err
		}
	}
	return nil
}

// scanContent reads and parses one file.
func (f *finder) scanContent(s *scanned, file string) (*composeFile, error) {
	data, err := f.Files.Read(file)
	if err != nil {
		return nil, err
	}
	if s.size += len(data); s.size > maxComposeBytes || len(s.files) >= maxComposeFiles {
		return nil, errTooMany
	}
	all := 0
	for line := range strings.Lines(string(data)) {
		n := strings.Count(line, "${")
		if all += n; n > maxInALine || all > maxReferences {
			return nil, fmt.Errorf("%s has more than %d ${...} in a line, or %d in all", file, maxInALine, maxReferences)
		}
	}
	root, err := parseYAML(data)
	if err != nil { // what it quotes may be a password
		return nil, fmt.Errorf("%s: %s", file, quotedText.ReplaceAllString(err.Error(), "***"))
	}
	if aliasBomb(root) {
		return nil, fmt.Errorf("%s: its anchors come to more than %d nodes", file, maxNodes)
	}
	c := &composeFile{path: file, data: data, root: root}
	s.files = append(s.files, c)
	return c, nil
}

func parseYAML(data []byte) (root *yaml.Node, err error) {
	defer func() {
		if recover() != nil {
			root, err = nil, errors.New("it is not readable YAML")
		}
	}()
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		return nil, err
	}
	if len(document.Content) == 0 {
		return &document, nil
	}
	return document.Content[0], nil
}

// aliasBomb reports whether aliases multiply the nodes of a file beyond bounds, or
// lead back to themselves.
func aliasBomb(root *yaml.Node) bool {
	sizes := map[*yaml.Node]int{nil: 0}
	var size func(n *yaml.Node) int
	size = func(n *yaml.Node) int {
		if known, ok := sizes[n]; ok {
			return known
		}
		sizes[n] = maxNodes + 1 // for one that is part of itself
		total := 1 + size(n.Alias)
		for _, c := range n.Content {
			total = min(total+size(c), maxNodes+1)
		}
		sizes[n] = total
		return total
	}
	return size(root) > maxNodes
}

// scanInclude follows one entry of include:, with the variables that its files get.
func (f *finder) scanInclude(s *scanned, entry *yaml.Node, dir string, vars environment, above []string) error {
	paths, envFiles, projectDir := []string{entry.Value}, []string(nil), ""
	if entry.Kind == yaml.MappingNode {
		paths, envFiles = texts(child(entry, "path")), texts(child(entry, "env_file"))
		if named := child(entry, "project_directory"); named != nil {
			projectDir = join(dir, fill(named.Value, vars))
		}
	}
	if len(paths) == 0 {
		return nil
	}
	if projectDir == "" {
		projectDir = filepath.Dir(join(dir, fill(paths[0], vars)))
	}
	byDefault := len(envFiles) == 0
	if byDefault {
		envFiles = []string{filepath.Join(projectDir, ".env")}
	}
	for i, name := range envFiles {
		envFiles[i] = join(dir, fill(name, vars))
	}
	inner, err := f.fileVariables(vars, envFiles, byDefault)
	if err != nil {
		return err
	}
	for _, path := range paths {
		if err := f.scanFile(s, join(dir, fill(path, vars)), projectDir, inner, above); err != nil {
			return err
		}
	}
	return nil
}

// fileVariables adds to variables those of files, as compose-go's GetEnvFromFile
// does: what there is before wins, and of the files the last one.
func (f *finder) fileVariables(before environment, files []string, optional bool) (environment, error) {
	vars := before.clone()
	for _, file := range files {
		if file == "/dev/null" {
			continue
		}
		layer, err := f.readLayer(EnvFile{Path: file, Reader: "compose"}, vars)
		if err != nil && !(optional && missing(err)) {
			return vars, err
		}
		for key, all := range layer {
			if _, set := before.get(key); !set {
				vars.set(key, all[0])
			}
		}
	}
	return vars, nil
}

// seen reports whether the loader's path is a file that was looked at.
func (s scanned) seen(f *finder, path string) bool {
	inside := func(dir string) bool { return s.file(join(dir, path)) != nil }
	return s.file(f.logical(path)) != nil || slices.ContainsFunc(s.dirs, inside)
}

// fill puts variables into a text as compose does.
func fill(text string, vars environment) string {
	out, err := template.Substitute(text, vars.lookup)
	if err != nil {
		return text
	}
	return out
}

// entries are the keys and values of a mapping.
func entries(n *yaml.Node) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		if n = resolve(n); n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i].Value, resolve(n.Content[i+1])) {
				return
			}
		}
	}
}

// child is the value of a key of a mapping, aliases and merge keys followed.
func child(n *yaml.Node, key string) *yaml.Node { return childWithin(n, key, 0) }

func childWithin(n *yaml.Node, key string, depth int) *yaml.Node {
	const deepest = 20
	if depth > deepest {
		return nil
	}
	var merged []*yaml.Node
	for name, value := range entries(n) {
		switch {
		case name == key:
			return value
		case name == "<<" && value.Kind == yaml.SequenceNode:
			merged = append(merged, value.Content...)
		case name == "<<":
			merged = append(merged, value)
		}
	}
	for _, source := range merged {
		if found := childWithin(source, key, depth+1); found != nil {
			return found
		}
	}
	return nil
}

// resolve follows an alias.
func resolve(n *yaml.Node) *yaml.Node {
	for i := 0; n != nil && n.Kind == yaml.AliasNode && i < 20; i++ {
		n = n.Alias
	}
	return n
}

// texts are the scalars of a list, or the one scalar.
func texts(n *yaml.Node) []string {
	if n == nil {
		return nil
	}
	if n.Kind == yaml.ScalarNode {
		return []string{n.Value}
	}
	var out []string
	for _, c := range n.Content {
		out = append(out, resolve(c).Value)
	}
	return out
}

var quotedText = lazy.Compile("\"[^\"]*\"|'[^']*'|`[^`]*`")

// clean takes values out of the loader's words: it quotes what it cannot use, and
// that may be a password. Names of services, files and variables may stay.
func (s scanned) clean(text string) string {
	public := map[string]bool{}
	var secrets []string
	for _, c := range s.files {
		for _, name := range references(string(c.data)) {
			public[name] = strings.ToUpper(name) == name
		}
		for name, service := range c.services() {
			public[name] = true
			secrets = append(secrets, secretTexts(child(service, "environment"))...)
		}
	}
	text = quotedText.ReplaceAllStringFunc(text, func(quoted string) string {
		if inner := quoted[1 : len(quoted)-1]; public[inner] || strings.HasPrefix(inner, "/") {
			return quoted
		}
		return "***"
	})
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	for _, secret := range secrets {
		text = strings.ReplaceAll(text, secret, "***")
	}
	text = strings.Join(strings.Fields(text), " ")
	const most = 500
	if len(text) > most {
		text = text[:most] + "…"
	}
	return text
}

// secretTexts are the values below environment: that are no number and no switch.
func secretTexts(env *yaml.Node) (out []string) {
	add := func(text string) {
		if len(text) >= 4 && strings.Trim(text, "0123456789.") != "" && text != "true" && text != "false" {
			out = append(out, text)
		}
	}
	for _, value := range entries(env) {
		add(value.Value)
	}
	if env != nil && env.Kind == yaml.SequenceNode {
		for _, entry := range texts(env) {
			_, value, _ := strings.Cut(entry, "=")
			add(value)
		}
	}
	return out
}
