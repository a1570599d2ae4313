package reading

import (
	"slices"
	"strconv"
	"strings"

	"smtp-wizard/internal/lazy"
	"smtp-wizard/smtpcheck"
)

// MaxText is how many bytes of a text are read; of a longer one the end counts,
// where a log has its newest lines.
const MaxText = 1 << 20

const (
	maxLines  = 500 // lines of a log that may be about a failure, the newest
	smallText = 400 // up to so many lines, lines without a time stamp belong together
)

// Read takes a text apart into the failures that it tells of, in its order.
func Read(text string) []Message {
	if len(text) > MaxText {
		text = text[len(text)-MaxText:]
	}
	if strings.Contains(text, "  << ") { // Symfony's dialogue in a log that joins lines
		text = dialogueLine.ReplaceAllStringFunc(text, func(line string) string { return dialogueFrame.ReplaceAllString(line, "\n$1") })
	}
	if strings.Contains(text, "SERVER -> CLIENT: ") {
		text = frameInLine.ReplaceAllString(text, "\n$1")
	}
	lines := strings.Split(text, "\n")
	r := reader{small: len(lines) <= smallText}
	if !r.small {
		lines = newestTelling(lines)
	}
	for _, line := range strings.Split(Clean(strings.Join(lines, "\n")), "\n") {
		if strings.TrimSpace(line) != "" && !headerLine.MatchString(line) {
			r.line(ends(line))
		}
	}
	r.flush()
	var messages []Message
	for _, b := range distinct(r.blocks) {
		if m, ok := b.message(); ok {
			messages = append(messages, m)
		}
	}
	return messages
}

// headerLine is a line of the message that a bounce gives back, or about it.
var headerLine = lazy.Compile(`(?i)^[> ]*(?:Message-ID|X-[\w-]+|Received|Received-From-MTA|Arrival-Date|Last-Attempt-Date|Reporting-MTA|Date|MIME-Version|Content-[\w-]+|Return-Path|Delivered-To|User-Agent|DKIM-Signature) ?:`)

// frameInLine is a frame of PHPMailer's in a page that has lost the line ends.
var frameInLine = lazy.Compile(`[ >](?:\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\s+)?((?:SERVER -> CLIENT|CLIENT -> SERVER|SMTP ERROR|SMTP NOTICE):)`)

var (
	dialogueLine  = lazy.Compile(`(?m)^.*>> [A-Z]{4}.*  << \d{3}[ -].*$`)
	dialogueFrame = lazy.Compile(`\s(>> [A-Z]{4}|<< \d{3}|!! )`)
)

// newestTelling are the last lines of a long log that are worth reading; it is
// a quick look, since most lines are not.
func newestTelling(lines []string) []string {
	var kept []string
	for i := len(lines) - 1; i >= 0 && len(kept) < maxLines; i-- {
		if line := ends(lines[i]); hasCodeDigits(line) || Says(strings.ToLower(line), tables().Telling) || replyLine.MatchString(line) {
			kept = append(kept, line)
		}
	}
	slices.Reverse(kept)
	return kept
}

// distinct keeps each wording once, the last.
func distinct(blocks []*block) []*block {
	if len(blocks) <= smallText {
		return blocks
	}
	var kept []*block
	seen := map[string]bool{}
	for i := len(blocks) - 1; i >= 0; i-- {
		b := blocks[i]
		key := strconv.Itoa(b.code) + string(b.stage) + b.parts[0]
		if !seen[key] && (b.code != 0 || len(b.parts) > 1 || worthReading(b.parts[0])) {
			seen[key] = true
			kept = append(kept, b)
		}
	}
	slices.Reverse(kept)
	return kept
}

// reader follows a text line by line, as the conversation that it may be.
type reader struct {
	small  bool
	blocks []*block
	open   *block

	stage    smtpcheck.Stage   // of the command that the next reply answers
	queue    []smtpcheck.Stage // commands that were sent ahead and are not answered yet
	names    []string          // EHLO names so far in this conversation
	session  int
	answered bool // a reply came after the last command
	secret   bool // the next thing the client says is a credential
	upgraded bool // STARTTLS was agreed to
	greeting bool // a multi-line greeting goes on
}

var (
	replyLine = lazy.Compile(`^(2[0-5]\d|3[35]4|4[02-9]\d|5\d\d)(?:([ -])|$)`)
	// frames are lines of a stack trace.
	frames = lazy.Compile(`^(?:at (?:\S+ )*\S*\(|at /\S+|File "|from /|#\d{1,2}\s(?:[^{]|\{closure|\{main\}$)|\^+$|\([\w/]+\) (?:lib|src)/|[\w./-]+\.(?:rb|ex|exs):\d+:in|/\S+\.go:\d+ \+0x|self\._|return |line = self|raise |sock\.connect|goroutine )`)
)

// raisedIn is the first line of a Ruby exception: the place, then the message.
var raisedIn = lazy.Compile("^\\S+\\.rb:\\d+:in [`'][^`']{1,80}': (.+)")

// nested joins an exception to its cause, also where each line has a time stamp.
var nested = lazy.Compile(`(?i)nested exception is:?\s*(?:\n|$)|\n(?:caused by|nested exception)`)

func (r *reader) flush() {
	if r.open != nil && len(r.open.parts) > 0 {
		r.blocks = append(r.blocks, r.open)
	}
	r.open = nil
}

func (r *reader) start() *block {
	r.flush()
	r.open = &block{stage: r.stage, names: r.names, session: r.session, small: r.small}
	if r.upgraded {
		r.open.tls = smtpcheck.TLSStartTLS
	}
	return r.open
}

func (r *reader) line(raw string) {
	who, text, fresh := unwrap(raw)
	m := replyLine.FindStringSubmatch(text)
	switch {
	case who != fromClient && m != nil:
		code, _ := strconv.Atoi(m[1])
		r.reply(code, text, who == fromServer || fresh)
	case r.secret && credential.MatchString(text):
		r.secret = false
		r.flush()
	case r.command(who, text, fresh):
	case who == fromClient:
		r.flush()
	default:
		r.words(text, fresh || who == fromServer)
	}
}

// reply takes a line that begins with a reply code: what goes on, or a refusal. One
// that follows a line of the same refusal, or words that announce it, belongs to it.
func (r *reader) reply(code int, text string, fresh bool) {
	if code < 400 {
		r.flush()
		r.consent(code)
		r.answer(text)
		return
	}
	defer r.answer(text)
	r.greeting = false
	if r.open == nil || r.open.code != code && (fresh || r.open.code != 0 || !r.small) {
		r.start()
	}
	r.open.code = code
	r.open.parts = append(r.open.parts, text)
}

// consent follows a reply that goes on: a greeting begins a conversation, 334 asks
// for a credential.
func (r *reader) consent(code int) {
	r.secret = code == 334
	again := r.greeting
	r.greeting = code == 220
	if code != 220 || again {
		return
	}
	if r.stage == smtpcheck.StageStartTLS {
		r.upgraded = true
		return
	}
	r.stage, r.names, r.upgraded = "", nil, false
	r.session++
}

// successors are what comes after a command that was agreed to, where a log does
// not show it.
var successors = map[smtpcheck.Stage]smtpcheck.Stage{
	smtpcheck.StageStartTLS: smtpcheck.StageTLS, smtpcheck.StageAuth: smtpcheck.StageMail, smtpcheck.StageMail: smtpcheck.StageRcpt, smtpcheck.StageRcpt: smtpcheck.StageData,
}

// answer ends the wait of the command that a reply answers: one that has others
// sent behind it (RFC 2920).
func (r *reader) answer(line string) {
	r.answered = true
	if len(line) > 3 && line[3] == '-' {
		return
	}
	if next, ok := successors[r.stage]; ok && len(r.queue) < 2 && strings.HasPrefix(line, "2") {
		r.stage = next
	}
	if len(r.queue) < 2 {
		return
	}
	r.queue = r.queue[1:]
	r.stage = r.queue[0]
}

// command takes a line of the client that a refusal can belong to.
func (r *reader) command(who speaker, text string, fresh bool) bool {
	stage := stageOfCommand(text)
	if stage == "" || who != fromClient && fresh && !strings.HasPrefix(text, "MTA_") {
		return false
	}
	r.flush()
	if name := AnnouncedIn(text); stage == smtpcheck.StageEHLO && name != "" {
		r.names = append(r.names[:len(r.names):len(r.names)], name)
	}
	if r.answered {
		r.queue = nil
	}
	r.queue, r.answered = append(r.queue, stage), false
	r.stage, r.greeting = r.queue[0], false
	return true
}

// words takes any other line. One with a time stamp stands for itself.
func (r *reader) words(text string, fresh bool) {
	r.greeting = false
	b := r.open
	if m := raisedIn.FindStringSubmatch(text); m != nil {
		text = m[1]
	}
	isFrame := frames.MatchString(text)
	if b != nil && len(b.parts) > 0 && nested.MatchString(b.parts[len(b.parts)-1]+"\n"+text) {
		b.parts = append(b.parts, text)
		return
	}
	if b == nil || fresh && !isFrame || len(b.parts)+len(b.frames) >= maxParts || !r.small && !isFrame && len(b.parts) > 4 {
		if fresh {
			r.session++
		}
		b = r.start()
	}
	if isFrame {
		b.frames = append(b.frames, text)
		return
	}
	b.parts = append(b.parts, text)
}

// telling is the line for showing: the whole message where it is short, else from
// the line on that has the reply or names the failure.
func (b *block) telling(words string) string {
	if len(words) <= 300 {
		return words
	}
	for i, part := range b.parts {
		if replyAt(part) >= 0 || b.code == 0 && kindOfWords(strings.ToLower(part)) != "" {
			return OneLine(ends(strings.Join(b.parts[i:], "\n")))
		}
	}
	return words
}

// stageOfCommand is the stage that a client's command begins, or "".
func stageOfCommand(text string) smtpcheck.Stage {
	text = strings.TrimRight(strings.TrimSuffix(strings.TrimRight(text, `'"`), `\r\n`), `'"`)
	for _, c := range tables().Sent {
		if c.form.MatchString(text) {
			return c.Stage
		}
	}
	return ""
}

var heloOf = lazy.Compile(`(?i)\b(?:EHLO|HELO)[ :]+<?([A-Za-z0-9._:\[\]-]{1,255})`)

// AnnouncedIn is the name in a command such as "EHLO localhost", or "".
func AnnouncedIn(command string) string {
	if m := heloOf.FindStringSubmatch(command); m != nil {
		return m[1]
	}
	return ""
}
