package practice

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

func TestSessionIsBounded(t *testing.T) {
	t.Parallel()
	ended := make(chan Session, 1)
	r := start(t, "open", Options{SizeOnly: true, OnSession: func(s Session) { ended <- s }})
	commands := make([]string, 0, maxCommands+1)
	for i := range maxKept + 50 {
		commands = append(commands, fmt.Sprintf("EHLO name%d.%s", i, strings.Repeat("ü", 1000)))
	}
	commands = append(commands, "MAIL FROM:<"+strings.Repeat("f", 1000)+"@example.com>")
	for i := range maxKept + 50 {
		commands = append(commands, fmt.Sprintf("RCPT TO:<to%d@example.com> %s", i, strings.Repeat("x", 1000)))
	}
	for len(commands) < maxCommands {
		commands = append(commands, "NOOP")
	}
	said := talk(t, r, append(commands, "NOOP")...)
	if last, before := said[len(said)-1], said[len(said)-2]; !strings.HasPrefix(before, "250") || !strings.HasPrefix(last, "421") {
		t.Errorf("the last replies are %q and %q", before, last)
	}
	s := theEnd(t, ended)
	if len(s.EHLO) != maxKept || len(s.To) != maxKept || s.EHLO[0][:6] != "name0." || s.To[0] != "to0@example.com" {
		t.Errorf("%d names, %d recipients", len(s.EHLO), len(s.To))
	}
	for _, text := range append(s.EHLO, s.From) {
		if len(text) > maxText+len("…") || strings.Contains(text, "?") {
			t.Fatalf("%d bytes of %q", len(text), text)
		}
	}
}

// A name beyond those that are kept is judged all the same.
func TestLastNameCounts(t *testing.T) {
	t.Parallel()
	r := start(t, "postfix", Options{})
	var commands []string
	for range maxKept {
		commands = append(commands, "EHLO id.example.com")
	}
	said := talk(t, r, append(commands, "EHLO box", "MAIL FROM:<a@b>", "RCPT TO:<a@b>")...)
	if last := said[len(said)-1]; !strings.HasPrefix(last, "504 5.5.2 <box>") {
		t.Errorf("%q", last)
	}
}

func TestSizeOnly(t *testing.T) {
	t.Parallel()
	r := start(t, "open", Options{SizeOnly: true})
	const message = "Subject: x\r\n\r\n.dot\r\n"
	said := talk(t, r, "EHLO x.example", "MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA", strings.TrimSuffix(strings.ReplaceAll(message, "\r\n.", "\r\n.."), "\r\n")+"\r\n.")
	if last := said[len(said)-1]; !strings.HasPrefix(last, "250") {
		t.Errorf("%q", last)
	}
	d := r.Delivered()
	if len(d) != 1 || d[0].Data != nil || d[0].Bytes != len(message) {
		t.Errorf("delivered %+v", d)
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	r := start(t, "open", Options{})
	dial := func() (net.Conn, string) {
		conn, err := net.Dial("tcp", r.Addr())
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(time.Minute))
		line, _ := bufio.NewReader(conn).ReadString('\n')
		return conn, line
	}
	var open []net.Conn
	for range maxConnections {
		conn, greeting := dial()
		if !strings.HasPrefix(greeting, "220") {
			t.Fatalf("%q", greeting)
		}
		open = append(open, conn)
	}
	one, greeting := dial()
	if !strings.HasPrefix(greeting, "421") {
		t.Errorf("one more: %q", greeting)
	}
	if _, err := one.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("it stays open: %v", err)
	}
	for _, conn := range append(open, one) {
		_ = conn.Close()
	}
	for range 100 { // the relay sees the ends a moment later
		conn, greeting := dial()
		_ = conn.Close()
		if strings.HasPrefix(greeting, "220") {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("no room again after all had left")
}
