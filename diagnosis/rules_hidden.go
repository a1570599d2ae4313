package diagnosis

import (
	"smtp-wizard/diagnosis/reading"
	"smtp-wizard/smtpcheck"
)

const (
	makeSure   = " To make sure, run `smtp-wizard check --as VERSION` with your Pocket ID version: it shows the relay's last words."
	listenSure = " `smtp-wizard listen` shows which name yours really says."
)

// hiddenRules are messages that hide what the relay said. Go's net/smtp and
// emersion/go-smtp answer a refused EHLO with HELO on a connection that is
// already closed, and report that read error or the missing extensions instead.
var hiddenRules = []rule{
	{id: "go-starttls-hello-after", stage: smtpcheck.StageEHLO, says: "hello called after other methods",
		sure: Exact, step: StepInstall, field: "version",
		cause: "This is a bug of that Pocket ID version: with STARTTLS its mail library had already sent EHLO localhost before Pocket ID set the name.",
		fix:   "{upgrade} Then choose that version on the install page."},
	{id: "go-plain-unencrypted", stage: smtpcheck.StageAuth, says: "unencrypted connection",
		sure: Exact, step: StepRelay, field: "tls",
		cause: "A login is set without TLS. This is how Go's mail library says that it sends no login in clear text, except to localhost.",
		fix:   "Set TLS to starttls on port 587 or to tls on port 465. If the relay needs no login, leave user and password empty."},
	{id: "go-wrong-host", stage: smtpcheck.StageAuth, says: "wrong host name",
		sure: Likely, step: StepRelay, field: "host",
		cause: "Go's mail library sends the password only to the host that it was set up for, and connected to one of another name.",
		fix:   "Set the same host name everywhere: in the program's login settings and as the server that it connects to."},
	{id: "gokit-starttls-hidden-421", stage: smtpcheck.StageStartTLS, says: "smtp server does not support starttls",
		sure: Likely, step: StepIdentity, field: "hostname",
		cause: "This most likely hides a refused EHLO: the versions of Pocket ID that say this announce localhost, and when the relay hangs up on that, they see no extensions and blame STARTTLS.",
		fix:   "Probe the relay with a real name: `smtp-wizard probe HOST --helo id.example.com`. If it then offers STARTTLS, the name is the cause. {relayfix}"},
	{id: "gokit-auth-hidden-421", stage: smtpcheck.StageAuth, says: "smtp server does not support auth", when: func(e evidence) bool { return !says(e.words, "support authentication") },
		sure: Likely, step: StepIdentity, field: "hostname",
		cause: "This most likely hides a refused EHLO: the versions of Pocket ID that say this announce localhost, and when the relay hangs up on that, they see no extensions and blame AUTH. With TLS none it can be true: many relays offer the login only under TLS.",
		fix:   "With TLS none, set TLS to starttls or tls first. Otherwise the name is most likely the cause. {relayfix}"},
	{id: "go-smtp-no-auth", stage: smtpcheck.StageAuth, says: "doesn't support auth|does not support auth|no auth extension|auth extension not|support smtp auth|auth * not found|not offer auth|not advertise auth|auth not offered|auth not advertised|auth is not offered",
		sure: Likely, step: StepRelay, field: "tls",
		cause: "The relay did not offer a login: it does so only under TLS, or not at all on this port. From Pocket ID's own log this can also hide a refused EHLO name.",
		fix:   "Set TLS to starttls or tls, or leave user and password empty if the relay needs none." + makeSure},
	{id: "no-starttls", stage: smtpcheck.StageStartTLS, says: "doesn't support starttls|does not support starttls|starttls not supported|starttls is not supported|starttls extension not supported|starttls not offered|no starttls|starttls not advertised|tls is required, but was not offered|starttls * not found|starttls * not available|support for starttls|not offer starttls|not advertise starttls|not support tls",
		sure: Likely, step: StepRelay, field: "tls",
		cause: "The relay did not offer STARTTLS on {port}. In a client's log this can also hide a refused EHLO name.",
		fix:   "Set {pairs}; use TLS none only for a relay on this machine or on a trusted network."},
	{id: "google-relay-pocketid-eof", stage: smtpcheck.StageMail, says: "failed to set sender", kind: reading.Closed,
		sure: Likely, step: StepIdentity, field: "hostname",
		cause: "The relay had already hung up, most likely on the EHLO name: many versions of Pocket ID announce localhost, at least before STARTTLS, and their mail library throws the refusal away.",
		fix:   "{ehlofix}" + makeSure},
	{id: "gokit-mail-eof", stage: smtpcheck.StageMail, says: "failed to set smtp sender", kind: reading.Closed,
		sure: Likely, step: StepIdentity, field: "hostname",
		cause: "The relay had already hung up, most likely on the EHLO name: the versions of Pocket ID that say this announce localhost, and their mail library throws the refusal away.",
		fix:   "{relayfix}" + makeSure},
	{id: "google-relay-kopia-eof", stage: smtpcheck.StageEHLO, says: "unable to send notification", kind: reading.Closed,
		sure: Likely, step: StepIdentity, field: "hostname",
		cause: "The relay hung up and the program lost its reply: most likely it refused the EHLO name localhost, as Google's relay does.",
		fix:   "Give the machine or container a full hostname such as {fullname}, and test it on the identity page."},
	{id: "go-relay-auth-eof", stage: smtpcheck.StageAuth, says: "smtp auth: |failed to authenticate|authentication failed: eof|auth: eof|auth failed: eof", kind: reading.Closed, when: fromText,
		sure: Likely, step: StepIdentity, field: "hostname",
		cause: "The relay had already hung up before the login, most likely on the EHLO name localhost; the program's mail library threw that refusal away.",
		fix:   "{ehlofix}" + makeSure},
	{id: "starttls-hidden", stage: smtpcheck.StageStartTLS, at: "starttls tls", says: "starttls|start tls|tls handshake|handshake", kind: reading.Closed, when: fromText,
		sure: Likely, step: StepRelay, field: "tls",
		cause: "The relay hung up while switching to TLS. Most likely the port and TLS mode do not match, or it had refused the EHLO name just before.",
		fix:   "Set {pairs}." + makeSure},
	{id: "php-relay-empty-response", stage: smtpcheck.StageEHLO, says: "empty response",
		sure: Likely, step: StepIdentity, field: "hostname",
		cause: "The relay hung up without an answer that the program could read: most likely it refused the EHLO name, as Google's relay does with localhost.",
		fix:   "Announce a full name such as {fullname}. {ehlofix}"},
	{id: "pocketid-generic", says: "failed to send test email",
		sure: Likely, step: StepNone, when: noCause,
		cause: "Pocket ID's page only shows this line; what the relay said is in the server's log.",
		fix:   "Run `docker logs pocket-id` right after the test and paste the line that starts with \"failed to\", or run `smtp-wizard check`, which shows each stage."},
	{id: "layer5-hidden", stage: smtpcheck.StageConnect, says: "connect to any smtp server|unable to open a mail session|smtp connect() failed|could not connect to smtp host",
		sure: Likely, step: StepRelay, field: "port", when: noCause,
		cause: "The program hides the relay's words. This line covers a refused connection, a timeout, and a TLS mode that does not match the port.",
		fix:   "Look for a nearby line that names the stage, or run `smtp-wizard check`. The usual pairs are 587 with starttls and 465 with tls."},
	{id: "ehlo-generic-name", stage: smtpcheck.StageEHLO, at: "greeting ehlo", kind: reading.Closed, when: func(e evidence) bool { return e.Stage == smtpcheck.StageEHLO && e.genericName() != "" },
		sure: Likely, step: StepIdentity, field: "hostname",
		cause: "{host} hung up without a word when it was greeted with {generic}. That is how relays treat clients that do not say who they are.",
		fix:   "{ehlofix}"},
	{id: "hangup-generic-name", at: "mail rcpt", kind: reading.Closed, when: func(e evidence) bool { return e.Stage != "" && e.genericName() != "" },
		sure: Likely, step: StepIdentity, field: "hostname",
		cause: "{host} hung up without a word after it had been greeted with {generic}. Relays that check the name late do this.",
		fix:   "{ehlofix}"},
	{id: "greeting-closed", kind: reading.Closed, when: greetingFirst,
		sure: Likely, step: StepRelay, field: "tls", passing: true,
		cause: "{host} accepted the connection to {port} and closed it before greeting: the port speaks TLS from the first byte, or the relay blocks {ip}. Waiting rarely helps.",
		fix:   "On port 465 set TLS tls, on port 587 TLS starttls. If that is already so, ask the relay's operator whether {ip} is blocked."},
	{id: "handshake-closed", at: "starttls tls", kind: reading.Closed, when: handshakeFirst,
		sure: Likely, step: StepRelay, field: "tls",
		cause: "{host} closed the connection in the TLS handshake: the TLS mode does not match {port}, or there is no TLS version that both sides support.",
		fix:   "Set TLS tls for port 465 and TLS starttls for port 587. If that is already so, the relay's TLS is most likely too old (Pocket ID needs TLS 1.2), or it blocks this address."},
	{id: "auth-closed", at: "auth", kind: reading.Closed, when: stageKnown,
		sure: Likely, step: StepSender, field: "password",
		cause: "{host} hung up during the login without a word. Relays do this after a wrong password, or when they do not accept the login method.",
		fix:   "{passwordat}"},
	{id: "data-closed", at: "data", kind: reading.Closed, when: stageKnown,
		sure: Likely, step: StepNone, passing: true, waiting: true,
		cause: "{host} received the message and hung up without saying whether it accepts it. A content filter or a size limit can cause this; the mail may still arrive.",
		fix:   "Check whether the test mail arrived, wait a minute, and try again. If it persists, the relay's log has the reason."},
	{id: "ehlo-closed", at: "ehlo", kind: reading.Closed, when: stageKnown,
		sure: Likely, step: StepIdentity, field: "hostname",
		cause: "{host} hung up at the EHLO without a word. The first suspect is the name it was given, then a block on {ip}.",
		fix:   "See which names it accepts, and choose one of them. If it hangs up on every name, ask the relay's operator whether {ip} is blocked."},
	{id: "go-ehlo-swallowed", stage: smtpcheck.StageEHLO, kind: reading.Closed,
		sure: Likely, step: StepIdentity, field: "hostname",
		cause: "The relay hung up and its reply is lost. The first suspect is the EHLO name (localhost, a container id), then a block on this machine's IP, then a TLS mode that does not match the port.",
		fix:   "Test your names on the identity page." + makeSure + listenSure},
}

func fromText(e evidence) bool { return e.Err == nil }

// noCause keeps a line that does carry a cause for the rule that knows it.
func noCause(e evidence) bool { return e.kind == "" && e.code == 0 && e.enhanced == "" }

func handshakeFirst(e evidence) bool {
	return len(e.stages) > 0 && (e.stages[0] == smtpcheck.StageTLS || e.stages[0] == smtpcheck.StageStartTLS)
}

func greetingFirst(e evidence) bool {
	return len(e.stages) > 0 && e.stages[0] == smtpcheck.StageGreeting
}
