package command_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"reflect"
	"testing"
)

// TestListen has check talk to listen, as Pocket ID 2.9 would.
func TestListen(t *testing.T) {
	t.Parallel()
	s := newSite(t, "open", "starttls", true)
	listen := exec.Command("smtp-wizard", "listen", "--addr", "127.0.0.1:0", "--once", "--json", "--timeout", "60s")
	heard, err := listen.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	errs, err := listen.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := listen.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listen.Process.Kill() })
	s.write("starttls", listensOn(t, errs), true)
	s.append("SMTP_SKIP_CERT_VERIFY=true\n")
	if _, code := s.run("--as", "2.9", "--hostname", "id.example.com", "--to", "me@example.com"); code != 0 {
		t.Fatalf("check ended with %d", code)
	}
	type session struct {
		HELO       []string
		TLS        bool
		Auth, User string
		From       string
		To         []string
		Bytes      int
	}
	var got session
	for lines := bufio.NewScanner(heard); lines.Scan() && got.Bytes == 0; {
		s.safe(lines.Text())
		got = session{}
		if err := json.Unmarshal(lines.Bytes(), &got); err != nil {
			t.Fatalf("%v: %s", err, lines.Text())
		}
	}
	if err := listen.Wait(); err != nil {
		t.Errorf("listen --once: %v", err)
	}
	want := session{[]string{"localhost", "id.example.com"}, true, "PLAIN", relayUser, "id@example.com", []string{"me@example.com"}, got.Bytes}
	if got.Bytes == 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("heard %+v", got)
	}
}

// listensOn is the port that listen says it has; its --timeout ends the wait.
func listensOn(t *testing.T, errs io.Reader) int {
	t.Helper()
	said, err := bufio.NewReader(errs).ReadString('\n')
	port := 0
	if n, _ := fmt.Sscanf(said, "Listening on 127.0.0.1:%d. ", &port); n != 1 {
		t.Fatalf("listen says %q: %v", said, err)
	}
	return port
}

// A script that waits for one message must be able to tell that none came.
func TestListenUntilTimeout(t *testing.T) {
	t.Parallel()
	listen := exec.Command("smtp-wizard", "listen", "--addr", "127.0.0.1:0", "--once", "--timeout", "200ms")
	var errs bytes.Buffer
	listen.Stderr = &errs
	if err := toItsEnd(t, listen); listen.ProcessState == nil || listen.ProcessState.ExitCode() != 130 {
		t.Fatalf("listen ended with %v", err)
	}
	if !bytes.Contains(errs.Bytes(), []byte("--timeout is over")) {
		t.Errorf("it said %q", errs.String())
	}
}
