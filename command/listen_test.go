package command_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net"
	"os/exec"
	"reflect"
	"testing"
	"time"
)

// TestListen has check talk to listen, as Pocket ID 2.9 would.
func TestListen(t *testing.T) {
	t.Parallel()
	s := newSite(t, "open", "starttls", true)
	address := freeAddress(t)
	listen := exec.Command("smtp-wizard", "listen", "--addr", address.String(), "--once", "--json", "--timeout", "30s")
	var errs bytes.Buffer
	listen.Stderr = &errs
	heard, err := listen.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := listen.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listen.Process.Kill() })
	waitFor(t, address.String())
	s.write("starttls", address.Port, true)
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
		t.Errorf("listen --once: %v\n%s", err, errs.String())
	}
	want := session{[]string{"localhost", "id.example.com"}, true, "PLAIN", relayUser, "id@example.com", []string{"me@example.com"}, got.Bytes}
	if got.Bytes == 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("heard %+v", got)
	}
}

func freeAddress(t *testing.T) *net.TCPAddr {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr)
}

func waitFor(t *testing.T, address string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if c, err := net.Dial("tcp", address); err == nil {
			_ = c.Close()
			return
		}
	}
	t.Fatalf("nothing listens on %s", address)
}

// A script that waits for one message must be able to tell that none came.
func TestListenUntilTimeout(t *testing.T) {
	t.Parallel()
	listen := exec.Command("smtp-wizard", "listen", "--addr", freeAddress(t).String(), "--once", "--timeout", "200ms")
	var errs bytes.Buffer
	listen.Stderr = &errs
	if err := listen.Run(); listen.ProcessState == nil || listen.ProcessState.ExitCode() != 130 {
		t.Fatalf("listen ended with %v", err)
	}
	if !bytes.Contains(errs.Bytes(), []byte("--timeout is over")) {
		t.Errorf("it said %q", errs.String())
	}
}
