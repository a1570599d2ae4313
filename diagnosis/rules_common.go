package diagnosis

import (
	"strings"

	"smtp-wizard/smtpcheck"
)

const authRefused = "The relay refused user or password. Many providers do not accept the account password over SMTP, only an app password or key."

// commonRules are phrases that many relays share.
var commonRules = []rule{
	{
		id: "account-disabled", stage: smtpcheck.StageAuth, says: "account disabled|account is disabled|account suspended|account has been suspended|account is not active|account locked|account is locked|user disabled|account has been disabled|account blocked|account inactive",
		when: notRecipient, sure: Likely, step: StepProvider, field: "preset",
		cause: "The account exists but is suspended, locked or not yet activated.",
		fix:   "Log in at the provider and unblock the account, or choose another provider. The password is not the problem.",
	},
	{
		id: "auth-refused", stage: smtpcheck.StageAuth, code: "535", says: "authentication failed|authentication unsuccessful|invalid login|invalid credentials|authentication credentials|incorrect authentication|login failed|authentication failure|bad username|bad credentials|incorrect username|incorrect password|wrong password|access denied|username/password|authentication error|authentication rejected|login denied|failed to authenticate|auth failed|username or password|password mismatch|invalid user",
		when: coded, sure: Exact, step: StepSender, field: "password",
		cause: authRefused,
		fix:   "{passwordat}"},
	{id: "auth-refused", stage: smtpcheck.StageAuth, code: "535", sure: Likely, step: StepSender, field: "password",
		cause: authRefused,
		fix:   "{passwordat}"},
	{id: "auth-refused", stage: smtpcheck.StageAuth, says: "could not authenticate|cannot authenticate|authentication failed|auth failed|login failed|invalid login|invalid credentials|login denied|failed to authenticate|authentication unsuccessful|username or password|credentials invalid|bad credentials|incorrect authentication|authentication failure|authentication error", when: aboutMail, sure: Likely, step: StepSender, field: "password",
		cause: "The relay refused user or password, as far as this line shows: the program leaves out the relay's own words.",
		fix:   "{passwordat}"},
	{id: "auth-refused", stage: smtpcheck.StageAuth, at: "auth", enh: "5.7.8", sure: Likely, step: StepSender, field: "password",
		cause: authRefused,
		fix:   "{passwordat}"},
	{id: "auth-mechanism", stage: smtpcheck.StageAuth, at: "auth", code: "504", when: stageKnown, sure: Likely, step: StepProvider, field: "preset",
		cause: "The relay does not accept this login method, and Pocket ID only knows AUTH PLAIN and AUTH LOGIN.",
		fix:   "Use TLS, under which most relays offer PLAIN: {pairs}. A provider that only accepts OAuth2 or CRAM-MD5 cannot be used: choose another."},
	{id: "auth-not-offered", stage: smtpcheck.StageAuth, at: "auth", when: func(e evidence) bool { return unknownCommand(e) && encrypted(e) },
		sure: Likely, step: StepSender, field: "user",
		cause: "The relay does not know the command AUTH on {port}, although the connection is encrypted. User and password were not checked at all.",
		fix:   "Leave user and password empty if this relay trusts your address; otherwise use its submission port: {pairs}."},
	{id: "auth-not-offered", stage: smtpcheck.StageAuth, at: "auth", when: unknownCommand,
		sure: Likely, step: StepRelay, field: "tls",
		cause: "The relay does not know the command AUTH here: it offers no login, or only under TLS. User and password were not checked at all.",
		fix:   "Set {pairs}. If the relay needs no login, leave user and password empty.",
	},
	{
		id: "recipient-unknown", stage: smtpcheck.StageRcpt, says: "user unknown|no such user|unknown user|mailbox not found|recipient not found|does not exist|no such recipient|invalid recipient|unknown recipient|no such mailbox|unrouteable address|unroutable address|addressee unknown|could not be found|no longer valid|doesn't have a|not our customer|unallocated|destinataire invalide|no such address|account that you tried to reach|recipient unavailable|mailbox is disabled|mailbox has been blocked|account is disabled|inactive|unknown to|not a valid recipient|no mailbox|recipient address is not|mailbox does not|recipient does not|recipients rejected|recipient addresses rejected|not known here|unknown address|invalid mailbox|rejected by recipients|unverified address|mailbox unavailable|recipient address rejected: undeliverable|unknown local|address unknown|account has been|has been suspended|account suspended|account is locked|domain is disabled|user is disabled|account disabled|account closed|account expired|user or domain|accepted at this address",
		at: "rcpt data", sure: Likely, step: StepSender, field: "to",
		cause: "The relay has no mailbox for {to}.",
		fix:   "Correct the recipient of the test, or use an address that is known to exist.",
	},
	{
		id: "recipient-rejected", stage: smtpcheck.StageRcpt, says: "recipient address rejected|recipient rejected",
		sure: Likely, step: StepSender, field: "to",
		cause: "The relay refuses mail for {to}: there is no such mailbox, or a rule blocks this sender.",
		fix:   "Test with a recipient that is known to exist. If every recipient is refused, log in with a user and password.",
	},
	{
		id: "no-service-here", stage: smtpcheck.StageGreeting, at: "greeting", code: "554",
		sure: Likely, step: StepProvider, field: "preset",
		cause: "The relay rejected this machine before anything was said: it does not serve {ip}, usually because of a block list or policy.",
		fix:   "Choose a relay with a user and password on port 587 or 465, or ask the operator to allow {ip}.", when: stageKnown,
	},
	{
		id: "address-syntax", stage: "mail rcpt", at: "mail rcpt", code: "555", sure: Likely, step: StepSender, field: "from",
		cause: "The relay could not read the address, or a parameter behind it.",
		fix:   "Set From to the bare address alone, such as {from}, and look at the recipient as well.",
	},
	{
		id: "address-syntax", stage: "mail rcpt", at: "mail rcpt", code: "501", when: stagesKnown, sure: Likely, step: StepSender, field: "from",
		cause: "The relay could not read the address, or a parameter behind it.",
		fix:   "Set From to the bare address alone, such as {from}, and look at the recipient as well.",
	},
	{
		id: "server-shutdown", stage: smtpcheck.StageGreeting, says: "service not available|service unavailable|shutting down|server too busy|system not available|system shutdown|down for maintenance|closing transmission channel|local error, closing|service temporarily",
		code: "4", when: func(e evidence) bool { return aboutMail(e) && !strings.HasPrefix(e.enhanced, "5.") }, sure: Likely, step: StepNone, waiting: true, passing: true,
		cause: "The relay is restarting or overloaded. Your settings are not the cause.",
		fix:   "Wait a few minutes and try again without changes. If it persists, look at the relay's status page."},
}

// coded keeps a rule to what a relay said.
func coded(e evidence) bool { return e.code != 0 || e.enhanced != "" || e.reply != e.whole }

// unknownCommand: the relay did not take the command for one (RFC 5321 section
// 4.2.4).
func unknownCommand(e evidence) bool { return e.Stage != "" && (e.code == 500 || e.code == 502) }

func stagesKnown(e evidence) bool { return len(e.stages) > 0 }

func stageKnown(e evidence) bool { return e.Stage != "" }

// aboutMail keeps phrases that any log may have to lines that speak of mail.
func aboutMail(e evidence) bool {
	return coded(e) || e.Stage != "" ||
		says(e.words, "smtp|mail|relay|recipient|sender|starttls|transaction failed|:25:|:465:|:587:|:25 |:465 |:587 ")
}

// genericNameRules blame a generic EHLO name for a refusal at EHLO that says
// nothing about names.
var genericNameRules = []rule{
	{id: "ehlo-generic-name", stage: smtpcheck.StageEHLO, at: "ehlo", when: func(e evidence) bool { return e.Stage != "" && e.code != 0 && e.genericName() != "" },
		sure: Likely, step: StepIdentity, field: "hostname",
		cause: "{host} refused the greeting with {generic}. Relays that refuse at EHLO usually refuse such names. Waiting does not help while the name stays the same.",
		fix:   "{ehlofix}"},
	{id: "ehlo-bad-name", stage: smtpcheck.StageEHLO, at: "ehlo", when: func(e evidence) bool { return e.Stage != "" && e.code != 0 && badName(e.name()) },
		sure: Likely, step: StepIdentity, field: "hostname",
		cause: "{host} refused the greeting, and {ehloname} has a character that is not allowed in a host name.",
		fix:   "{helofix} Use only letters, digits, hyphens and dots."},
}
