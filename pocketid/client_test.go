package pocketid

import (
	"testing"

	"smtp-wizard/smtpcheck"
)

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
