package text

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
)

// Each character that shows nothing is written out, whoever's text it is in.
func TestLettersThatShowNothing(t *testing.T) {
	t.Parallel()
	for _, r := range []rune{
		0x00ad, 0x034f, 0x061c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180e, 0x180f, 0x200b, 0x200c, 0x200d, 0x200e,
		0x2028, 0x202e, 0x2060, 0x2065, 0x2069, 0x206f, 0x3164, 0xfe00, 0xfe0f, 0xfeff, 0xffa0, 0xfff0, 0xfff9,
		0x1bca0, 0x1d173, 0xe0001, 0xe0041, 0xe0100, 0xe01ef, 0xe0fff,
	} {
		want := fmt.Sprintf(`a\u{%04X}b`, r)
		in := "a" + string(r) + "b"
		if own, foreign := Clean(in), CleanForeign(in); own != want || foreign != want {
			t.Errorf("U+%04X: %q and %q", r, own, foreign)
		}
	}
}

func TestMarksPileUp(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"e\u0301":                         "e\u0301",
		"tie\u0302\u0301ng":               "tie\u0302\u0301ng",
		"z\u0300\u0301\u0302\u0303a":      "z\u0300\u0301" + `\u{0302}\u{0303}a`,
		"z\u0300\u034f\u0301\u200b\u302a": "z\u0300" + `\u{034F}\u{0301}\u{200B}\u{302A}`,
		"1\u20dd\u20de\u20df":             "1\u20dd\u20de" + `\u{20DF}`,
		"ที่นี่":                          "ที่นี่",
	} {
		if own, foreign := Clean(in), CleanForeign(in); own != want || foreign != want {
			t.Errorf("%+q: %+q and %+q, not %+q", in, own, foreign, want)
		}
	}
}

// What the admin writes in his own script stays as he writes it; a relay has no
// need for it.
func TestJoinersAndEmoji(t *testing.T) {
	t.Parallel()
	for in, stays := range map[string]bool{
		"می\u200cخواهم": true, "ه\u200dه": true, "क्\u200cष": true, "क्\u200dष": true,
		"❤\ufe0f": true, "☎\ufe0f 5": true, "a©\ufe0f": true,
		"a\u200cb": false, "a\u200dz": false, "می\u200c": false, "\u200cمی": false, "می\u200c\u200cخ": false,
		"می\u200c خ": false, "க\u200cb": false, "\ufe0f": false, "a\ufe0f": false, "漢\ufe0f": false, "❤\ufe0f\ufe0f": false,
		"❤\ufe0e": false, "/srv/a\u200c/x": false,
	} {
		if got := Clean(in); (got == in) != stays {
			t.Errorf("%+q became %+q", in, got)
		}
		if got := CleanForeign(in); strings.ContainsAny(got, "\u200c\u200d\ufe0f") {
			t.Errorf("of a relay: %+q became %+q", in, got)
		}
	}
}

// Clean text has nothing left to clean, whatever it was made from.
func TestCleanIsStable(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= unicode.MaxRune; r += 61 {
		for _, clean := range []func(string) string{Clean, CleanForeign} {
			once := clean("ش" + string(r) + "ش\u0301" + string(r))
			if clean(once) != once {
				t.Fatalf("U+%04X: %+q became %+q", r, once, clean(once))
			}
		}
	}
}
