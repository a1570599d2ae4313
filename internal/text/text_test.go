package text

import "testing"

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain":               "plain",
		"tab\there":           "tab here",
		"no\u00a0break":       "no break",
		"\x1b[2J\x07\r\n":     "?[2J???",
		"grün 日本":             "grün 日本",
		"\u202eevil\u2069":    `\u{202E}evil\u{2069}`,
		"zero\u200bwidth":     `zero\u{200B}width`,
		"latin1 \xfc":         "latin1 ?",
		"line\u2028sep\ufeff": `line\u{2028}sep\u{FEFF}`,
	} {
		if got := Clean(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	if got := CleanLines("a\tb\r\nc\u2028d\n", true); got != "a b?\nc\\u{2028}d\n" {
		t.Errorf("lines became %q", got)
	}
}

func TestShorten(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "grün": "grün", "grüner": "grü…"} {
		if got := Shorten(in, 4); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}
