package diagnosis

import "smtp-wizard/smtpcheck"

// pocketIDRules are Pocket ID's own words about its settings, before it talks to
// any relay.
var pocketIDRules = []rule{
	{id: "quit-counts", stage: smtpcheck.StageQuit, when: func(e evidence) bool { return e.Stage == smtpcheck.StageQuit },
		sure: Exact, step: StepNone,
		cause: "The relay took the message, but did not end the session in good order. Pocket ID 2.10 and later takes that for a failure, and reports an error although the mail is on its way.",
		fix:   quitFix},
	{id: "slow-relay", says: "the relay is slow: it answered after",
		sure: Exact, step: StepRelay, field: "host", passing: true,
		cause: "{host} answers, but more slowly than this version of Pocket ID waits for.",
		fix:   "Ask the relay's operator why it is slow: a look-up of this machine's address that gets no answer and greylisting by delay are common. Or use another relay, or Pocket ID 2.10 or later, which waits."},
	{id: "pocketid-encryption-key", says: "encryption_key must be at least 16|encryption_key must be",
		sure: Likely, step: StepInstall, field: "env_file",
		cause: "Pocket ID found no ENCRYPTION_KEY of 16 bytes or more. If the .env has one, the whole file was most likely ignored: a line that does not parse, a BOM at the start, or a service user that may not read it.",
		fix:   "Check what was last changed in the .env: each line must be KEY=value, there must be no BOM, and the service's user must be able to read the file. Only create a key if there never was one: a new one makes the data unreadable."},
	{id: "pocketid-no-host", says: "smtp host is not configured|smtp host not configured",
		sure: Likely, step: StepInstall, field: "env_file",
		cause: "Pocket ID has no SMTP host, so its SMTP variables have no effect: they only count with {lock}=true, and only if the .env reaches the program.",
		fix:   "Set {lock}=true beside SMTP_HOST and recreate the container; every other setting then comes from the .env too. Or enter the relay in Pocket ID's admin UI."},
	{id: "pocketid-bad-tls", stage: smtpcheck.StageTLS, says: "invalid smtp tls setting|invalid smtp_tls",
		sure: Exact, step: StepRelay, field: "tls",
		cause: "SMTP_TLS has a value that Pocket ID does not know. It must be none, starttls or tls.",
		fix:   "Set TLS to starttls for port 587 or to tls for port 465; none is for a relay on this machine or a trusted network."},
	{id: "pocketid-login-challenge", stage: "auth", says: "unexpected server challenge|unexpected server response|login challenge",
		sure: Likely, step: StepProvider, field: "preset",
		cause: "The relay asks for the login in a way that Pocket ID's mail library does not answer: in two steps, or with other words than Username and Password. The password itself was not judged.",
		fix:   "Choose a relay that offers AUTH PLAIN in one step, as nearly all do, or put a relay in between that logs in for Pocket ID."},
	{
		id: "pocketid-connection-string", stage: "settings", says: "invalid connection string",
		sure: Exact, step: StepSender, field: "password",
		cause: "Pocket ID cannot put its mail settings together: user and password must both be set or both be empty.",
		fix:   "Enter the password that goes with the user, or leave both empty if the relay needs no login.",
	}}
