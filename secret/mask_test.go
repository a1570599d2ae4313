package secret

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/internal/text"
)

// echoes are ways in which a relay repeats what it was told: line is the AUTH
// command, blob its argument.
var echoes = map[string]func(line, blob, user, password string) string{
	"bare":             func(_, _, _, password string) string { return "bad password " + password },
	"in capitals":      func(_, _, _, password string) string { return "bad password " + strings.ToUpper(password) },
	"in small letters": func(_, _, _, password string) string { return "bad password " + strings.ToLower(password) },
	"quoted":           func(_, _, _, password string) string { return fmt.Sprintf("bad password %q", password) },
	"in single quotes": func(_, _, _, password string) string { return "'" + strings.ReplaceAll(password, `"`, `\"`) + "'" },
	"in a URL":         func(_, _, _, password string) string { return url.QueryEscape(password) },
	"in hex":           func(_, _, _, password string) string { return hex.EncodeToString([]byte(password)) },
	"in spaced hex":    func(_, _, _, password string) string { return fmt.Sprintf("% X", password) },
	"in Go's hex":      func(_, _, _, password string) string { return fmt.Sprintf("%#x", []byte(password)) },
	"in C's hex": func(_, _, _, password string) string {
		return strings.ReplaceAll(fmt.Sprintf("% x", "\x00"+password), " ", `\x`)
	},
	"in hex bytes": func(_, _, _, password string) string {
		return "0x" + strings.ReplaceAll(fmt.Sprintf("% X", password), " ", ", 0x")
	},
	"in percents": func(_, _, _, password string) string {
		return strings.ReplaceAll(fmt.Sprintf("% x", "\x00"+password), " ", "%")
	},
	"with letters that show nothing": func(_, _, _, password string) string {
		return text.CleanForeign(inPieces(password, 1, "\u200b"))
	},
	"in base64":       func(_, _, _, password string) string { return encode(password) },
	"without padding": func(_, _, _, password string) string { return strings.TrimRight(encode(password), "=") },
	"base64 of a sentence": func(_, _, _, password string) string {
		return encode("Your password is " + password + ", is it?")
	},
	"base64, one further": func(_, _, _, password string) string { return encode("x" + password) },
	"base64, two further": func(_, _, _, password string) string { return encode("xy" + password) },
	"base64 of a URL's":   func(_, _, user, password string) string { return encode(user + ":" + password) },
	"base64 for URLs":     func(_, _, _, password string) string { return base64.URLEncoding.EncodeToString([]byte(password)) },
	"the command":         func(line, _, _, _ string) string { return `unrecognized: "` + line + `"` },
	"the blob":            func(_, blob, _, _ string) string { return "unrecognized: " + blob },
	"cut short":           func(line, _, _, _ string) string { return `unrecognized: "` + line[:len(line)-6] + `..."` },
	"half the blob":       func(_, blob, _, _ string) string { return blob[:len(blob)/2] + "..." },
	"command in capitals": func(line, _, _, _ string) string { return `unrecognized: "` + strings.ToUpper(line) + `"` },
	"blob in small letters": func(_, blob, _, _ string) string {
		return strings.ToLower(blob)
	},
	"over two lines":   func(line, _, _, _ string) string { return line[:len(line)-9] + "\n" + line[len(line)-9:] },
	"over many lines":  func(_, blob, _, _ string) string { return inPieces(blob, 5, "\n") },
	"password in bits": func(_, _, _, password string) string { return inPieces(password, 3, " - ") },
}

func inPieces(text string, size int, between string) string {
	var pieces []string
	for runes := []rune(text); len(runes) > 0; runes = runes[min(size, len(runes)):] {
		pieces = append(pieces, string(runes[:min(size, len(runes))]))
	}
	return strings.Join(pieces, between)
}

// forms of a password are not to be seen in any case, nor with anything between
// their letters.
func forms(user, password string) []string {
	blob := encode("\x00" + user + "\x00" + password)
	all := []string{password, hex.EncodeToString([]byte(password)), blob}
	for from := 0; from+12 <= len(blob); from++ {
		all = append(all, blob[from:from+12])
	}
	return append(all, encodings(password)...)
}

func TestEchoesAreHidden(t *testing.T) {
	t.Parallel()
	const user = "bob@example.com"
	passwords := []string{"geheim123", "S3cr3t-Passw0rd", "correct horse: \"battery\" $taple", "aaaaaaaa", "12345678",
		"übergroßer Schlüssel", "!!!!????####", "a+b/c=d&e<f>g", "password99", "xq7", "hunter2"}
	alphabet := []rune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!\"§$%&/()=?\\+-_.:,;<> üÖßдё日")
	random := rand.New(rand.NewPCG(1, 1))
	for range 60 {
		password := make([]rune, 8+random.IntN(24))
		for i := range password {
			password[i] = alphabet[random.IntN(len(alphabet))]
		}
		passwords = append(passwords, string(password))
	}
	for _, password := range passwords {
		h := NewMasker(user, password)
		blob := encode("\x00" + user + "\x00" + password)
		for name, echo := range echoes {
			if len(password) < minRun && name != "the blob" && name != "the command" && (name != "bare" || len(password) < minPassword) {
				continue // a piece of so short a password is part of any text
			}
			said := echo("AUTH PLAIN "+blob, blob, user, password)
			shown := h.Mask("5.7.8 refused (" + said + ") for " + user)
			if !utf8.ValidString(shown) || strings.Count(shown, "\n") != strings.Count(said, "\n") {
				t.Errorf("%s: %q became %q", name, said, shown)
			}
			for _, form := range forms(user, password) {
				tight, loose := strings.ToLower(form), alphanumerics(form, "")
				if strings.Contains(strings.ToLower(shown), tight) || len(loose) >= minRun && strings.Contains(alphanumerics(shown, ""), loose) {
					t.Errorf("%s: %q of %q is shown: %q", name, form, password, shown)
				}
			}
		}
	}
}

// TestOrdinaryWordsStay: a relay's offer and its refusals can be read, whatever
// the password.
func TestOrdinaryWordsStay(t *testing.T) {
	t.Parallel()
	for _, password := range []string{"geheim123", "mypassword99", "LOGIN", "Plain", "starttls", "AUTH PLAIN LOGIN", "username and password", "abc", ""} {
		h := NewMasker("wizard@example.com", password)
		for _, said := range []string{
			"AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2", "AUTH=PLAIN LOGIN", "STARTTLS", "SIZE 26214400", "5.7.8 Authentication failed for wizard@example.com",
			"5.5.4 AUTH LOGIN failed: mechanism not supported", "AUTH PLAIN is not available", "5.7.0 Must issue a STARTTLS command first",
		} {
			if got := h.Mask(said); got != said {
				t.Errorf("%q: %q became %q", password, said, got)
			}
		}
	}
	if got := NewMasker("u", "mypassword99").Mask("5.7.8 Username and Password not accepted"); got != "5.7.8 Username and Password not accepted" {
		t.Errorf("%q", got)
	}
}

func TestMaskAuth(t *testing.T) {
	t.Parallel()
	for said, want := range casetest.Read[map[string]string](t, "maskauth") {
		if got := MaskAuth(said); got != want {
			t.Errorf("%q became %q, want %q", said, got, want)
		}
	}
}

func FuzzMask(f *testing.F) {
	f.Add("bob", "geheim123", "535 5.7.8 bad geheim123")
	f.Add("", "ü\xffx\n日本語!", "AUTH PLAIN AGJv\nYgBz")
	f.Add("u", "", "\n\n")
	f.Fuzz(func(t *testing.T, user, password, said string) {
		said = strings.ReplaceAll(text.Clean(strings.ReplaceAll(said, "\n", "|")), "|", "\n")
		shown := NewMasker(user, password).Mask(said)
		if !utf8.ValidString(shown) || strings.Count(shown, "\n") != strings.Count(said, "\n") {
			t.Errorf("%q became %q", said, shown)
		}
	})
}

func TestWithoutLineEnd(t *testing.T) {
	for s, want := range map[string]string{"a\r\n": "a", "a\n\n": "a\n", " a ": " a ", "\n": ""} {
		if got := WithoutLineEnd(s); got != want {
			t.Errorf("%q becomes %q", s, got)
		}
	}
}
