package steps

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"smtp-wizard/between"
	"smtp-wizard/diagnosis"
	"smtp-wizard/pocketid"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/deliverability"
	"smtp-wizard/wizard"
)

// livetest has the whole conversation as Pocket ID will have it, and delivers a
// message.
type livetest struct{ world World }

func (livetest) ID() wizard.ID       { return LiveTest }
func (livetest) Name() string        { return "Test" }
func (livetest) Skip(a Answers) bool { return a.Offline }

// Mark says in the list of steps what the test claims.
func (livetest) Mark(v View) wizard.Tone { return verdictGist(v).Tone }

// testRun is the job of one test.
type testRun struct {
	setup   Setup
	attempt int
}

func (s livetest) Wants(v View) wizard.Job {
	return wizard.Job{Task: "test", For: testRun{setupOf(v.Answers), v.Answers.Attempts[LiveTest]}}
}

// Work takes the names' results and the ports from the pages before.
func (s livetest) Work(ctx context.Context, job wizard.Job, v View, report func(any)) any {
	setup := job.For.(testRun).setup
	if o, stops := discovered(v).inside(setup); stops {
		return NotSent(setup, []Objection{o})
	}
	door := s.world.beside(ctx, setup)
	t := s.world.RunTest(ctx, setup, nil, report)
	t.door = door(t.Diagnosis != nil && t.Diagnosis.Step == diagnosis.StepIdentity)
	t.Identities, _ = result[[]smtpcheck.IdentityResult](v, Identity)
	t.Advice = s.world.advise(t, surveyed(v))
	return t
}

func (s livetest) Page(v View) wizard.Page {
	a, f := v.Answers, v.Found[LiveTest]
	page := wizard.Page{
		Title: "Live test",
		Why:   "Speaking " + SpeakingAs(setupOf(a)) + ", to " + a.Host + ", port " + strconv.Itoa(a.Port) + ".",
	}
	t, done := f.Result.(TestResult)
	page.Body = append(page.Body, stageTable(f, t))
	if !done {
		page.Busy, page.Skip = "Testing", true
		return page
	}
	var choices []wizard.Choice
	if t.accepted() {
		page.Gist, page.Onward = verdictGist(v), t.Result.Failure == nil && a.TestAs == "" && s.asksArrival(a, t)
		page.Body = append(page.Body, verdictBlock(v))
		switch {
		case t.Result.Taken:
			page.Body = append(page.Body, wizard.Text{Label: "Look", Body: fmt.Sprintf(
				"Look for the test %s in the mailbox of %s, in the spam folder too.", t.Token, t.Setup.To)})
		case t.Setup.NoSend:
			page.Body = append(page.Body, wizard.Text{Tone: wizard.Warn, Label: "Not sent", Body: "The relay accepted sender and recipient. " +
				"Without an inbox to look in, no message was sent, so nothing is proven of it."})
		}
		if t.Result.Failure != nil {
			page.Body = append(page.Body, wizard.Text{Tone: wizard.Warn, Label: "But", Body: "Pocket ID reports an error: " +
				pocketid.QuitError(t.Result.Failure) + ". " + t.Diagnosis.Cause + " " + t.Diagnosis.Fix})
		}
		page.Body = append(page.Body, hintBlocks(t.Hints)...)
		choices = successChoices(v)
	} else {
		page.Gist = wizard.Text{Tone: wizard.Bad, Body: string(t.Result.Failure.Stage)}
		page.Body = append(page.Body, refusal(t)...)
		choices = s.refusalChoices(v, t)
	}
	page.Field = []wizard.Field{nextField("What to do next. All answers are kept, whatever you choose.", choices...)}
	if v.Input["show"] != "" {
		page.Body = append(page.Body, conversation(t.Result.Transcript))
	}
	return page
}

// asksArrival reports whether the page after a test asks for its message.
func (s livetest) asksArrival(a Answers, t TestResult) bool {
	a.Untested, a.Unsent = false, !t.Result.Taken
	return !arrival{s.world}.Skip(a)
}

// Speaker is a version in words.
func Speaker(v pocketid.Version) string {
	switch {
	case v == pocketid.InBetween:
		return v.String()
	case v.IsNone():
		return "any client"
	}
	return "Pocket ID " + v.String()
}

// SpeakingAs says in words whose conversation a test has.
func SpeakingAs(s Setup) string {
	if s.Via != "" {
		return "as " + s.Via.Title() + " will, with the name " + s.Hostname
	}
	if s.As.IsNone() {
		return "as " + s.Hostname + " everywhere, which is not how Pocket ID speaks"
	}
	text := "as Pocket ID " + s.As.String() + " does"
	if s.Heard != (Heard{}) {
		return "as this Pocket ID was heard to speak"
	}
	if !s.speech().Proven {
		text += ", as far as is known"
	}
	return text
}

// stageTable has a row a stage: the result's, or as far as the news go. Those that
// passed before the last one fold into one row: always where that was refused, whose
// words stand below.
func stageTable(f wizard.Finding, t TestResult) wizard.Table {
	table, passed := wizard.Table{}, []string(nil)
	for _, r := range t.Result.Stages {
		row := rowOf(toneOf(r.OK), string(r.Stage), r.Detail, millis(r.Elapsed))
		if failure := t.Result.Failure; !r.OK && !t.accepted() {
			row.Cells = []string{strings.TrimSuffix(string(r.Stage)+": "+failure.Doing, ": "), millis(r.Elapsed)}
		}
		table.Rows = append(table.Rows, row)
		passed = append(passed, string(r.Stage))
	}
	if n := len(passed) - 1; n > 0 {
		table.Brief = []wizard.Row{rowOf(wizard.Good, strings.Join(passed[:n], ", ")), table.Rows[n]}
		if !t.accepted() {
			return wizard.Table{Rows: table.Brief}
		}
	}
	if t.Result.Stages != nil {
		return table
	}
	events := reported[smtpcheck.Event](f)
	for i, e := range events {
		if e.State != smtpcheck.StageBegan {
			tone := toneOf(e.State == smtpcheck.StagePassed)
			table.Rows = append(table.Rows, rowOf(tone, string(e.Stage), e.Detail, millis(e.Elapsed)))
		} else if i == len(events)-1 {
			detail := e.Detail
			if e.Limit > 0 {
				detail = strings.TrimPrefix(detail+"; waiting up to "+smtpcheck.Seconds(e.Limit), "; ")
			}
			table.Rows = append(table.Rows, rowOf(wizard.Busy, string(e.Stage), detail, ""))
		}
	}
	return table
}

// passedRow is the stages of a test that went well.
func passedRow(t TestResult) wizard.Table {
	var passed []string
	for _, r := range t.Result.Stages {
		passed = append(passed, string(r.Stage))
	}
	return wizard.Table{Rows: []wizard.Row{rowOf(wizard.Good, strings.Join(passed, ", "))}}
}

func toneOf(ok bool) wizard.Tone {
	if ok {
		return wizard.Good
	}
	return wizard.Bad
}

// refusal is what was said, why, and what to do.
func refusal(t TestResult) []wizard.Block {
	fix := t.Diagnosis.Fix
	if best, ok := betterPort(t); ok {
		fix = best.Title + ". " + best.Why
	}
	said := wizard.Text{Label: "Error", Body: sentence(t.Result.Failure.Error())}
	if reply := t.Result.Failure.Reply; reply != nil && t.Result.Failure.Err == nil {
		said = wizard.Text{Label: "It said", Body: reply.String()}
	}
	return []wizard.Block{
		said,
		wizard.Text{Label: "Why", Body: t.Diagnosis.Cause},
		wizard.Text{Label: "Do this", Body: fix, Tone: wizard.Warn},
	}
}

// hintBlocks are what receivers will think of the mail.
func hintBlocks(hints []deliverability.Hint) []wizard.Block {
	var blocks []wizard.Block
	for _, h := range hints {
		block := wizard.Text{Tone: wizard.Quiet, Label: "DNS", Body: h.Text}
		if h.Level == deliverability.Advice {
			block.Tone, block.Label = wizard.Warn, "Advice"
		}
		blocks = append(blocks, block)
	}
	return blocks
}

func conversation(lines []smtpcheck.Line) wizard.Block {
	v := wizard.Verbatim{}
	for _, l := range lines {
		tone := wizard.Plain
		if l.From == smtpcheck.SpeakerNote {
			tone = wizard.Quiet
		}
		v.Lines = append(v.Lines, wizard.VerbatimLine{Tone: tone, Text: l.String()})
	}
	return v
}

// betterPort is the port on which the relay accepts the same name, if the name is
// what was refused.
func betterPort(t TestResult) (pocketid.Option, bool) {
	for _, o := range t.Advice {
		if o.ID == "endpoint" && t.Diagnosis.Step == diagnosis.StepIdentity {
			return o, true
		}
	}
	return pocketid.Option{}, false
}

// The choices of the page, by value.
const (
	actGoOn       = "go-on"
	actFix        = "fix"
	actBetter     = "better"
	actIdeal      = "as-none"
	actShow       = "show"
	actRetry      = "retry"
	actSkip       = "skip"
	actSkipVerify = "skip-verify"
	actInbox      = "inbox"
	actProvider   = "provider"
	actVia        = "via"
	actDirect     = "direct"
	actDoor       = "door"
	actMails      = "mails"
	actTest       = "test"
)

// skipVerifyChoice gives up the check of the certificate, in so many words.
var skipVerifyChoice = wizard.Choice{
	Value: actSkipVerify, Cells: []string{"Skip the certificate check and test again"},
	Note: "This sets SMTP_SKIP_CERT_VERIFY=true: anyone between Pocket ID and the relay can then read the password " +
		"and every mail. Only for a relay on this machine or in a network of your own.",
}

func successChoices(v View) []wizard.Choice {
	list := []wizard.Choice{choice(actGoOn, "Continue")}
	if v.Answers.To == "" {
		list = append(list, choice(actInbox, "Send a message: name an inbox"))
	}
	if v.Answers.TestAs != "" {
		list = append(list, choice(actIdeal, "Test again as Pocket ID speaks"))
	}
	if v.Answers.Via != "" {
		list = append(list, directChoice)
	}
	retry := choice(actRetry, "Send another message")
	if setupOf(v.Answers).NoSend {
		retry = choice(actRetry, "Try again")
	}
	return append(list, showChoice(v), retry)
}

// directChoice takes the relay in between out again.
var directChoice = choice(actDirect, "Test without a relay in between")

// viaChoice puts a relay in between.
func viaChoice(way between.Way, name string) wizard.Choice {
	return wizard.Choice{Value: actVia, Cells: []string{"Put " + way.Title() + " in between, and test again"},
		Note: "Pocket ID then sends to it, and it announces " + name + " to the relay. Its files are ready on the last page; nothing is written before you agree there."}
}

// viaName is the name for a relay in between: one that the relay accepts, and where it
// was not asked, the best that there is.
func viaName(v View, t TestResult) string {
	for _, o := range t.Advice {
		if o.ID == "relay" {
			return o.Hostname
		}
	}
	if best := discovered(v).Candidates(v.Answers.AppURL)[0]; len(t.Identities) == 0 && best.Check.Grade == pocketid.GradeOK {
		return best.Name
	}
	return ""
}

func showChoice(v View) wizard.Choice {
	if v.Input["show"] != "" {
		return choice(actShow, "Hide the conversation")
	}
	return choice(actShow, "Show the conversation")
}

// refusalChoices begins with the way to the cure, so that Enter alone takes it;
// where time or somebody else has to cure it, with another try. Where nothing here
// cures it, or the same refusal is back, it begins with the way out.
func (s livetest) refusalChoices(v View, t TestResult) []wizard.Choice {
	if v.Answers.Unattended {
		return []wizard.Choice{choice(actFix, "Say what to change")}
	}
	var list []wizard.Choice
	add := func(when bool, c wizard.Choice) {
		if when {
			list = append(list, c)
		}
	}
	d := t.Diagnosis
	var untrusted *smtpcheck.CertificateError
	var unknownCA x509.UnknownAuthorityError
	tried := func(key string) bool { return slices.Contains(v.Answers.Refused, key) }
	best, better := betterPort(t)
	// No answer changes the name that this version announces here.
	noName := d.Step == diagnosis.StepIdentity && !better && !pocketid.UsesHostname(t.Setup.Speaks(), t.Setup.TLS)
	retryFirst := d.WaitHelps || errors.As(t.Result.Failure, &unknownCA)
	fixable := d.Step != diagnosis.StepNone && !noName
	way, name := s.world.wayOut(v), viaName(v, t)
	via := d.Step == diagnosis.StepIdentity && !better && v.Answers.Via == "" && way != "" && name != ""
	skipFirst := tried(refusalKey(t)) || !retryFirst && !better && !fixable
	retry, skip := choice(actRetry, "Try again"), choice(actSkip, "Write the file untested")
	use := choice(actBetter, best.Title+", and test again")
	add(better && !tried(endpointKey(t.Setup.Host, best.Port, best.TLS)), use)
	add(via && noName, viaChoice(way, name))
	add(skipFirst, skip)
	add(retryFirst, retry)
	add(better && tried(endpointKey(t.Setup.Host, best.Port, best.TLS)), use)
	add(fixable, choice(actFix, "Change "+s.world.answerName(v, wizard.ID(d.Step), d.Field)))
	add(t.door.took, t.door.choice())
	add(noName, choice(actProvider, "Use another relay"))
	add(via && !noName, viaChoice(way, name))
	add(v.Answers.Via != "", directChoice)
	add(errors.As(t.Result.Failure, &untrusted), skipVerifyChoice)
	add(true, showChoice(v))
	add(!retryFirst, retry)
	add(t.Speech.Names.First == "localhost" && v.Answers.Hostname != "localhost" && d.Step == diagnosis.StepIdentity,
		choice(actIdeal, "Test as "+v.Answers.Hostname+", to check everything else"))
	add(!skipFirst, skip)
	return list
}

// refusalKey is what makes a refusal the same one; endpointKey is where it was.
func refusalKey(t TestResult) string {
	return fmt.Sprint(t.Setup.Host, " ", t.Result.Failure.Stage, " ", t.Diagnosis.ID)
}

func endpointKey(host string, port int, mode smtpcheck.TLSMode) string {
	return fmt.Sprint(host, " ", port, " ", mode)
}

func (s livetest) Take(v View) Intent {
	a := v.Answers
	t, _ := v.Found[LiveTest].Result.(TestResult)
	action := v.Input["action"]
	if t.Diagnosis != nil && action != actShow && action != actSkip {
		a.Refused = append(slices.Clone(a.Refused), refusalKey(t), endpointKey(t.Setup.Host, t.Setup.Port, t.Setup.TLS))
	}
	switch action {
	case actGoOn:
		if !t.accepted() || t.Result.Stages == nil {
			return wizard.Stay(a, errorAt("action", "The test has not passed."))
		}
		a.Untested, a.Unsent, a.WrongCodes = false, !t.Result.Taken, 0
		return wizard.Next(a)
	case actInbox:
		return wizard.Goto(a, Sender, noticeAt("to", "Where to send the test?"))
	case actProvider:
		return wizard.Goto(a.refusing(keep, a.Preset, presetOf(a.Host), a.Host), Provider, cureAt("preset", t))
	case actSkip:
		a.Untested = true
		return wizard.Next(a)
	case actRetry:
		return stay(a.again(LiveTest))
	case actSkipVerify:
		a.SkipVerify = true
		return stay(a)
	case actIdeal:
		a.TestAs = toggle(a.TestAs)
		return stay(a)
	case actVia:
		return stay(a.through(s.world.wayOut(v), viaName(v, t)))
	case actDoor:
		return t.door.use(a)
	case actDirect:
		a.Via = ""
		return stay(a)
	case actShow:
		return wizard.Correct(a, wizard.Input{"show": toggle(v.Input["show"]), "action": ""}, wizard.Fault{})
	case actBetter:
		best, _ := betterPort(t)
		a.Port, a.TLS = best.Port, best.TLS
		return stay(a)
	}
	return toCure(a, t)
}

func cureAt(field string, t TestResult) wizard.Fault {
	return wizard.Fault{Field: field, Tone: wizard.Bad, Text: sentence(t.Result.Failure.Error()) + " " + t.Diagnosis.Fix}
}

// toCure goes to the answer to change, or says on the spot that no answer here
// can help.
func toCure(a Answers, t TestResult) Intent {
	if t.Result.Failure == nil || t.Diagnosis == nil {
		return stay(a)
	}
	if t.Diagnosis.Step == diagnosis.StepNone {
		return wizard.Stay(a, cureAt("action", t))
	}
	if t.Diagnosis.Step == diagnosis.StepProvider {
		a = a.refusing(keep, a.Preset, presetOf(a.Host), a.Host)
	}
	field := t.Diagnosis.Field
	if field == "password" && t.Setup.User == "" && !t.Setup.Password.Empty() {
		field = "user" // the password came alone
	}
	return wizard.Goto(a, wizard.ID(t.Diagnosis.Step), cureAt(field, t))
}

// toggle switches "as none" and "show" on and off.
func toggle(is string) string {
	if is == "" {
		return "none"
	}
	return ""
}
