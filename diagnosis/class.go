package diagnosis

import (
	"cmp"
	"fmt"
	"strings"

	"smtp-wizard/diagnosis/reading"
	"smtp-wizard/smtpcheck"
)

// place is what a stage means to an admin: what was refused, and where to go.
type place struct {
	what  string
	step  Step
	field string
	fix   string
}

// places are the answers by stage alone.
var places = map[smtpcheck.Stage]place{
	smtpcheck.StageSettings: {"the settings, before anything was sent", StepSender, "password", "Correct what is named, and test again."},
	smtpcheck.StageDNS:      {"the lookup of the relay's name", StepRelay, "host", "Enter the relay's bare host name, such as smtp.example.com, and look it up where Pocket ID runs: getent hosts NAME."},
	smtpcheck.StageConnect:  {"the connection to {host}", StepRelay, "port", "Compare host and port with the relay's documentation; 587 goes with starttls, 465 with tls."},
	smtpcheck.StageGreeting: {"this machine before anything was said", StepRelay, "host", "Ask the relay's operator whether {ip} is blocked, or use a relay that takes a user and password on port 587 or 465."},
	smtpcheck.StageEHLO:     {"the EHLO greeting with {name}", StepIdentity, "hostname", "{ehlofix}"},
	smtpcheck.StageStartTLS: {"the switch to TLS", StepRelay, "tls", "{implicit}, or ask its operator why STARTTLS fails."},
	smtpcheck.StageTLS:      {"the TLS handshake", StepRelay, "tls", "Set {pairs}; other combinations do not work on most relays."},
	smtpcheck.StageAuth:     {"the login of {user}", StepSender, "password", "{passwordat}"},
	smtpcheck.StageMail:     {"{from} as sender", StepSender, "from", "As From, use an address that {host} knows to be yours: that of {user}, or one on a domain verified there."},
	smtpcheck.StageRcpt:     {"{to} as recipient", StepSender, "to", "Try a recipient that is known to exist. If every recipient is refused, {host} does not relay for you: log in with a user and password."},
	smtpcheck.StageData:     {"the message itself", StepSender, "from", "Use a From address on a domain that is verified at {host}, and look at the relay's own log for the reason."},
	smtpcheck.StageQuit:     {"the end of the session", StepNone, "", "{sent}"},
}

// statusMeanings are the enhanced status codes of RFC 3463 and its registry
// without their class.
var statusMeanings = map[string]string{
	"0.0": "no particular reason", "1.0": "something about an address", "1.1": "the mailbox does not exist", "1.2": "the destination host does not exist", "1.3": "the recipient's address is malformed",
	"1.4": "the recipient's address is ambiguous", "1.6": "the mailbox has moved", "1.7": "the sender's address is malformed", "1.8": "the sender's domain is wrong or does not resolve", "1.10": "the recipient's domain accepts no mail",
	"2.0": "something about the mailbox", "2.1": "the mailbox is disabled", "2.2": "the mailbox is full", "2.3": "the message is longer than the mailbox accepts", "2.4": "a mailing list cannot be expanded",
	"3.0": "something about the mail system", "3.1": "the mail system is full", "3.2": "the mail system accepts no mail now", "3.3": "the mail system lacks a feature", "3.4": "the message is too big", "3.5": "the mail system is misconfigured",
	"4.0": "something about the network or routing", "4.1": "the next host does not answer", "4.2": "the connection to the next host is bad", "4.3": "a directory server failed", "4.4": "there is no route to the destination", "4.5": "a limit or congestion", "4.6": "a mail loop", "4.7": "the delivery took too long",
	"5.0": "something about the protocol", "5.1": "a command that is not allowed here", "5.2": "a syntax error", "5.3": "too many recipients", "5.4": "invalid arguments of a command", "5.5": "a wrong protocol version", "5.6": "an authentication exchange that is too long",
	"6.0": "something about the content", "6.1": "a type of content that is not supported", "6.3": "a conversion that is needed but not supported", "6.7": "non-ASCII addresses that are not permitted",
	"7.0": "security or policy", "7.1": "policy: this delivery is not authorized", "7.2": "a mailing list closed to this sender", "7.4": "a security feature that is missing", "7.5": "a cryptographic failure", "7.7": "a failed integrity check",
	"7.8": "wrong credentials", "7.9": "an authentication mechanism that is too weak", "7.10": "encryption is needed", "7.11": "encryption is needed for this mechanism", "7.12": "a password change is needed", "7.13": "the account is disabled", "7.14": "a trust relationship is needed", "7.20": "no passing DKIM signature", "7.23": "SPF validation failed", "7.25": "the reverse DNS of this machine does not match", "7.26": "neither SPF nor DKIM passes", "7.27": "the sender's domain accepts no mail",
}

var subjectMeanings = map[byte]string{
	'0': "no particular reason", '1': "something about an address", '2': "something about the mailbox", '3': "something about the mail system",
	'4': "something about the network or routing", '5': "something about the protocol", '6': "something about the content", '7': "security or policy",
}

// codeMeanings are reply codes of RFC 5321 section 4.2.3, RFC 4954 and RFC 7504.
var codeMeanings = map[int]string{
	421: "the service is not available and the connection is closed", 450: "the mailbox is not available now", 451: "a local error at the relay", 452: "too little storage or too many recipients", 454: "a temporary failure of TLS or authentication", 455: "parameters that are not accepted now",
	500: "an unknown command", 501: "a syntax error in the arguments", 502: "a command that is not implemented", 503: "commands in the wrong order", 504: "a parameter that is not implemented", 521: "a host that accepts no mail", 523: "encryption or a mailbox limit",
	530: "a login is needed", 534: "a stronger way to log in is needed", 535: "wrong credentials", 538: "encryption is needed for this login", 541: "the recipient's policy", 550: "the mailbox is not available, or policy", 551: "the recipient is not local", 552: "the message or mailbox is over its limit", 553: "a mailbox name that is not allowed", 554: "the transaction failed, or no service here", 555: "unknown parameters", 556: "the recipient's domain accepts no mail",
}

// badValueAnswer is for a value that package smtpcheck did not even try.
func badValueAnswer(e evidence) Diagnosis {
	p := placeOf(e.Stage, e)
	return Diagnosis{
		ID: "bad-value", Stage: e.Stage, Provider: e.provider, Step: p.step, Field: p.field, Confidence: Exact,
		Cause: "Nothing was sent, because a value is not usable: " + reading.Shorten(cmp.Or(e.raw, "it is not valid"), 250) + ".",
		Fix:   "Correct that value; it was this program that refused it, not the relay.",
	}
}

// classAnswer is the meaning of the codes at the stage, or of the stage alone.
func classAnswer(e evidence) Diagnosis {
	stages := e.place(nil)
	stage := firstStage(stages)
	p := placeOf(stage, e)
	d := Diagnosis{
		ID: classID(stage, e), Stage: stage, Stages: stages, Provider: e.provider, Step: p.step, Field: p.field, Confidence: Class,
		Temporary: e.isTemporary(), Fix: fill(p.fix, e),
	}
	if d.Temporary && waitsAt(stage, e) {
		d.Step, d.Field = StepNone, ""
	}
	d.WaitHelps = d.Temporary && (stage != smtpcheck.StageEHLO || !genericName(e.name()))
	d.Cause = capital(classCause(e, fillIn(p.what, e)), e.Host)
	switch {
	case d.Temporary && d.WaitHelps:
		d.Fix = "The relay calls this temporary: wait a few minutes and try again without changes. If it persists: " + d.Fix
	case d.Temporary:
		d.Fix += " Waiting does not help while the name stays the same."
	case e.code != 0 || e.enhanced != "":
		d.Fix += " Waiting does not help."
	}
	return d
}

// waitsAt: where no answer of the guide changes a temporary refusal. At EHLO the
// name does, and before it the endpoint.
func waitsAt(stage smtpcheck.Stage, e evidence) bool {
	switch stage {
	case smtpcheck.StageAuth, smtpcheck.StageMail, smtpcheck.StageRcpt, smtpcheck.StageData, smtpcheck.StageGreeting:
		return true
	}
	return len(e.stages) == 0
}

func classID(stage smtpcheck.Stage, e evidence) string {
	parts := []string{"class", cmp.Or(string(stage), "unknown")}
	switch {
	case e.enhanced != "":
		class, rest, _ := strings.Cut(e.enhanced, ".")
		subject, _, _ := strings.Cut(rest, ".")
		parts = append(parts, class, subject)
	case e.code != 0:
		parts = append(parts, fmt.Sprint(e.code/100)+"xx")
	}
	return strings.Join(parts, "-")
}

func classCause(e evidence, what string) string {
	if e.code == 0 && e.enhanced == "" {
		return "The test ended at " + what + ", for an unknown reason."
	}
	class := "permanently"
	if e.isTemporary() {
		class = "for now"
	}
	code := strings.TrimSpace(number(e.code, "") + " " + e.enhanced)
	return fmt.Sprintf("%s refused %s %s: %s means %s.", or(e.relayHost(), "The relay"), what, class, code, meaning(e))
}

// meaning prefers the enhanced status code, which is the more precise one.
func meaning(e evidence) string {
	if _, rest, found := strings.Cut(e.enhanced, "."); found {
		if m := statusMeanings[rest]; m != "" && rest != "0.0" {
			return m
		}
		if m := subjectMeanings[rest[0]]; m != "" && rest[0] != '0' && len(rest) > 1 && rest[1] == '.' {
			return m
		}
	}
	if m := codeMeanings[e.code]; m != "" {
		return m
	}
	if e.isTemporary() {
		return "a temporary problem that the relay does not name"
	}
	return "a permanent refusal that the relay does not explain"
}

// placeOf refines the stage by the enhanced status code's subject (RFC 3463
// section 3) where that tells more: an address, the mail system, the network.
func placeOf(stage smtpcheck.Stage, e evidence) place {
	p, ok := places[stage]
	if !ok {
		p = place{"the mail", StepRelay, "host",
			"Run `smtp-wizard check` on this machine: it shows the stage and the relay's own words."}
	}
	if e.code >= 500 && e.code <= 503 && e.code != 501 && stage == smtpcheck.StageData {
		p.step, p.field, p.fix = StepNone, "", "The program and the relay are out of step: look at the lines before this one, and run `smtp-wizard check`, which shows the conversation."
	}
	late := stage == smtpcheck.StageMail || stage == smtpcheck.StageRcpt || stage == smtpcheck.StageData
	if _, rest, _ := strings.Cut(e.enhanced, "."); late && rest != "" {
		return refine(p, rest)
	}
	return p
}

func refine(p place, rest string) place {
	switch {
	case rest == "1.7" || rest == "1.8":
		p.step, p.field, p.fix = StepSender, "from", places[smtpcheck.StageMail].fix
	case strings.HasPrefix(rest, "1.") || strings.HasPrefix(rest, "2."):
		if p.field != "from" || p.what == places[smtpcheck.StageData].what {
			p.step, p.field, p.fix = StepSender, "to", "Test with another recipient that is known to exist."
		}
	case strings.HasPrefix(rest, "3."), strings.HasPrefix(rest, "4."):
		p.step, p.field = StepNone, ""
		p.fix = "The problem is at the relay or behind it, not in Pocket ID: look at its status page or log, or choose another relay."
	case strings.HasPrefix(rest, "5.") && rest != "5.3":
		p.step, p.field = StepRelay, "port"
		p.fix = "Use the relay's submission port, {pairs}, and log in with a user and password."
	}
	return p
}
