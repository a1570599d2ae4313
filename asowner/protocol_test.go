package asowner

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/internal/casetest"
)

// TestMessagesArriveAsTheyWere sends names and contents that are no UTF-8, one message
// after another.
func TestMessagesArriveAsTheyWere(t *testing.T) {
	t.Parallel()
	var pipe bytes.Buffer
	requests := []request{
		{Op: opRename, Path: "/srv/\xff\xfe", To: "/srv/caf\xe9", Mode: fs.ModeDir | 0o750, How: 2, Flags: syscall.O_CREAT},
		{Op: opBecome, User: atomicfile.User{UID: 1, GID: 2, Groups: []int{3, 4}}, Known: true},
		{Op: opDiscover, Planned: map[string]string{"/srv/\x80": "A=\x00\xc3\r\n\x85\xe2\x80", "/b": strings.Repeat("K: 'v'\n", 1e5)}},
	}
	want := answer{Failed: true, Errno: syscall.EACCES, Text: "\xff: no", Path: "\xc0/", Paths: []string{"a\xffb", "true", ""}, IDs: []int{-1}}
	for _, r := range requests {
		casetest.Must(t, send(&pipe, r))
	}
	casetest.Must(t, send(&pipe, want))
	from := json.NewDecoder(&pipe)
	for _, r := range requests {
		var got request
		if err := receive(from, &got); err != nil || got.Op != r.Op || got.Path != r.Path || got.To != r.To || got.Mode != r.Mode || got.Known != r.Known ||
			got.User.UID != r.User.UID || len(got.User.Groups) != len(r.User.Groups) || got.Flags != r.Flags || len(got.Planned) != len(r.Planned) {
			t.Errorf("%v: %+v", err, got)
		}
		for path, data := range r.Planned {
			if got.Planned[path] != data {
				t.Errorf("%q arrives as %.80q", path, got.Planned[path])
			}
		}
	}
	var got answer
	if err := receive(from, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v: %+v", err, got)
	}
}
