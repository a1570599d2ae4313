package command

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"
)

// documents are the Markdown files of the project with their text, by their path
// from the root.
func documents(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(".."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".md" {
			return err
		}
		data, err := os.ReadFile(filepath.Join("..", path))
		out[path] = string(data)
		return err
	})
	if err != nil || len(out) < 5 {
		t.Fatalf("%d documents, %v", len(out), err)
	}
	return out
}

var (
	link    = regexp.MustCompile(`\]\(([^)#\s]*)(#[^)\s]*)?\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	notSlug = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	shell   = regexp.MustCompile("(?s)```sh\n(.*?)```")
	inline  = regexp.MustCompile("`(smtp-wizard [^`\n]*)`")
)

func TestLinksBetweenDocuments(t *testing.T) {
	t.Parallel()
	all := documents(t)
	for name, text := range all {
		for _, found := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(found[1], ":") {
				continue // elsewhere
			}
			target := name
			if found[1] != "" {
				target = filepath.Join(filepath.Dir(name), found[1])
			}
			if _, err := os.Stat(filepath.Join("..", target)); err != nil {
				t.Errorf("%s links to %s: %v", name, target, err)
			}
			if found[2] != "" && !hasAnchor(all[target], found[2][1:]) {
				t.Errorf("%s links to %s%s, which has no such heading", name, target, found[2])
			}
		}
	}
}

// hasAnchor reports whether a heading gets this name, as forges make it.
func hasAnchor(text, anchor string) bool {
	for _, found := range heading.FindAllStringSubmatch(text, -1) {
		slug := notSlug.ReplaceAllString(strings.ToLower(found[1]), "")
		if strings.ReplaceAll(slug, " ", "-") == anchor {
			return true
		}
	}
	return false
}

// TestCommandsInDocuments asks the command line whether it would take every call of
// the program that the documents show.
func TestCommandsInDocuments(t *testing.T) {
	t.Parallel()
	calls := 0
	for name, text := range documents(t) {
		var scripts []string
		for _, found := range shell.FindAllStringSubmatch(text, -1) {
			scripts = append(scripts, found[1])
		}
		for _, found := range inline.FindAllStringSubmatch(text, -1) {
			scripts = append(scripts, found[1])
		}
		for _, script := range scripts {
			for _, args := range callsIn(t, name, script) {
				calls++
				if err := takes(args); err != nil {
					t.Errorf("%s: smtp-wizard %s: %v", name, strings.Join(args, " "), err)
				}
			}
		}
	}
	if calls < 10 {
		t.Errorf("only %d calls were found", calls)
	}
}

// callsIn are the arguments of the program's calls in a script, behind ssh and pipes too.
func callsIn(t *testing.T, name, script string) (calls [][]string) {
	t.Helper()
	script = strings.NewReplacer("[", "", "]", "", `\|`, "_").Replace(script)
	parsed, err := syntax.NewParser().Parse(strings.NewReader(script), "")
	if err != nil {
		t.Errorf("%s: %v in %q", name, err, script)
		return nil
	}
	syntax.Walk(parsed, func(n syntax.Node) bool {
		call, ok := n.(*syntax.CallExpr)
		if !ok {
			return true
		}
		var words []string
		for _, w := range call.Args {
			var b strings.Builder
			_ = syntax.NewPrinter().Print(&b, w)
			words = append(words, strings.Trim(b.String(), `"'`))
		}
		for i, w := range words {
			if words[0] == "scp" || words[0] == "go" && words[1] != "run" {
				break // it is a file for them
			}
			if w == "smtp-wizard" || w == "./smtp-wizard" || w == "." && i > 1 && words[i-1] == "run" {
				calls = append(calls, words[i+1:])
				break
			}
		}
		return true
	})
	return calls
}

// takes parses a command line without running it.
func takes(args []string) error {
	root := newRoot(&options{IO: IO{Out: io.Discard, Err: io.Discard}})
	cmd, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}
