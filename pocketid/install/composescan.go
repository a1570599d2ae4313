package install

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"
	"go.yaml.in/yaml/v4"
)

// scanned is what compose's loader will open, read beforehand within bounds: it
// has none of its own, and does not tell which file sets a value.
type scanned struct {
	content map[string][]byte
	roots   map[string]*yaml.Node
	dirs    []string // that relative paths may begin at
	order   []string
	vars    map[string]environment // for ${VARIABLES} of a file
	size    int
}

// The bounds of a project.
const (
	maxComposeFiles = 60
	maxComposeBytes = 4 << 20
	maxReferences   = 5000 // ${...} in one file
	maxInALine      = 200
	maxNodes        = 200000
)

var (
	errTooMany = fmt.Errorf("it comes to more than %d files or %d MiB", maxComposeFiles, maxComposeBytes>>20)
	errCycle   = errors.New("an include leads back to itself")
	openBrace  = regexp.MustCompile(`\$\{`)
)

// scan reads the config files and all that they include or extend.
func (f *finder) scan(p *Project) (scanned, error) {
	s := scanned{content: map[string][]byte{}, roots: map[string]*yaml.Node{}, vars: map[string]environment{}}
	for _, file := range p.Files {
		if err := f.scanFile(&s, file, p.Dir, p.vars, []string{}); err != nil {
			return s, err
		}
	}
	return s, nil
}

// scanFile reads one compose file. dir is what its includes are relative to.
func (f *finder) scanFile(s *scanned, file, dir string, vars environment, above []string) error {
	if slices.Contains(above, file) {
		return fmt.Errorf("%w: %s", errCycle, strings.Join(append(above, file), " includes "))
	}
	if s.dirs = append(s.dirs, dir, filepath.Dir(file)); s.content[file] != nil && len(above) == 0 {
		return nil
	}
	if s.content[file] == nil {
		if err := f.scanContent(s, file); err != nil {
			return err
		}
	}
	s.vars[file] = vars
	root := s.roots[file]
	for _, extends := range s.extended(root, vars) {
		if err := f.scanExtended(s, join(filepath.Dir(file), extends), vars, 0); err != nil {
			return err
		}
	}
	include := child(root, "include")
	if include == nil {
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
func (f *finder) scanContent(s *scanned, file string) error {
	data, err := f.Files.Read(file)
	if err != nil {
		return err
	}
	if s.size += len(data); s.size > maxComposeBytes || len(s.content) >= maxComposeFiles {
		return errTooMany
	}
	if len(openBrace.FindAllIndex(data, maxReferences+1)) > maxReferences {
		return fmt.Errorf("%s has more than %d ${...}", file, maxReferences)
	}
	for line := range strings.Lines(string(data)) {
		if len(openBrace.FindAllStringIndex(line, maxInALine+1)) > maxInALine {
			return fmt.Errorf("%s has more than %d ${...} in one line", file, maxInALine)
		}
	}
	root, err := parseYAML(data)
	if err != nil {
		return fmt.Errorf("%s: %s", file, withoutQuotes(err.Error()))
	}
	if aliasBomb(root) {
		return fmt.Errorf("%s: its anchors come to more than %d nodes", file, maxNodes)
	}
	s.content[file], s.roots[file] = data, root
	s.order = append(s.order, file)
	return nil
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
	sizes := map[*yaml.Node]int{}
	const open = -1
	var size func(n *yaml.Node) int
	size = func(n *yaml.Node) int {
		if n == nil {
			return 0
		}
		if known, ok := sizes[n]; ok {
			if known == open {
				return maxNodes + 1
			}
			return known
		}
		sizes[n] = open
		total := 1
		if n.Kind == yaml.AliasNode {
			total = size(n.Alias)
		}
		for _, c := range n.Content {
			if total = total + size(c); total > maxNodes {
				total = maxNodes + 1
				break
			}
		}
		sizes[n] = total
		return total
	}
	return size(root) > maxNodes
}

// scanExtended follows extends: file: of a file that is extended; a cycle is the
// loader's to name.
func (f *finder) scanExtended(s *scanned, file string, vars environment, depth int) error {
	s.dirs = append(s.dirs, filepath.Dir(file))
	if s.content[file] != nil || depth > maxComposeFiles {
		return nil
	}
	if err := f.scanContent(s, file); err != nil {
		return err
	}
	s.vars[file] = vars
	for _, name := range s.extended(s.roots[file], vars) {
		if err := f.scanExtended(s, join(filepath.Dir(file), name), vars, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// extended are the files that the services of a file extend.
func (s *scanned) extended(root *yaml.Node, vars environment) []string {
	var out []string
	services := child(root, "services")
	if services == nil {
		return nil
	}
	for i := 1; i < len(services.Content); i += 2 {
		if file := child(child(services.Content[i], "extends"), "file"); file != nil {
			out = append(out, fill(file.Value, vars))
		}
	}
	return out
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
	if len(envFiles) == 0 {
		envFiles = []string{filepath.Join(projectDir, ".env")}
		if !f.exists(envFiles[0]) {
			envFiles = nil
		}
	}
	inner := vars.clone()
	for _, name := range envFiles {
		if name = fill(name, vars); name == "/dev/null" {
			continue
		}
		layer, err := f.readLayer(EnvFile{Path: join(dir, name), Reader: "compose"}, vars)
		if err != nil {
			return err
		}
		for key, all := range layer {
			if _, outer := vars.get(key); !outer {
				inner.set(key, all[0])
			}
		}
	}
	for _, path := range paths {
		if err := f.scanFile(s, join(dir, fill(path, vars)), projectDir, inner, above); err != nil {
			return err
		}
	}
	return nil
}

// seen reports whether the loader's path is a file that was looked at.
func (s scanned) seen(f *finder, path string) bool {
	for file := range s.content {
		if path == file || path == f.Files.Local(file) {
			return true
		}
	}
	return slices.ContainsFunc(s.dirs, func(dir string) bool { return s.content[join(dir, path)] != nil })
}

// fill puts variables into a text as compose does.
func fill(text string, vars environment) string {
	out, err := template.Substitute(text, vars.lookup)
	if err != nil {
		return text
	}
	return out
}

// child is the value of a key of a mapping, aliases and merge keys followed.
func child(n *yaml.Node, key string) *yaml.Node { return childWithin(n, key, 0) }

func childWithin(n *yaml.Node, key string, depth int) *yaml.Node {
	if n = resolve(n); n == nil || n.Kind != yaml.MappingNode || depth > 20 {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return resolve(n.Content[i+1])
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != "<<" {
			continue
		}
		merged := resolve(n.Content[i+1])
		sources := []*yaml.Node{merged}
		if merged != nil && merged.Kind == yaml.SequenceNode {
			sources = merged.Content
		}
		for _, source := range sources {
			if found := childWithin(source, key, depth+1); found != nil {
				return found
			}
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

var quotedText = regexp.MustCompile("\"[^\"]*\"|'[^']*'|`[^`]*`")

// withoutQuotes takes out of an error what it quotes of a file: it may be a password.
func withoutQuotes(text string) string { return quotedText.ReplaceAllString(text, "***") }

// clean takes values out of the loader's words: it quotes what it cannot use, and
// that may be a password. Names of services and files may stay.
func (s scanned) clean(text string) string {
	public := map[string]bool{}
	for _, root := range s.roots {
		services := child(root, "services")
		if services == nil {
			continue
		}
		for i := 0; i < len(services.Content); i += 2 {
			public[services.Content[i].Value] = true
		}
	}
	text = quotedText.ReplaceAllStringFunc(text, func(quoted string) string {
		inner := quoted[1 : len(quoted)-1]
		variable := isVariable(inner) && strings.ToUpper(inner) == inner && s.asked(inner)
		if public[inner] || variable || strings.HasPrefix(inner, "/") {
			return quoted
		}
		return "***"
	})
	var secrets []string
	for _, root := range s.roots {
		secrets = append(secrets, environmentTexts(root)...)
	}
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

// asked reports whether a name stands behind a $ of a file.
func (s scanned) asked(name string) bool {
	for _, data := range s.content {
		if slices.Contains(references(string(data)), name) {
			return true
		}
	}
	return false
}

// environmentTexts are the values below environment: of all services.
func environmentTexts(root *yaml.Node) []string {
	var out []string
	services := child(root, "services")
	if services == nil {
		return nil
	}
	for i := 1; i < len(services.Content); i += 2 {
		env := child(services.Content[i], "environment")
		if env == nil {
			continue
		}
		for j, n := range env.Content {
			text := resolve(n).Value
			if env.Kind == yaml.SequenceNode {
				_, text, _ = strings.Cut(text, "=")
			} else if j%2 == 0 {
				continue
			}
			if len(text) >= 4 && strings.Trim(text, "0123456789.") != "" && text != "true" && text != "false" {
				out = append(out, text)
			}
		}
	}
	return out
}
