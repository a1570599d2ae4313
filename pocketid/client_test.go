package pocketid

import (
	"testing"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/smtpcheck"
)

func TestSpeechOf(t *testing.T) {
	t.Parallel()
	const host = "id.example.com"
	tests := casetest.Read[[]struct {
		Version      string
		Direct       string // TLS none and implicit TLS
		First, After string // STARTTLS
		Proven       bool
		Broken       bool
		Auth         smtpcheck.AuthStyle
		NeedsTLS     bool
	}](t, "speechof")
	for _, tt := range tests {
		v := must(t, tt.Version)
		for _, mode := range []smtpcheck.TLSMode{smtpcheck.TLSNone, smtpcheck.TLSImplicit} {
			s := SpeechOf(v, mode, host)
			if s.Names.First != tt.Direct || s.Broken != "" || s.Proven != tt.Proven || s.Auth != tt.Auth ||
				s.PlainNeedsTLS != tt.NeedsTLS {
				t.Errorf("%s with %s: %+v", tt.Version, mode, s)
			}
		}
		s := SpeechOf(v, smtpcheck.TLSStartTLS, host)
		if s.Names != (smtpcheck.Names{First: tt.First, AfterTLS: tt.After}) || (s.Broken != "") != tt.Broken {
			t.Errorf("%s with starttls: %+v", tt.Version, s)
		}
		if !s.Proven && s.Note == "" {
			t.Errorf("%s is not proven and does not say so", tt.Version)
		}
		if uses := UsesHostname(v, smtpcheck.TLSStartTLS); uses != (tt.After == host) {
			t.Errorf("UsesHostname(%s, starttls) = %v", tt.Version, uses)
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
