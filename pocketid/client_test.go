package pocketid

import (
	"testing"

	"smtp-wizard/smtpcheck"
)

func TestSpeechOf(t *testing.T) {
	t.Parallel()
	const host = "id.example.com"
	const local = "localhost"
	tests := []struct {
		version      string
		direct       string // TLS none and implicit TLS
		first, after string // STARTTLS
		proven       bool
		broken       bool
		auth         smtpcheck.AuthStyle
		needsTLS     bool
	}{
		{"0.27.0", local, local, local, true, false, smtpcheck.AuthPlain, true},
		{"0.27.1", host, local, host, true, true, smtpcheck.AuthPlain, true},
		{"0.27.2", host, host, host, true, false, smtpcheck.AuthPlain, true},
		{"0.30", host, host, host, true, false, smtpcheck.AuthPlain, true},
		{"0.35.5", host, host, host, true, false, smtpcheck.AuthPlain, true},
		{"0.35.6", host, local, host, true, false, smtpcheck.AuthPlainThenLogin, false},
		{"2.9", host, local, host, true, false, smtpcheck.AuthPlainThenLogin, false},
		{"2.9.9", host, local, host, true, false, smtpcheck.AuthPlainThenLogin, false},
		{"2.10.0", local, local, local, true, false, smtpcheck.AuthOffered, true},
		{"2.11.0", local, local, local, false, false, smtpcheck.AuthOffered, true},
		{"2.14.0", local, local, local, false, false, smtpcheck.AuthOffered, true},
	}
	for _, tt := range tests {
		v := must(t, tt.version)
		for _, mode := range []smtpcheck.TLSMode{smtpcheck.TLSNone, smtpcheck.TLSImplicit} {
			s := SpeechOf(v, mode, host)
			if s.Names.First != tt.direct || s.Broken != "" || s.Proven != tt.proven || s.Auth != tt.auth ||
				s.PlainNeedsTLS != tt.needsTLS {
				t.Errorf("%s with %s: %+v", tt.version, mode, s)
			}
		}
		s := SpeechOf(v, smtpcheck.TLSStartTLS, host)
		if s.Names != (smtpcheck.Names{First: tt.first, AfterTLS: tt.after}) || (s.Broken != "") != tt.broken {
			t.Errorf("%s with starttls: %+v", tt.version, s)
		}
		if !s.Proven && s.Note == "" {
			t.Errorf("%s is not proven and does not say so", tt.version)
		}
		if uses := UsesHostname(v, smtpcheck.TLSStartTLS); uses != (tt.after == host) {
			t.Errorf("UsesHostname(%s, starttls) = %v", tt.version, uses)
		}
	}
}

// An ideal client announces the identity everywhere; a version that is not known
// speaks as the newest.
func TestSpeechWithoutVersion(t *testing.T) {
	t.Parallel()
	none, err := SpeaksAs("none")
	if err != nil || !none.IsNone() || none.String() != "none" {
		t.Errorf("SpeaksAs(none) = %q, %v", none, err)
	}
	for _, mode := range []smtpcheck.TLSMode{smtpcheck.TLSNone, smtpcheck.TLSStartTLS, smtpcheck.TLSImplicit} {
		if s := SpeechOf(none, mode, idName); s.Names != smtpcheck.SameName(idName) || !s.Proven || !UsesHostname(none, mode) {
			t.Errorf("none with %s: %+v", mode, s)
		}
		if got, want := SpeechOf(Version{}, mode, "h"), SpeechOf(NewestKnown(), mode, "h"); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}
