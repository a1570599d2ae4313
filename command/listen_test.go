package command

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
)

// TestListen has check talk to listen, as Pocket ID 2.9 would.
func TestListen(t *testing.T) {
	t.Parallel()
	s := newSite(t, named(t, "open"), "starttls", true)
	errs, toErrs := io.Pipe()
	var out strings.Builder
	ended := make(chan int, 1)
	go func() {
		ended <- run(t.Context(), []string{"listen", "--addr", "127.0.0.1:0", "--once", "--json", "--timeout", "60s"},
			testIO(nil, &out, toErrs))
		toErrs.Close()
	}()
	var port int
	if _, err := fmt.Fscanf(errs, "Listening on 127.0.0.1:%d. ", &port); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, errs) }()
	s.write("starttls", port, true, "SMTP_SKIP_CERT_VERIFY=true\n")
	args := s.checkArgs("--as", "2.9", "--hostname", "id.example.com", "--to", "me@example.com")
	if _, _, code := s.run(args...); code != exitOK {
		t.Errorf("check ended with %d", code)
	}
	if code := <-ended; code != exitOK {
		t.Errorf("listen --once ended with %d", code)
	}
	s.safe(out.String())
	type session struct {
		HELO       []string
		TLS        bool
		Auth, User string
		From       string
		To         []string
		Bytes      int
	}
	var got session
	for line := range strings.Lines(out.String()) { // that of the message is the last
		got = session{}
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
	}
	want := session{[]string{"localhost", "id.example.com"}, true, "PLAIN", relayUser,
		"id@example.com", []string{"me@example.com"}, got.Bytes}
	if got.Bytes == 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("heard %+v", got)
	}
}
