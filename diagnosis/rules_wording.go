package diagnosis

import "smtp-wizard/smtpcheck"

const authRefused = "The relay refused user or password. Many providers do not accept the account password over SMTP, only an app password or key."

// wordingRules are phrases that many relays share.
var wordingRules = []rule{
	{id: "auth-required", stage: smtpcheck.StageMail, says: "authentication required|authentication is required|must issue an auth command|please authenticate|auth required|authenticate first|login required|you must authenticate|not authenticated|requires authentication|requires that you authenticate|must be authenticated|smtp authentication is required|need to authenticate|please log in|log in first|auth first",
		sure: Exact, step: StepSender, field: "user",
		cause: "The relay only accepts mail after a login, and there was none: user or password is empty, or the login was not offered because of TLS none.",
		fix:   "Enter a user and password, with TLS starttls on port 587 or TLS tls on port 465. {passwordat}"},
	{id: "account-disabled", stage: smtpcheck.StageAuth, says: "account disabled|account is disabled|account suspended|account has been suspended|account is not active|account locked|account is locked|user disabled|account has been disabled|account blocked|account inactive",
		when: aboutMail, sure: Likely, step: StepProvider, field: "preset",
		cause: "The account exists but is suspended, locked or not yet activated.",
		fix:   "Log in at the provider and unblock the account, or choose another provider. The password is not the problem."},
	{id: "auth-too-many", stage: smtpcheck.StageAuth, says: "too many login|too many authentication|too many failed|too many auth|too many invalid login",
		when: aboutMail, sure: Exact, step: StepSender, field: "password", waiting: true,
		cause: "The relay blocked the login after too many failed attempts, and refuses even the right password for a while.",
		fix:   "Wait a few minutes before the next attempt. {passwordat}"},
	{id: "auth-refused", stage: smtpcheck.StageAuth, code: "535", says: "authentication failed|authentication unsuccessful|invalid login|invalid credentials|authentication credentials|incorrect authentication|login failed|authentication failure|bad username|bad credentials|invalid username|incorrect username|incorrect password|wrong password|access denied|username/password|authentication error|authentication rejected|login denied|failed to authenticate|auth failed|username or password|password mismatch|invalid user",
		sure: Exact, step: StepSender, field: "password",
		cause: authRefused,
		fix:   "{passwordat}"},
	{id: "auth-refused", stage: smtpcheck.StageAuth, code: "535", sure: Likely, step: StepSender, field: "password",
		cause: authRefused,
		fix:   "{passwordat}"},
	{id: "auth-refused", stage: smtpcheck.StageAuth, says: "could not authenticate|cannot authenticate", when: aboutMail, sure: Likely, step: StepSender, field: "password",
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
		fix:   "Set {pairs}. If the relay needs no login, leave user and password empty."},
	{id: "greylisted", stage: smtpcheck.StageRcpt, says: "greylist|graylist|grey listed|gray listed|grey-list|gray-list|postgrey",
		sure: Exact, step: StepNone, waiting: true, passing: true,
		cause: "The receiving server greylists: it refuses the first attempt of an unknown sender, and accepts a later one.",
		fix:   "Wait five to fifteen minutes and try again without changes. A relay of your own that queues mail retries by itself."},
	{id: "recipient-unknown", stage: smtpcheck.StageRcpt, says: "user unknown|no such user|unknown user|mailbox not found|recipient not found|does not exist|no such recipient|invalid recipient|unknown recipient|no such mailbox|unrouteable address|unroutable address|mailbox unavailable|no mailbox here|recipient address rejected: undeliverable|unknown local|address unknown",
		at: "rcpt data", sure: Likely, step: StepSender, field: "to",
		cause: "The relay has no mailbox for {to}.",
		fix:   "Correct the recipient of the test, or use an address that is known to exist."},
	{id: "recipient-domain", stage: smtpcheck.StageRcpt, says: "recipient address rejected: domain not found|recipient domain not found",
		sure: Exact, step: StepSender, field: "to",
		cause: "The relay found no mail server for the domain of {to}. Waiting does not help unless that domain's DNS is down right now.",
		fix:   "Correct the recipient of the test, or use an address that is known to exist."},
	{id: "recipient-syntax", stage: smtpcheck.StageRcpt, says: "bad recipient address syntax|invalid recipient address|malformed recipient",
		sure: Exact, step: StepSender, field: "to",
		cause: "The relay could not read the recipient's address.",
		fix:   "Enter the bare address alone, such as someone@example.com, without a name or angle brackets."},
	{id: "recipient-rejected", stage: smtpcheck.StageRcpt, says: "recipient address rejected|recipient rejected",
		sure: Likely, step: StepSender, field: "to",
		cause: "The relay refuses mail for {to}: there is no such mailbox, or a rule blocks this sender.",
		fix:   "Test with a recipient that is known to exist. If every recipient is refused, log in with a user and password."},
	{id: "mailbox-full", stage: smtpcheck.StageRcpt, says: "mailbox full|mailbox is full|over quota|quota exceeded|overquota|insufficient storage for|out of storage",
		when: aboutMail, sure: Likely, step: StepSender, field: "to", waiting: false,
		cause: "The mailbox of {to} is full. Waiting does not help until there is space again.",
		fix:   "Test with another recipient, or free up space in that mailbox."},
	{id: "relay-storage", stage: smtpcheck.StageMail, says: "insufficient system storage|insufficient disk space|no space left",
		when: aboutMail, sure: Exact, step: StepNone, waiting: false, passing: true,
		cause: "The relay's disk is full. Waiting does not help until its operator frees up space.",
		fix:   "On your own relay, free up space for its mail queue; otherwise tell the operator or choose another relay."},
	{id: "domain-not-verified", stage: smtpcheck.StageData, says: "domain not verified|domain is not verified|sender not verified|not a verified|unverified sender|unverified domain|sender identity|domain is not authorized|sender is not authorized|sender not authorized|not allowed to send from|not authorized to send|not permitted to send|not allowed to send as|not authorised to send|domain not allowed|domain not found in|domain not registered|sender is not allowed|sender not allowed|not authorized to use|from address not|from address is not|invalid from address|unauthorized sender|sender unauthorized|send as * not|envelope sender|not own * sender|sender mismatch|from header * match|from must match|mail from must equal|must equal authorized user|mail from * not allowed",
		sure: Likely, step: StepSender, field: "from",
		cause: "The relay does not let this login send as {from}: the address or its domain is not verified there or belongs to someone else.",
		fix:   "Verify {domain} at the relay, or set From to an address that it lists as yours, such as that of {user}."},
	{id: "spf-failed", stage: smtpcheck.StageRcpt, says: "spf *fail|spf check|sender policy framework|not permitted by * spf|spf: fail|openspf|spf -all|fails spf",
		when: aboutMail, sure: Likely, step: StepSender, field: "from",
		cause: "The receiver looked up the SPF record of {domain}, and the sending machine is not in it.",
		fix:   "Add the relay to the SPF record of {domain} (its documentation names the include:), or use a From address on another domain."},
	{id: "dmarc-failed", stage: smtpcheck.StageData, says: "dmarc|required authentication level",
		when: aboutMail, sure: Likely, step: StepSender, field: "from",
		cause: "{domain} publishes a DMARC policy, and this mail passes neither SPF nor DKIM for that domain.",
		fix:   "Switch on DKIM for {domain} at the relay and add the relay to its SPF record, or use a From address on a domain that has both."},
	{id: "spam-refused", stage: smtpcheck.StageData, says: "spam message|considered spam|identified as spam|looks like spam|detected as spam|spam content|unsolicited|message rejected as spam|rejected as spam|classified as spam|high spam score|likely spam|considered as spam|suspected spam|spam detected|bounce spam",
		when: aboutMail, sure: Likely, step: StepSender, field: "from",
		cause: "The receiver considers this mail spam. The usual cause is a From domain without SPF and DKIM, or a new sending address.",
		fix:   "Publish SPF and DKIM for {domain} as the relay's documentation says, and test with a recipient elsewhere to compare."},
	{id: "message-too-big", stage: smtpcheck.StageData, says: "message size exceeds|message too large|message too big|message file too big|exceeds size|exceeds maximum|exceeded * size|size limit|message exceeds",
		when: aboutMail, sure: Exact, step: StepNone,
		cause: "The message is larger than the relay accepts. A large logo in Pocket ID can cause this.",
		fix:   "Use a smaller logo in Pocket ID, or raise the size limit at the relay."},
	{id: "limit-reached", stage: smtpcheck.StageData, says: "rate limit|limit exceeded|limit reached|quota|too many messages|throttl|too much mail|too many connections|sending limit|exceeded the * limit|exceeded your|over the limit|too many recipients|server busy|server ports are busy|too many concurrent|try again later",
		code: "4", when: aboutMail, sure: Likely, step: StepNone, waiting: true, passing: true,
		cause: "The relay accepts no more for now: a limit of this account or address is reached, or it is busy.",
		fix:   "Wait a few minutes, or until tomorrow if the reply mentions a day, and try again without changes."},
	{id: "limit-reached", stage: smtpcheck.StageData, says: "rate limit|limit exceeded|limit reached|quota exceeded|too many messages|sending limit|exceeded the * limit|exceeded your|over the limit|daily limit|hourly limit",
		when: aboutMail, sure: Likely, step: StepNone, waiting: true, passing: true,
		cause: "The relay accepts no more for now: a limit of this account or address is reached.",
		fix:   "Wait, until tomorrow if the reply mentions a day, and try again without changes. A bigger plan raises the limit."},
	{id: "no-service-here", stage: smtpcheck.StageGreeting, at: "greeting", code: "554",
		sure: Likely, step: StepProvider, field: "preset",
		cause: "The relay rejected this machine before anything was said: it does not serve {ip}, usually because of a block list or policy.",
		fix:   "Choose a relay with a user and password on port 587 or 465, or ask the operator to allow {ip}.", when: stageKnown},
	{id: "non-ascii-address", stage: smtpcheck.StageMail, says: "smtputf8|non-ascii address|utf-8 address|internationalized address",
		sure: Likely, step: StepSender, field: "from",
		cause: "An address contains non-ASCII letters, and the relay only accepts ASCII.",
		fix:   "Use a From address and a recipient in ASCII letters only."},
	{id: "address-syntax", stage: smtpcheck.StageMail, says: "syntax: mail from|bad sender address syntax|bad recipient address syntax|malformed address|invalid address|syntax error in parameters|syntax error in mail|bad address syntax|unparseable address|invalid sender|sender address has|bad sender|missing @|malformed sender",
		at: "mail rcpt", sure: Likely, step: StepSender, field: "from",
		cause: "The relay could not read an address. A From of the form Name <a@b> does this: Pocket ID puts it into MAIL FROM unchanged.",
		fix:   "Set From to the bare address alone, such as {from}; the visible name is always Pocket ID's application name."},
	{id: "idle-timeout", stage: smtpcheck.StageData, says: "timeout exceeded|timed out waiting|idle timeout|idle for too long|timeout - closing", code: "4", when: coded,
		sure: Likely, step: StepNone, waiting: true,
		cause: "The relay closed a connection that was silent for too long. Something before this line kept the client waiting.",
		fix:   "Look at the line before this one, and try again without changes."},
	{id: "server-shutdown", stage: smtpcheck.StageGreeting, says: "service not available|service unavailable|shutting down|server too busy|system not available|service temporarily unavailable|system shutdown|down for maintenance",
		code: "4", when: aboutMail, sure: Likely, step: StepNone, waiting: true, passing: true,
		cause: "The relay is restarting or overloaded. Your settings are not the cause.",
		fix:   "Wait a few minutes and try again without changes. If it persists, look at the relay's status page."},
}

// coded keeps a rule to what a relay said.
func coded(e evidence) bool { return e.code != 0 || e.enhanced != "" }

// unknownCommand: the relay did not take the command for one (RFC 5321 section
// 4.2.4).
func unknownCommand(e evidence) bool { return e.Stage != "" && (e.code == 500 || e.code == 502) }

func stageKnown(e evidence) bool { return e.Stage != "" }

// aboutMail keeps phrases that any log may have to lines that speak of mail.
func aboutMail(e evidence) bool {
	return coded(e) || e.Stage != "" ||
		says(e.words, "smtp|mail|relay|recipient|sender|starttls|:25:|:465:|:587:|:25 |:465 |:587 ")
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
