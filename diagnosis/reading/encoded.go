package reading

import (
	"encoding/base64"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// blob is what base64 of a credential looks like. One that was cut short has no
// padding.
var blob = regexp.MustCompile(`[A-Za-z0-9+/]{8,}={0,2}`)

// hideEncoded masks base64 that reads as text once it is decoded, such as the
// argument of an AUTH command that a relay quotes without the command. What a
// relay asks with AUTH LOGIN stays: "Username:" and "Password:" are no secrets.
func hideEncoded(s string) string {
	return blob.ReplaceAllStringFunc(s, func(token string) string {
		if readsAsText(token) {
			return masked
		}
		return token
	})
}

func readsAsText(token string) bool {
	if !unlikeWord.MatchString(token) {
		return false
	}
	token = strings.TrimRight(token, "=")
	if len(token)%4 == 1 {
		token = token[:len(token)-1]
	}
	raw, err := base64.RawStdEncoding.DecodeString(token)
	if err != nil {
		return false
	}
	text := strings.ReplaceAll(wholeCharacters(string(raw)), "\x00", " ")
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }) {
		return false
	}
	return !hasWord(prompts, strings.ReplaceAll(strings.ToLower(strings.TrimSpace(text)), " ", "-"))
}

// prompts are what relays ask with AUTH LOGIN, with a hyphen for a blank.
const prompts = "username: username user user: user-name user-name: password: password"

// unlikeWord demands what no word of a sentence has: a digit, a sign, or a
// capital behind a small letter.
var unlikeWord = regexp.MustCompile(`[0-9+/=]|[a-z][A-Z]`)

// wholeCharacters takes the character off the end that the cut went through.
func wholeCharacters(text string) string {
	for range utf8.UTFMax - 1 {
		if r, size := utf8.DecodeLastRuneInString(text); r != utf8.RuneError || size != 1 {
			break
		}
		text = text[:len(text)-1]
	}
	return text
}
