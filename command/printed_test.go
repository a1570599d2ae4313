package command

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
)

// full is a disk without room.
type full struct{}

var errNoRoom = errors.New("no room")

func (full) Write([]byte) (int, error) { return 0, errNoRoom }

// A result that cannot be printed is no success, and no wrong use either.
func TestResultThatCannotBePrinted(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"explain 535 5.7.8 bad", "explain --json 535 5.7.8 bad", "presets google", "presets --json", "man",
		"check --json --env-file testdata/closed.env", "check --env-file testdata/closed.env",
	} {
		var errs bytes.Buffer
		code := Main(strings.Fields(line), IO{In: strings.NewReader(""), Out: full{}, Err: &errs, Getenv: os.Getenv})
		if code != exitFile || !strings.Contains(errs.String(), errNoRoom.Error()) {
			t.Errorf("%s: exit %d, %s", line, code, errs.String())
		}
	}
}
