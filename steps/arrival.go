package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"smtp-wizard/diagnosis/received"
	"smtp-wizard/inbox"
	"smtp-wizard/internal/lazy"
	"smtp-wizard/internal/text"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/deliverability"
	"smtp-wizard/wizard"
)

// arrival asks for the code that only the test mail has.
type arrival struct{ world World }

func (arrival) ID() wizard.ID { return Arrival }
func (arrival) Name() string  { return "Inbox" }

// Mark says in the list of steps whether it has.
func (arrival) Mark(v View) wizard.Tone {
	if t, _ := testOf(v.Answers, v.Found); !t.Arrived {
		return wizard.Warn
	}
	return wizard.Good
}

// Skip: nobody looks, or nothing was sent.
func (s arrival) Skip(a Answers) bool {
	return s.world.Practice || a.Unattended || a.Offline || a.NoSend || a.Untested || a.Unsent
}

// The ways to show that a mail has arrived.
const (
	byCode   = "code"
	byIMAP   = "imap"
	bySource = "source"
)

const (
	codeTries = 3
	// LookBound limits a look into a mailbox.
	LookBound = 5 * time.Minute
)

// inboxLook is the job of one look into a mailbox; foundIn is where a test was found.
type (
	inboxLook struct {
		account inbox.Account
		token   string
		attempt int
	}
	foundIn struct{ token, mailbox string }
)

func (s arrival) Wants(v View) wizard.Job {
	t, tested := testOf(v.Answers, v.Found)
	if v.Answers.Mailbox == (inbox.Account{}) || !tested {
		return wizard.Job{}
	}
	return wizard.Job{Task: "inbox", For: inboxLook{v.Answers.Mailbox, t.Token, v.Answers.Attempts[Arrival]}}
}

func (s arrival) Work(ctx context.Context, job wizard.Job, v View, report func(any)) any {
	t, _ := testOf(v.Answers, v.Found)
	box, err := s.world.LookFor(ctx, t, job.For.(inboxLook).account, func(words string) { report(words) })
	if err != nil {
		return err
	}
	return foundIn{t.Token, box}
}

// LookFor looks into a mailbox for the message of a test until ctx ends, or LookBound.
func (w World) LookFor(ctx context.Context, t TestResult, account inbox.Account, report func(string)) (mailbox string, err error) {
	ctx, cancel := context.WithTimeout(ctx, LookBound)
	defer cancel()
	return inbox.Find(ctx, account, inbox.Mail{From: t.Setup.From, Subject: t.Token, Body: t.Code, Sent: w.Now()},
		inbox.Options{RootCAs: w.RootCAs, Masker: w.Masker, Report: report})
}

func (s arrival) Page(v View) wizard.Page {
	t, tested := testOf(v.Answers, v.Found)
	if !tested {
		return wizard.Page{Title: "Has the mail arrived?", Why: "The test was sent before you left. Enter sends another one."}
	}
	page := wizard.Page{
		Title: "Has the mail arrived?",
		Why: fmt.Sprintf("The relay took the test %s for %s. Type the code from the mail, or press Enter to go on without it.",
			t.Token, t.Setup.To),
		Gist: verdictGist(v),
	}
	page.Body = []wizard.Block{wizard.Table{Rows: []wizard.Row{passedRow(t.Result.Stages)}}, verdictBlock(v)}
	if v.Answers.Source != "" {
		page.Body = append(page.Body, sourceBlocks(v.Answers.Source)...)
	} else {
		page.Body = append(page.Body, hintBlocks(advice(t.Hints))...)
		for _, line := range WhereMailHides(t) {
			page.Body = append(page.Body, wizard.Text{Label: line[0], Body: line[1]})
		}
	}
	page.Body = append(page.Body, s.lookBlocks(&page, v)...)
	if t.Arrived || v.Answers.WrongCodes >= codeTries {
		return page
	}
	page.Field = s.fields(v, t)
	return page
}

// advice are the hints that ask for something to be done.
func advice(hints []deliverability.Hint) []deliverability.Hint {
	return slices.DeleteFunc(slices.Clone(hints), func(h deliverability.Hint) bool { return h.Level != deliverability.Advice })
}

// lookBlocks say what the look into the mailbox comes to.
func (arrival) lookBlocks(page *wizard.Page, v View) []wizard.Block {
	f := v.Found[Arrival]
	said := "The code may be typed all the while."
	if n := len(f.News); f.Running && n > 0 {
		said = sentence(fmt.Sprint(f.News[n-1])) + " " + said
	}
	if f.Running {
		page.Aside = "Looking for the mail by IMAP, for " + text.Minutes(LookBound)
		return []wizard.Block{wizard.Text{Tone: wizard.Busy, Label: "IMAP", Body: said}}
	}
	if err := failed(f); err != nil {
		return []wizard.Block{wizard.Text{Tone: wizard.Warn, Label: "IMAP", Body: sentence(err.Error())}}
	}
	if box, ok := f.Result.(foundIn); ok {
		return []wizard.Block{wizard.Text{Tone: wizard.Good, Label: "IMAP", Body: "The mail is in " + box.mailbox + "."}}
	}
	return nil
}

func (arrival) fields(v View, t TestResult) []wizard.Field {
	how := field(Arrival, "how", wizard.ChoiceField, byCode)
	missing := func(name string, kind wizard.Kind, preset string) wizard.Field {
		f := field(Arrival, name, kind, preset)
		_, given := v.Input[name]
		_, typed := v.Secret(name)
		f.Missing = !given && !typed
		return f
	}
	switch v.Text("how", byCode) {
	case byIMAP:
		_, domain, _ := strings.Cut(t.Setup.To, "@")
		return []wizard.Field{how, missing("imap", wizard.TextField, "imap."+domain),
			missing("imap_user", wizard.TextField, t.Setup.To), missing("imap_password", wizard.SecretField, "")}
	case bySource:
		source := missing("source", wizard.TextField, "")
		source.Hide = func(text string) string { return strings.Map(asSpace, text) }
		return []wizard.Field{how, source}
	}
	code := field(Arrival, "code", wizard.SecretField, "")
	code.Missing = true
	return []wizard.Field{code, how}
}

func asSpace(r rune) rune {
	if unicode.IsControl(r) {
		return ' '
	}
	return r
}

// WhereMailHides is what helps to find the message of a test, each with a label.
func WhereMailHides(t TestResult) [][2]string {
	lines := [][2]string{{"Look", "In the inbox of " + t.Setup.To + ", then in its spam folder. A receiver that does not know " +
		"the sender may delay it by some minutes (greylisting). Is the address right?"}}
	if id := relayID(t.Result); id != "" {
		lines = append(lines, [2]string{"Relay", "Its ID for the mail is " + id + ". Search its log for that."})
	}
	return lines
}

var queueID = lazy.Compile(`(?i)(?:queued as|InternalId=|\bid=|\bid:?) *<?([\w.+/-]{5,})|` +
	`^250 (?:\d\.\d\.\d )?(?:ok:? +)?(?:\d+ )?([A-Za-z]*\d[\w-][\w.-]{4,})`)

// relayID is the relay's own name for the message, else its last words.
func relayID(r smtpcheck.Result) string {
	for _, stage := range r.Stages {
		if m := queueID.FindStringSubmatch(stage.Detail); stage.Stage == smtpcheck.StageData && m != nil {
			return m[1] + m[2]
		} else if stage.Stage == smtpcheck.StageData {
			return `in "` + stage.Detail + `"`
		}
	}
	return ""
}

// sourceBlocks are what the headers of a received mail say.
func sourceBlocks(source string) []wizard.Block {
	report, ok := received.Read(source)
	if !ok {
		return []wizard.Block{wizard.Text{Tone: wizard.Warn, Label: "Source", Body: "That has no headers that a receiver has added."}}
	}
	table := wizard.Table{}
	for _, c := range report.Auth.Checks() {
		table.Rows = append(table.Rows, rowOf(toneOf(c.Result == "pass"), strings.ToUpper(c.Method), c.Result, c.Domain, c.Reason))
	}
	for _, f := range report.Spam {
		table.Rows = append(table.Rows, rowOf(wizard.Plain, f.Name, f.Verdict, f.Points(), strings.Join(f.Says, ", ")))
	}
	tone := wizard.Warn
	if len(report.Problems) == 0 {
		tone = wizard.Good
	}
	blocks := []wizard.Block{table, wizard.Text{Tone: tone, Label: "Why", Body: report.Cause}}
	if report.Fix != "" {
		blocks = append(blocks, wizard.Text{Label: "Do this", Body: report.Fix})
	}
	return blocks
}

// IsCode reports whether a text is the code of a test, as people write it down.
func (t TestResult) IsCode(typed string) bool {
	return !t.Code.Empty() && withoutGaps.ReplaceAllString(typed, "") == t.Code.Reveal()
}

var withoutGaps = lazy.Compile(`[\s\x{a0}-]+`)

func (s arrival) Take(v View) Intent {
	a := v.Answers
	t, tested := testOf(a, v.Found)
	typed, given := v.Secret("code")
	word := strings.ToLower(strings.TrimSpace(typed.Reveal()))
	how := v.Text("how", byCode)
	switch {
	case !tested:
		return wizard.Goto(a, LiveTest, wizard.Fault{})
	case t.Arrived || a.WrongCodes >= codeTries:
		return wizard.Next(a)
	case word == byIMAP || word == bySource:
		return wizard.Correct(a, wizard.Input{"how": word}, wizard.Fault{})
	case how == byIMAP:
		return s.takeMailbox(v)
	case how == bySource:
		a.Source = v.Input["source"]
		if !t.Code.Empty() && strings.Contains(a.Source, t.Code.Reveal()) {
			a.Arrived = t.Token
		}
		return stay(a)
	case t.IsCode(word):
		a.Arrived = t.Token
		return wizard.Next(a)
	case strings.EqualFold(word, t.Token):
		return wizard.Stay(a, errorAt("code", "that is the word in the subject; the code is six digits in the body of the mail")).WithSecret("code", secret.Value{})
	case given:
		return s.wrong(a)
	}
	looking := warnAt("code", "The mailbox is still being looked into.")
	if v.Found[Arrival].Running && !v.Warned(looking) {
		return wizard.Stay(a, looking)
	}
	return wizard.Next(a)
}

func (arrival) wrong(a Answers) Intent {
	a.WrongCodes++
	fault := errorAt("code", fmt.Sprintf("that is not the code of this mail; tries left: %d", codeTries-a.WrongCodes))
	if a.WrongCodes == codeTries {
		fault = errorAt("", "that is not the code of this mail either; what was claimed before it stays")
	}
	return wizard.Stay(a, fault).WithSecret("code", secret.Value{})
}

func (arrival) takeMailbox(v View) Intent {
	a := v.Answers
	password, given := v.Secret("imap_password")
	server, user := strings.TrimSpace(v.Input["imap"]), strings.TrimSpace(v.Input["imap_user"])
	err := inbox.CheckServer(server)
	switch {
	case err != nil:
		return wizard.Stay(a, errorAt("imap", err.Error()))
	case user == "":
		return wizard.Stay(a, errorAt("imap_user", "the mailbox has a user"))
	case !given:
		return wizard.Stay(a, errorAt("imap_password", errNoPassword.Error()))
	}
	a.Mailbox = inbox.Account{Server: server, User: user, Password: password}
	return stay(a.again(Arrival))
}

var errNoPassword = errors.New("the mailbox has a password; it is not kept")
