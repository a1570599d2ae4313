package envwriter

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// systemd's EnvironmentFile= is read by parse_env_file_internal in
// src/basic/env-file.c, a state machine over bytes. Since v254 a backslash at
// the end of a comment no longer swallows the next line; both are in use.
var systemdWays = []way{
	{note: "254 and later", read: func(f []byte) (map[string]string, error) { return readSystemd(f, false) }},
	{note: "up to 253", read: func(f []byte) (map[string]string, error) { return readSystemd(f, true) }},
}

type systemdState int

const (
	sdPreKey systemdState = iota
	sdKey
	sdPreValue
	sdValue
	sdValueEscape
	sdSingle
	sdDouble
	sdDoubleEscape
	sdComment
	sdCommentEscape
)

const (
	sdBlank   = " \t\n\r" // WHITESPACE in string-util.h
	sdNewline = "\n\r"    // NEWLINE
	sdEscaped = "\"\\`$"  // SHELL_NEED_ESCAPE in escape.h
)

type systemdParser struct {
	state           systemdState
	commentContinue bool
	key, value      []byte
	trim            int // length of the value without unquoted blanks at its end, -1 when there are none
	vars            map[string]string
	err             error
}

func readSystemd(file []byte, commentContinues bool) (map[string]string, error) {
	if strings.IndexByte(string(file), 0) >= 0 {
		return nil, errors.New("NUL byte")
	}
	p := &systemdParser{commentContinue: commentContinues, trim: -1, vars: map[string]string{}}
	for _, c := range file {
		p.step(c)
	}
	switch p.state {
	case sdPreKey, sdKey, sdComment, sdCommentEscape:
	case sdValue:
		p.push(true)
	default: // an open quote or escape at the end of the file is let through
		p.push(false)
	}
	if p.err != nil {
		return nil, p.err
	}
	return p.vars, nil
}

func (p *systemdParser) step(c byte) {
	newline := strings.IndexByte(sdNewline, c) >= 0
	switch p.state {
	case sdPreKey:
		p.preKey(c)
	case sdKey:
		switch {
		case newline:
			p.state, p.key = sdPreKey, nil
		case c == '=':
			p.state, p.trim = sdPreValue, -1
		default:
			p.key = append(p.key, c)
		}
	case sdPreValue, sdValue:
		if newline {
			p.push(p.state == sdValue)
			p.state = sdPreKey
		} else {
			p.inValue(c)
		}
	case sdComment:
		if c == '\\' {
			p.state = sdCommentEscape
		} else if newline {
			p.state = sdPreKey
		}
	case sdCommentEscape:
		p.state = sdComment
		if newline && !p.commentContinue {
			p.state = sdPreKey
		}
	default:
		p.quoted(c, newline)
	}
}

func (p *systemdParser) preKey(c byte) {
	switch {
	case c == '#' || c == ';':
		p.state = sdComment
	case strings.IndexByte(sdBlank, c) < 0:
		p.state, p.key = sdKey, []byte{c}
	}
}

func (p *systemdParser) inValue(c byte) {
	blank := strings.IndexByte(sdBlank, c) >= 0
	switch {
	case c == '\\':
		p.state, p.trim = sdValueEscape, -1
	case p.state == sdPreValue && c == '\'':
		p.state = sdSingle
	case p.state == sdPreValue && c == '"':
		p.state = sdDouble
	case p.state == sdPreValue && blank:
	default:
		if !blank {
			p.trim = -1
		} else if p.trim < 0 {
			p.trim = len(p.value)
		}
		p.state = sdValue
		p.value = append(p.value, c)
	}
}

func (p *systemdParser) quoted(c byte, newline bool) {
	switch p.state {
	case sdValueEscape: // an escaped line end is eaten
		p.state = sdValue
		if !newline {
			p.value = append(p.value, c)
		}
	case sdSingle:
		if c == '\'' {
			p.state = sdPreValue
			return
		}
		p.value = append(p.value, c)
	case sdDouble:
		switch c {
		case '"':
			p.state = sdPreValue
		case '\\':
			p.state = sdDoubleEscape
		default:
			p.value = append(p.value, c)
		}
	case sdDoubleEscape:
		p.state = sdDouble
		if strings.IndexByte(sdEscaped, c) >= 0 {
			p.value = append(p.value, c)
		} else if c != '\n' {
			p.value = append(p.value, '\\', c)
		}
	}
}

// push stores a finished variable. Names that are no environment names are
// dropped (strv_env_clean); one that is not UTF-8 fails the whole file.
func (p *systemdParser) push(trim bool) {
	if trim && p.trim >= 0 {
		p.value = p.value[:p.trim]
	}
	key := strings.TrimRight(string(p.key), sdBlank)
	if !systemdUTF8(key) || !systemdUTF8(string(p.value)) {
		p.err = errors.New("not UTF-8")
	}
	if isName(key) {
		p.vars[key] = string(p.value)
	}
	p.key, p.value, p.trim = nil, nil, -1
}

// systemdUTF8 is utf8_is_valid in src/basic/utf8.c, which also refuses the code
// points that are no characters: U+FDD0 to U+FDEF and the last two of each plane.
func systemdUTF8(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe
	})
}

// isName reports whether s is a portable name of an environment variable.
func isName(s string) bool {
	for i := 0; i < len(s); i++ {
		if !nameByte(s[i], i == 0) {
			return false
		}
	}
	return s != ""
}

func nameByte(c byte, first bool) bool {
	return c == '_' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || !first && c >= '0' && c <= '9'
}
