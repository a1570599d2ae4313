package command

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"smtp-wizard/internal/hostile"
)

// TestListen has check talk to listen, as Pocket ID 2.9 would.
func TestListen(t *testing.T) {
	t.Parallel()
	s := newSite(t, hostile.Named(t, "open"), "starttls", true)
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
	var got struct {
		HELO, To         []string
		TLS              bool
		Auth, User, From string
		Bytes            int
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &got); err != nil { // the message's session is the last
		t.Fatalf("%v: %s", err, out.String())
	}
	heard := fmt.Sprintf("%v %t %s %s %s %v", got.HELO, got.TLS, got.Auth, got.User, got.From, got.To)
	if heard != "[localhost id.example.com] true PLAIN "+relayUser+" id@example.com [me@example.com]" || got.Bytes == 0 {
		t.Errorf("heard %s, %d bytes", heard, got.Bytes)
	}
}
