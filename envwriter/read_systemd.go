package envwriter

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// systemd's EnvironmentFile= is read by parse_env_file_internal in
// src/basic/env-file.c. Since v254 a backslash at the end of a comment no longer
// swallows the next line; both are in use.
var systemdReader = Reader{
	Name: "systemd",
	Variants: []Variant{
		{"254 and later", func(file []byte) (map[string]string, error) { return readSystemd(string(file), false) }},
		{"up to 253", func(file []byte) (map[string]string, error) { return readSystemd(string(file), true) }},
	},
	lint: map[string]string{
		"bom":           bomBefore + "the line is ignored",
		"odd name":      oddCharacter + "the line is ignored",
		"open quote":    openQuote + "all that follows becomes part of the value",
		"export":        `"export": the line is ignored`,
		"colon":         colonSign + "the line is ignored",
		"comment":       keepsComment,
		"comment joins": "a comment that ends in a backslash: up to systemd 253 the next line is ignored",
		"line joins":    joinsNextLine,
		"utf8":          "not UTF-8: " + refusesFile,
	},
}

const (
	systemdBlank   = " \t\n\r" // WHITESPACE in string-util.h
	systemdNewline = "\n\r"    // NEWLINE
	systemdEscaped = "\"\\`$"  // SHELL_NEED_ESCAPE in escape.h
)

// readSystemd drops invalid names (strv_env_clean), but fails on invalid UTF-8.
func readSystemd(file string, commentContinues bool) (map[string]string, error) {
	if strings.Contains(file, "\x00") {
		return nil, errors.New("NUL byte")
	}
	vars := map[string]string{}
	for rest := file; ; {
		rest = strings.TrimLeft(rest, systemdBlank)
		if rest == "" {
			return vars, nil
		}
		if rest[0] == '#' || rest[0] == ';' {
			rest = afterComment(rest, commentContinues)
			continue
		}
		end := 1 + strings.IndexAny(rest[1:], "="+systemdNewline)
		if end == 0 {
			return vars, nil
		}
		key, separator := strings.TrimRight(rest[:end], systemdBlank), rest[end]
		rest = rest[end+1:]
		if separator != '=' {
			continue
		}
		var value string
		value, rest = systemdValue(rest)
		if !systemdUTF8(key) || !systemdUTF8(value) {
			return nil, errors.New("not UTF-8")
		}
		if isName(key) {
			vars[key] = value
		}
	}
}

// afterComment returns what follows a comment; a backslash escapes its line end.
func afterComment(s string, continues bool) string {
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && (continues || strings.IndexByte(systemdNewline, s[i+1]) < 0) {
			i++
		} else if strings.IndexByte(systemdNewline, s[i]) >= 0 {
			return s[i+1:]
		}
	}
	return ""
}

// systemdValue reads a value and returns the rest of the file, at whose end an open
// quote or escape is not an error.
func systemdValue(s string) (value, rest string) {
	var out []byte
	bare := false // an unquoted character was read: from then on quotes are literal
	kept := 0     // length without unquoted blanks at the end
	i := 0
	for ; i < len(s) && strings.IndexByte(systemdNewline, s[i]) < 0; i++ {
		c := s[i]
		switch {
		case c == '\\':
			bare = true
			i++
			if i < len(s) && strings.IndexByte(systemdNewline, s[i]) < 0 { // an escaped line end is eaten
				out = append(out, s[i])
			}
			kept = len(out)
		case !bare && c == '\'':
			quoted, _, _ := strings.Cut(s[i+1:], "'")
			out = append(out, quoted...)
			i += 1 + len(quoted)
		case !bare && c == '"':
			var length int
			out, length = systemdDouble(out, s[i+1:])
			i += length
		case strings.IndexByte(systemdBlank, c) < 0:
			bare = true
			out = append(out, c)
			kept = len(out)
		case bare:
			out = append(out, c)
		}
	}
	if bare {
		out = out[:kept]
	}
	return string(out), s[min(i+1, len(s)):]
}

// systemdDouble appends what is in double quotes and returns its length in the file,
// including the closing quote.
func systemdDouble(out []byte, s string) ([]byte, int) {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return out, i + 1
		case s[i] != '\\':
			out = append(out, s[i])
		case i+1 < len(s):
			i++
			if strings.IndexByte(systemdEscaped, s[i]) >= 0 {
				out = append(out, s[i])
			} else if s[i] != '\n' {
				out = append(out, '\\', s[i])
			}
		}
	}
	return out, len(s)
}

// systemdUTF8 is utf8_is_valid in src/basic/utf8.c, which also refuses the code
// points that are no characters: U+FDD0 to U+FDEF and the last two of each plane.
func systemdUTF8(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe
	})
}
