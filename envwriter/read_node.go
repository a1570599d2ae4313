package envwriter

import (
	"errors"
	"regexp"
	"strings"
)

// Node reads --env-file with Dotenv::ParseContent in src/node_dotenv.cc, which
// was rewritten between 20 and 22; the npm package dotenv (lib/main.js, 16 and
// 17) has a regular expression of its own. All three are in use.
var nodeWays = []way{
	{note: "22 and later", read: func(f []byte) (map[string]string, error) { return readNode(f, false), nil }},
	{note: "20", read: func(f []byte) (map[string]string, error) { return readNode(f, true), nil }},
	{note: "npm dotenv", read: readNpm},
}

// nodeBlanks are what 22 trims; 20 trims spaces alone.
const nodeBlanks = " \t\n"

func readNode(file []byte, old bool) map[string]string {
	vars := map[string]string{}
	trim, stop := nodeBlanks, "=\n"
	if old {
		trim, stop = " ", "="
	}
	rest := strings.Trim(strings.ReplaceAll(string(file), "\r", ""), trim)
	for rest != "" {
		if rest[0] == '\n' || rest[0] == '#' {
			_, after, found := strings.Cut(rest, "\n")
			if found || !old { // 20 reads a comment that ends the file as a key
				rest = after
				continue
			}
		}
		at := strings.IndexAny(rest, stop)
		if at < 0 {
			break
		}
		if rest[at] == '\n' {
			rest = strings.Trim(rest[at+1:], trim)
			continue
		}
		key := strings.Trim(rest[:at], trim)
		rest = rest[at+1:]
		if key == "" {
			if old {
				break
			}
			rest = strings.Trim(rest, trim)
			continue
		}
		rest = nodeStatement(key, rest, trim, old, vars)
	}
	return vars
}

// nodeStatement stores the value that rest begins with and returns what follows.
func nodeStatement(key, rest, trim string, old bool, vars map[string]string) string {
	if !old {
		if rest == "" || rest[0] == '\n' {
			vars[key] = "" // here an "export " stays in the key
			return rest
		}
		rest = strings.Trim(rest, trim)
	}
	if after, found := strings.CutPrefix(key, "export "); found {
		key = after
		if !old {
			key = strings.Trim(key, trim)
		}
	}
	if rest == "" {
		vars[key] = ""
		return ""
	}
	value, after, ok := nodeValue(rest, old)
	if ok {
		vars[key] = strings.Clone(value)
	}
	if !old {
		after = strings.Trim(after, trim)
	}
	return after
}

func nodeValue(rest string, old bool) (value, after string, ok bool) {
	trim := nodeBlanks
	if old {
		trim = " "
	}
	if strings.IndexByte("'\"`", rest[0]) >= 0 {
		if end := strings.IndexByte(rest[1:], rest[0]); end >= 0 {
			value = rest[1 : end+1]
			if rest[0] == '"' {
				value = strings.ReplaceAll(value, `\n`, "\n")
			}
			_, after, _ = strings.Cut(rest[end+2:], "\n")
			return value, after, true
		}
		value, after, found := strings.Cut(rest, "\n")
		return value, after, found || !old // 20 drops an open quote on the last line
	}
	value, after, _ = strings.Cut(rest, "\n")
	value, _, _ = strings.Cut(value, "#")
	return strings.Trim(value, trim), after, true
}

// jsBlank is what \s and trim mean in JavaScript.
const jsBlank = `\t\n\v\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`

// npmStatement is what the package takes for one statement: an optional export,
// a key, "=" or ":" and a value in quotes, or bare up to "#" or the line's end.
var npmStatement = regexp.MustCompile(strings.ReplaceAll(
	`(?m)^\s*(?:export\s+)?([0-9A-Za-z_.-]+)(?:\s*=\s*?|:\s+?)`+
		`(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*\x60(?:\\\x60|[^\x60])*\x60|[^#\r\n]+)?\s*(?:#.*)?$`,
	`\s`, "["+jsBlank+"]"))

func readNpm(file []byte) (map[string]string, error) {
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(file))
	if strings.ContainsAny(text, "\u2028\u2029") {
		return nil, errors.New("a line or paragraph separator") // ends a line in JavaScript only
	}
	vars := map[string]string{}
	for _, m := range npmStatement.FindAllStringSubmatch(text, -1) {
		value := strings.TrimFunc(m[2], isJSBlank)
		double := strings.HasPrefix(value, `"`)
		value = npmUnquote(value)
		if double {
			value = strings.NewReplacer(`\n`, "\n", `\r`, "\r").Replace(value)
		}
		vars[m[1]] = value
	}
	return vars, nil
}

var jsBlankPattern = regexp.MustCompile("^[" + jsBlank + "]$")

func isJSBlank(r rune) bool {
	if r < 0x80 {
		return r == ' ' || r >= '\t' && r <= '\r'
	}
	return jsBlankPattern.MatchString(string(r))
}

// npmUnquote drops, from each line that begins with a quote, that quote and the
// last one of its kind that ends a line, as /^(['"`])([\s\S]*)\1$/mg does.
func npmUnquote(s string) string {
	var out strings.Builder
	for s != "" {
		if strings.IndexByte("'\"`", s[0]) >= 0 {
			if end := lastQuoteAtLineEnd(s); end > 0 {
				out.WriteString(s[1:end])
				s = s[end+1:]
			}
		}
		line, _, found := strings.Cut(s, "\n")
		out.WriteString(line)
		s = s[len(line):]
		if found {
			out.WriteByte('\n')
			s = s[1:]
		}
	}
	return out.String()
}

func lastQuoteAtLineEnd(s string) int {
	for i := len(s) - 1; i > 0; i-- {
		if s[i] == s[0] && (i == len(s)-1 || s[i+1] == '\n') {
			return i
		}
	}
	return -1
}
