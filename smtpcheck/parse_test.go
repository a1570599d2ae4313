package smtpcheck

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"smtp-wizard/internal/text"
)

// parseReply reads the first reply in data: it takes bare LF for CRLF, and a
// last line that the end cut off; a reply with lines missing is returned along
// with ErrClosed.
func parseReply(data []byte) (*Reply, error) {
	reply, _, err := readReply(bufio.NewReaderSize(bytes.NewReader(data), maxReply), Client{}, text.Clean)
	if errors.Is(err, io.EOF) {
		err = &kindError{ErrClosed, ErrClosed.Error(), nil}
	}
	return reply, err
}

func TestParseReply(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want *Reply
		err  error
	}{
		{"250 ok\r\n", &Reply{250, "", []string{"ok"}}, nil},
		{"250\r\n", &Reply{250, "", []string{""}}, nil},
		{"421 4.7.0 Try again later\n", &Reply{421, "4.7.0", []string{"4.7.0 Try again later"}}, nil},
		{"421 4.7.0 cut off by a hang-up", &Reply{421, "4.7.0", []string{"4.7.0 cut off by a hang-up"}}, nil},
		{"550-5.7.1 first\r\n550-5.7.1 second\r\n550 5.7.1\r\n", &Reply{550, "5.7.1", []string{"5.7.1 first", "second", ""}}, nil},
		{"550 4.7.1 class of another code\r\n", &Reply{550, "", []string{"4.7.1 class of another code"}}, nil},
		{"250-a\r\n250 b\r\n250 not ours\r\n", &Reply{250, "", []string{"a", "b"}}, nil},
		{"250-a\r\n", &Reply{250, "", []string{"a"}}, ErrClosed},
		{"", nil, ErrClosed},
		{"250-a\r\n550 b\r\n", &Reply{250, "", []string{"a"}}, ErrProtocol},
		{"25\r\n", nil, ErrProtocol},
		{"hello\r\n", nil, ErrProtocol},
		{"250_ok\r\n", nil, ErrProtocol},
		{"199 ok\r\n", nil, ErrProtocol},
		{"600 ok\r\n", nil, ErrProtocol},
		{"250 a\x1b[31m\x07\rb\x00\x7f\u009b\u202e\xff\tc\r\n", &Reply{250, "", []string{`a?[31m??b???\u{202E}? c`}}, nil},
		{"250 " + strings.Repeat("x", maxReply), nil, ErrTooLong},
		{strings.Repeat("250-"+strings.Repeat("x", 1000)+"\r\n", 100), nil, ErrTooLong},
	} {
		got, err := parseReply([]byte(c.in))
		if c.err == nil && err != nil || c.err != nil && !errors.Is(err, c.err) {
			t.Errorf("%.40q: error %v, want %v", c.in, err, c.err)
		}
		if !errors.Is(c.err, ErrTooLong) && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%.40q: got %+v, want %+v", c.in, got, c.want)
		}
	}
}

func TestReplyString(t *testing.T) {
	t.Parallel()
	reply, _ := parseReply([]byte("421-4.7.0 Try again\r\n421 4.7.0 later  please\r\n"))
	if got := reply.String(); got != "421 4.7.0 Try again later please" {
		t.Errorf("%q", got)
	}
	if !reply.Temporary() || reply.Permanent() {
		t.Error("421 is temporary")
	}
	if got := (Reply{Code: 250}).String(); got != "250" {
		t.Errorf("%q", got)
	}
}

func FuzzParseReply(f *testing.F) {
	for _, seed := range []string{
		"250 ok\r\n", "250-a\r\n250 b\r\n", "421 4.7.0 Try again later", "250-\x1b]0;x\x07\r\n250 \x9b\u202e\r\n",
		"250", "2", "", "\r\n", "\xff\xfe", "550-5.7.1 a\r\n550 5.7.1 b\r\n", strings.Repeat("9", 5000),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		reply, err := parseReply(data)
		if reply == nil && err == nil {
			t.Fatal("neither a reply nor an error")
		}
		shown := []string{}
		if err != nil {
			shown = append(shown, err.Error())
		}
		if reply != nil {
			if reply.Code < 200 || reply.Code > 599 || len(reply.Lines) == 0 {
				t.Fatalf("reply %+v", reply)
			}
			shown = append(append(shown, reply.String(), reply.Enhanced), reply.Lines...)
		}
		total := 0
		for _, s := range shown {
			total += len(s)
			if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }) >= 0 {
				t.Fatalf("unsafe text %q", s)
			}
		}
		if total > 6*maxReply {
			t.Fatalf("%d bytes out of %d", total, len(data))
		}
	})
}

func TestStuffed(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a\r\nb\r\n":         "a\r\nb\r\n.\r\n",
		"a":                  "a\r\n.\r\n",
		".\r\n..\r\n.x\r\n":  "..\r\n...\r\n..x\r\n.\r\n",
		"a\n.\nb\r.\rc":      "a\r\n..\r\nb\r\n..\r\nc\r\n.\r\n",
		"a\r\n\r\n":          "a\r\n\r\n.\r\n",
		"bare\r\r\n.\r\nend": "bare\r\n\r\n..\r\nend\r\n.\r\n",
	} {
		if got := string(stuffed([]byte(in))); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestTranscriptIsBounded(t *testing.T) {
	t.Parallel()
	var log transcript
	for range 100000 {
		log.add(SpeakerServer, false, "250 and on")
	}
	if len(log.lines) != maxTranscriptLines+1 || log.lines[maxTranscriptLines].From != SpeakerNote {
		t.Errorf("%d lines", len(log.lines))
	}
}
