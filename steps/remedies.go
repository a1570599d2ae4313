package steps

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"

	"smtp-wizard/between"
	"smtp-wizard/diagnosis"
	"smtp-wizard/pocketid"
	"smtp-wizard/presets"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/wizard"
)

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
	actGoOn        = "go-on"
	actFix         = "fix"
	actBetter      = "better"
	actIdeal       = "as-none"
	actShow        = "show"
	actRetry       = "retry"
	actSkip        = "skip"
	actSkipVerify  = "skip-verify"
	actInbox       = "inbox"
	actProvider    = "provider"
	actVia         = "via"
	actDirect      = "direct"
	actAlternative = "alternative"
	actMails       = "mails"
	actTest        = "test"
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
		list = append(list, choice(actIdeal, "Test again as Pocket ID"))
	}
	if v.Answers.Via != "" {
		list = append(list, directChoice)
	}
	retry := choice(actRetry, "Send another message")
	if SetupOf(v.Answers).NoSend {
		retry = choice(actRetry, "Try again")
	}
	return append(list, showChoice(v), retry)
}

// directChoice takes the relay in between out again.
var directChoice = choice(actDirect, "Test without a relay in between")

// viaChoice puts a relay in between.
func viaChoice(way between.Kind, name string) wizard.Choice {
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
	add(t.alternative.accepted, t.alternative.choice())
	add(noName, choice(actProvider, "Use another relay"))
	add(via && !noName, viaChoice(way, name))
	add(v.Answers.Via != "", directChoice)
	add(errors.As(t.Result.Failure, &untrusted), skipVerifyChoice)
	add(len(t.Result.Transcript) > 0, showChoice(v))
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
		if !t.nothingRefused() || t.Result.Stages == nil {
			return wizard.Stay(a, errorAt("action", "The test has not passed."))
		}
		a.Untested, a.Unsent, a.WrongCodes = false, !t.Result.Accepted, 0
		return wizard.Next(a)
	case actInbox:
		return wizard.Goto(a, Sender, noticeAt("to", "Where to send the test?"))
	case actProvider:
		return wizard.Goto(a.refusing(keep, a.Preset, presetOf(a.Host), a.Host), Provider, cureAt("preset", t))
	case actSkip:
		a.Untested = true
		return wizard.Next(a)
	case actRetry:
		a = a.again(LiveTest)
	case actSkipVerify:
		a.SkipVerify = true
	case actIdeal:
		a.TestAs = toggle(a.TestAs)
	case actVia:
		a = a.through(s.world.wayOut(v), viaName(v, t))
	case actAlternative:
		return t.alternative.use(a)
	case actDirect:
		a.Via = ""
	case actShow:
		return wizard.Correct(a, wizard.Input{"show": toggle(v.Input["show"]), "action": ""}, wizard.Fault{})
	case actBetter:
		best, _ := betterPort(t)
		a.Port, a.TLS = best.Port, best.TLS
	default:
		return toCure(a, t)
	}
	return stay(a)
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

// alternative is another relay of the same provider, which does not judge the EHLO
// name, and whether it accepted the one that Pocket ID announces.
type alternative struct {
	preset   presets.Preset
	port     int
	mode     smtpcheck.TLSMode
	accepted bool
}

// tryAlternative greets the provider's alternative, where there is one, while the
// relay itself is tested; the function that it returns ends that.
func (w World) tryAlternative(ctx context.Context, s Setup) func(refused bool) alternative {
	p, _ := w.preset(s.Preset)
	other, known := w.preset(p.Alternative)
	if !known || p.Alternative == "" || s.Via != "" {
		return func(bool) alternative { return alternative{} }
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan bool, 1)
	alt := alternative{preset: other}
	alt.port, alt.mode = firstEndpoint(other, s.As)
	go func() {
		to := Setup{As: s.As, Runtime: s.Runtime, NoSend: true}
		to.Host, to.Port, to.TLS, to.From, to.Hostname = other.DefaultHost(), alt.port, alt.mode, s.From, s.Hostname
		plan, _ := w.Plan(to)
		plan.StopAfter = smtpcheck.StageAuth // nobody logs in
		done <- smtpcheck.Run(ctx, plan, nil).Failure == nil
	}()
	return func(refused bool) alternative {
		defer cancel()
		alt.accepted = refused && <-done
		return alt
	}
}

func (alt alternative) choice() wizard.Choice {
	return wizard.Choice{Value: actAlternative, Cells: []string{fmt.Sprintf("Use %s: it accepted this name just now", alt.preset.DefaultHost())},
		Note: alt.preset.Name + ". " + alt.preset.Username + " " + alt.preset.Password}
}

// use goes to the alternative, which wants a login of its own.
func (alt alternative) use(a Answers) Intent {
	a = a.atRelay(alt.preset.DefaultHost())
	a.Preset, a.User = alt.preset.ID, ""
	a.Port, a.TLS = alt.port, alt.mode
	return wizard.Goto(a, Sender, noticeAt("user", alt.preset.Username))
}
