package reading

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"smtp-wizard/internal/lazy"
)

// speaker is who said a line, as its prefix tells.
type speaker int

const (
	fromNobody speaker = iota
	fromClient
	fromServer
)

// The prefixes of swaks ("<** ", " -> "), Exim ("SMTP<< "), PHPMailer ("SERVER
// -> CLIENT: "), Python's smtplib ("reply: b'"), curl ("< "), nodemailer ("S: "),
// DokuWiki ("Got: ") and of this program ("S: ").
var (
	serverSays = lazy.Compile(`^S:\b|^(?:(?:< )?S:|SMTP -> FROM SERVER:|<\*\*|<~\*|<--?|<~|<<<|<<|<=|<|\*\*<|SERVER -> CLIENT:|SMTP ?<<<?|reply:|retcode|(?i:recv:)|Got:|Writing response to client:)(?:\s*b['"]|\s+)`)
	clientSays = lazy.Compile(`^(?:(?:> )?C:|--?>|~>|>>>|>>|=>|>|CLIENT -> SERVER:|SMTP ?>>>?|(?i:send:)|(?:Client s|S)ent:)\s+(?:b?['"])?`)
	// eximDebug is a line of Exim's debugging output behind the number of its process.
	eximDebug = lazy.Compile(`^\d{1,7} +(?:SMTP[<>(]|LOG: |Connecting to |delivering |[RT]: |Exim version |H=|==|\*\*|<=)|^\d{4,7} +rejected |^\d{1,7} {8,}\d{3}[ -]`)
	// bracketed is a reply as CakePHP traces it.
	bracketed = lazy.Compile(`^\[([2-5][0-5]\d)\]([ -].*)$`)
	// levels do not begin a new message: "Error: " may stand in the middle of one.
	levels = lazy.Compile(`^[└├│─]+\s*|^(?:\[?(?i:trace|debug|info|notice|warn|warning|error|err|erro|fatal|crit|critical)(?:\]\s*|\]?:\s*)|(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|ERRO|FATAL|CRIT|CRITICAL)\s+)`)
)

// unwrap takes what loggers add off a line: time stamps, levels, container
// names, JSON, and the marks of who speaks.
func unwrap(line string) (who speaker, text string, fresh bool) {
	text = strings.Trim(strings.TrimSpace(line), "`")
	if before, inner, ok := unwrapJSON(text); ok {
		_, before, _ = unwrap(before)
		return fromNobody, strings.TrimSpace(before + " " + inner), true
	}
	for range 8 {
		if loc := tables().stamp.FindStringIndex(text); loc != nil {
			text, fresh = text[loc[1]:], true
		} else if loc := levels.FindStringIndex(text); loc != nil {
			text = text[loc[1]:]
		} else {
			break
		}
	}
	text = unescape(text)
	if eximDebug.MatchString(text) {
		_, text, _ = strings.Cut(text, " ")
		text, fresh = strings.TrimSpace(text), true
	}
	if m := bracketed.FindStringSubmatch(text); m != nil {
		return fromServer, m[1] + m[2], true
	}
	if loc := serverSays.FindStringIndex(text); loc != nil {
		return fromServer, strings.TrimRight(text[loc[1]:], `'"`), true
	}
	if loc := clientSays.FindStringIndex(text); loc != nil {
		return saidByClient(text, text[loc[1]:], fresh)
	}
	return fromNobody, text, fresh
}

// quotes are marks that quote as well as tell who speaks.
var quotes = lazy.Compile(`^(?:=|--)?> `)

// saidByClient tells what a client says from a quotation: a mark is one where
// no command follows.
func saidByClient(text, said string, fresh bool) (speaker, string, bool) {
	if fresh && strings.HasPrefix(text, "->") { // a serial monitor's mark
		return fromNobody, said, true
	}
	if !quotes.MatchString(text) || stageOfCommand(said) != "" || credential.MatchString(said) || strings.EqualFold(said, "QUIT") {
		return fromClient, said, true
	}
	if tables().stamp.MatchString(said) {
		return unwrap(said)
	}
	return fromNobody, said, fresh
}

// unescape undoes the quoting of logfmt, Go's %q and Python's repr as far as it
// hides words.
var unescape = strings.NewReplacer(`\r\n`, " ", `#012`, " ", `\n`, " ", `\"`, `"`, `\u003c`, "<", `\u003e`, ">", `\u0026`, "&", "500: Error sending", "Error sending").Replace

// unwrapJSON reads a JSON log line: what stands before the object, such as a
// container's name, and all strings in it, those that tell of the error last.
func unwrapJSON(line string) (before, inner string, ok bool) {
	before, _, found := strings.Cut(line, "{")
	rest := line[len(before):]
	if !found || !strings.HasSuffix(line, "}") || len(rest) > 64<<10 {
		return "", "", false
	}
	var object map[string]any
	if json.Unmarshal([]byte(rest), &object) != nil {
		return "", "", false
	}
	texts := stringsOf(object, 0)
	return before, OneLine(strings.Join(texts, ": ")), len(texts) > 0
}

const (
	// quiet are keys of JSON logs that never say what went wrong.
	quiet = "time timestamp ts level severity caller source logger trace_id span_id id service hostname pid"
	// "msg" comes before "error" in a sentence; the rest goes first.
	messageKeys = "msg message error err reason cause exception response reply detail details"
)

func stringsOf(value any, depth int) (all []string) {
	switch v := value.(type) {
	case string:
		return []string{unescape(v)}
	case []any:
		for _, item := range v[:min(len(v), 20)] {
			all = append(all, stringsOf(item, depth+1)...)
		}
	case map[string]any:
		if depth > 4 {
			return nil
		}
		order := strings.Fields(messageKeys)
		place := func(key string) int { return slices.Index(order, strings.ToLower(key)) }
		later := func(a, b string) int { return cmp.Or(place(a)-place(b), strings.Compare(a, b)) }
		for _, k := range slices.SortedFunc(maps.Keys(v), later) {
			if !HasWord(quiet, strings.ToLower(k)) && !secretKey.MatchString(k) {
				all = append(all, stringsOf(v[k], depth+1)...)
			}
		}
	}
	return all
}
