package reading

import (
	"embed"
	"encoding/json"
	"strings"
	"sync"

	"smtp-wizard/internal/lazy"
	"smtp-wizard/smtpcheck"
)

// dialect is one way in which programs report a failure.
type dialect struct {
	Name  string
	Has   string   // phrases of which its messages have one; "" is any program
	Forms []string // groups: code, codewords, enhanced, reply, command, host, port, name
	Signs []sign

	forms []*lazy.Regexp
}

// sign is a phrase and what it stands for.
type sign struct {
	At    string // the stages of the operation that it names, the likeliest first
	Says  string
	Code  int
	Kind  Kind
	Loose bool // counts only where nothing else tells the stage
}

//go:embed dialects.json lines.json
var files embed.FS

// table is dialects.json: the dialects in the order in which they are asked, the
// names that programs give to commands, and how they put what fails below the
// protocol, the particular before the general. With it is lines.json: what lines
// of any program have in common.
type table struct {
	About              string
	Dialects           []dialect
	Commands, Wordings []sign

	Stamps []string // expressions for what loggers put before a message
	stamp  *lazy.Regexp
	// Sent are a client's commands that a refusal can belong to, and how programs log
	// that they come to one.
	Sent []struct {
		Form  string
		Stage smtpcheck.Stage
		form  *lazy.Regexp
	}
	Codes []struct { // the stages that give them, the particular before the general
		Code   int
		Status string // enhanced, without its class; its beginning ends in a dot
		At     string
	}
	Kinds    map[string]string // stages at which alone kinds can happen
	stagesOf map[Kind]string   // the same by kind
	Topics   string            // phrases of which a line about mail has one
	Telling  string            // phrases of lines that tell of a failure, or of the conversation before
	Prose    string            // words that follow "password" in refusals and logs, and are none
}

// short are parts of expressions that many forms have.
var short = strings.NewReplacer("{code}", `(?P<code>[45][0-5]\d)`, "{status}", `(?:(?P<enhanced>[45]\.\d{1,3}\.\d{1,3})[: ]+)?`)

// tables are read when they are first asked.
var tables = sync.OnceValue(func() (t table) {
	for _, name := range []string{"dialects.json", "lines.json"} {
		data, err := files.ReadFile(name)
		if err == nil {
			err = json.Unmarshal(data, &t)
		}
		if err != nil {
			panic(name + ": " + err.Error())
		}
	}
	t.stamp = lazy.Compile("^(?:" + strings.Join(t.Stamps, "|") + ")[ :]*")
	t.stagesOf = map[Kind]string{}
	for stages, kinds := range t.Kinds {
		for k := range strings.FieldsSeq(kinds) {
			t.stagesOf[Kind(k)] = stages
		}
	}
	for i := range t.Sent {
		t.Sent[i].form = lazy.Compile(t.Sent[i].Form)
	}
	for i := range t.Dialects {
		d := &t.Dialects[i]
		for _, f := range d.Forms {
			d.forms = append(d.forms, lazy.Compile(`(?i)`+short.Replace(f)))
		}
	}
	return t
})

// stagesOfCommand are the stages of a command as programs name it; in place of a
// command stands the code that PHP's mailers waited for.
func stagesOfCommand(command string) []smtpcheck.Stage {
	command = strings.ToLower(strings.TrimSpace(command))
	for _, c := range tables().Commands {
		if Says(command, c.Says) {
			return StagesOf(c.At)
		}
	}
	return nil
}

var codeWord = lazy.Compile(`severity: (\w+), category: (\w+), detail: (\w+)`)

// codeOfWords is a reply code that Rust's lettre prints as words.
func codeOfWords(text string) int {
	m := codeWord.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	digits := map[string]int{
		"TransientNegativeCompletion": 4, "PermanentNegativeCompletion": 5,
		"Syntax": 0, "Information": 1, "Connections": 2, "Unspecified3": 3, "Unspecified4": 4, "MailSystem": 5,
		"Zero": 0, "One": 1, "Two": 2, "Three": 3, "Four": 4, "Five": 5, "Six": 6, "Seven": 7, "Eight": 8, "Nine": 9,
	}
	return 100*digits[m[1]] + 10*digits[m[2]] + digits[m[3]]
}

func worthReading(text string) bool {
	lower := strings.ToLower(text)
	if Says(lower, tables().Topics) || kindOfWords(lower) != "" {
		return true
	}
	return replyAt(text) >= 0 || statusIn(text) != "" || lettreCode.MatchString(text)
}

var lettreCode = lazy.Compile(`severity: \w+NegativeCompletion`)
