package install

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"smtp-wizard/pocketid"

	"go.yaml.in/yaml/v4"
)

// HostnameShared reports whether Pocket ID has another one's hostname and may have
// none of its own.
func (in Install) HostnameShared() bool {
	return in.Hostname.Kind == KindShared || in.Compose != nil && in.Compose.UTS == "host"
}

// HostnameFiles are the compose files in which a hostname: would be read, the best
// first; the first need not exist. Where there are none, the admin has to set it.
func (in Install) HostnameFiles() []string {
	p := in.Compose
	if p == nil || in.HostnameShared() {
		return nil
	}
	last := p.Files[len(p.Files)-1]
	if !p.Named && len(p.Files) == 1 {
		last = filepath.Join(p.Dir, newOverride)
	}
	files := []string{last}
	for _, more := range []string{in.Hostname.From.File, p.Defined} {
		if more != "" && !slices.Contains(files, more) {
			files = append(files, more)
		}
	}
	return slices.DeleteFunc(files, Generated)
}

// newOverride is the name for an override file where there is none yet.
const newOverride = "compose.override.yaml"

// HostnameAdvice says how Pocket ID gets a hostname where none of our files sets it.
func (in Install) HostnameAdvice(name string) string {
	h, found := in.Hostname, in.Short(in.Found)
	switch {
	case h.Kind == KindShared:
		return fmt.Sprintf("Pocket ID has the hostname of %s and may have none of its own: give %s the hostname %s", h.With, h.With, name)
	case in.Compose != nil && in.Compose.UTS == "host":
		return "With uts: host Pocket ID has this machine's hostname: hostnamectl set-hostname " + name
	case in.Runs == pocketid.RuntimeQuadlet:
		return "Set HostName=" + name + " under [Container] in " + found
	case in.InContainer() && in.Compose == nil && found != "":
		return in.Runs.HostnameSetting(name) + " (its command is in " + found + ")"
	}
	return in.Runs.HostnameSetting(name)
}

// errNoPlace is a compose file that has no place for a hostname which could be
// changed without writing the file anew.
var errNoPlace = errors.New("it has no place for a hostname")

// SetHostname is a compose file that gives a service a hostname: the line changed or
// put in, and everything else left as it is. nil begins a new file.
func SetHostname(data []byte, service, hostname string) ([]byte, error) {
	return setEntry(data, hostname, "services", service, "hostname")
}

// setEntry is a compose file with a scalar at that path of keys: the line changed or
// put in, and everything else left as it is. nil begins a new file.
func setEntry(data []byte, value string, path ...string) ([]byte, error) {
	root, _ := parseYAML(data)
	if at := under(root, path...); at != nil {
		return replaceScalar(strings.SplitAfter(string(data), "\n"), at, scalar(value))
	}
	last := len(path) - 1
	return putEntry(data, []string{scalar(path[last]) + ": " + scalar(value)}, path[:last]...)
}

// PutGateway is a compose file that gives a service a name for the machine.
func PutGateway(data []byte, service, name string) ([]byte, error) {
	const key = "extra_hosts"
	root, _ := parseYAML(data)
	entry := "- " + scalar(name+":"+hostGateway)
	if block(under(root, "services", service, key)) {
		entry = scalar(name) + ": " + hostGateway
	}
	return putEntry(data, []string{entry}, "services", service, key)
}

// putEntry is a compose file with more lines in the mapping, or the list, at that path
// of keys, which is made where it is not there.
func putEntry(data []byte, entry []string, path ...string) ([]byte, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		return fmt.Append(data, strings.Join(nested(path, entry), "\n"), "\n"), nil
	}
	root, err := parseYAML(data)
	if err != nil {
		return nil, err
	}
	lines := strings.SplitAfter(string(data), "\n")
	eol := "\n"
	if strings.HasSuffix(lines[0], "\r\n") {
		eol = "\r\n"
	}
	row, at := 0, root
	for len(path) > 0 && block(at) {
		key, value := own(at, path[0])
		if value == nil {
			break
		}
		row, at, path = key.Line, value, path[1:]
	}
	list := at.Kind == yaml.SequenceNode && at.Style&yaml.FlowStyle == 0 && len(at.Content) > 0 && len(path) == 0
	column := 1
	switch {
	case list:
		column = at.Column
	case !block(at):
		return nil, errNoPlace
	case row > 0:
		column = at.Content[0].Column
	}
	var text string
	for _, line := range nested(path, entry) { // below a line, where its comments stay
		text += strings.Repeat(" ", column-1) + line + eol
	}
	if row == len(lines) && !strings.HasSuffix(lines[row-1], "\n") {
		lines[row-1] += eol
	}
	return []byte(strings.Join(slices.Insert(lines, row, text), "")), nil
}

// nested are lines below a path of keys.
func nested(path, lines []string) []string {
	lines = slices.Clone(lines)
	for _, key := range slices.Backward(path) {
		for i := range lines {
			lines[i] = "  " + lines[i]
		}
		lines = append([]string{scalar(key) + ":"}, lines...)
	}
	return lines
}

// replaceScalar puts another text in the place of a scalar that its line has as it is.
func replaceScalar(lines []string, old *yaml.Node, text string) ([]byte, error) {
	line, start, was := lines[old.Line-1], old.Column-1, old.Value
	switch {
	case old.Style&yaml.DoubleQuotedStyle != 0:
		was = `"` + was + `"`
	case old.Style&yaml.SingleQuotedStyle != 0:
		was = "'" + was + "'"
	}
	if old.Anchor != "" || old.Style&yaml.TaggedStyle != 0 || was == "" || start > len(line) || !strings.HasPrefix(line[start:], was) {
		return nil, errNoPlace
	}
	lines[old.Line-1] = line[:start] + text + line[start+len(was):]
	return []byte(strings.Join(lines, "")), nil
}

// own are a key and its value that a mapping itself has, not one that it merges.
func own(mapping *yaml.Node, name string) (key, value *yaml.Node) {
	if mapping == nil || mapping.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == name {
			return mapping.Content[i], mapping.Content[i+1]
		}
	}
	return nil, nil
}

// under is the value at a path of keys.
func under(root *yaml.Node, path ...string) *yaml.Node {
	for _, key := range path {
		_, root = own(root, key)
	}
	return root
}

// block reports whether a node is a mapping with a line for each key.
func block(n *yaml.Node) bool {
	return n != nil && n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle == 0 && len(n.Content) > 0
}

// scalar is a text as YAML has it on one line.
func scalar(text string) string {
	out, err := yaml.Marshal(text)
	if err != nil || bytes.Contains(bytes.TrimSpace(out), []byte("\n")) {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text) + `"`
	}
	return strings.TrimSpace(string(out))
}
