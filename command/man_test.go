package command

import (
	"bytes"
	"strings"
	"testing"
)

// What --help breaks by hand must not become a paragraph a line in the manual.
func TestManPageFlows(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	if code := Main([]string{"man"}, IO{Out: &out, Err: &errs}); code != exitOK {
		t.Fatalf("exit %d: %s", code, errs.String())
	}
	page := out.String()
	for _, want := range []string{
		"the relay, the sender, the name", // over a line break of the root's text
		"its own bound", "EXIT STATUS", "never from an argument", `"User Commands"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "`") || strings.Contains(page, `\(ga`) {
		t.Error("the marks around the names of values are in the page")
	}
	if strings.Count(page, "its own bound") != 1 {
		t.Error("the flags of all commands are told more than once")
	}
}
