package diagnosis

import "smtp-wizard/smtpcheck"

// googleRules are the words of smtp-relay.gmail.com, smtp.gmail.com and
// Google's receiving servers.
var googleRules = []rule{
	{id: "ehlo-generic-name", stage: smtpcheck.StageEHLO, code: "421", says: "try again later, closing connection", when: hasGenericName,
		sure: Exact, step: StepIdentity, field: "hostname",
		cause: "{host} refused {generic} and hung up. It only accepts clients that announce a name of their own. Waiting does not help while the name stays the same.",
		fix:   "{ehlofix}"},
	{id: "gmail-autosendmail-421", stage: smtpcheck.StageEHLO, code: "421", says: "try again later, closing connection", only: "gmail",
		sure: Exact, step: StepIdentity, field: "hostname", waiting: true,
		cause: "smtp.gmail.com refused the greeting and hung up: the announced name was generic, or this address is shared with many clients, in which case it comes and goes.",
		fix:   "{ehlofix} With a real name, wait a few minutes and try again."},
	{id: "google-relay-ehlo-421", stage: smtpcheck.StageEHLO, code: "421", says: "try again later, closing connection. (ehlo)", when: ownName,
		sure: Likely, provider: "google-workspace-relay", step: StepIdentity, field: "hostname", waiting: true,
		cause: "Google's relay refused {ehloname} and hung up, although it is a full name. One user found that a subdomain was refused and the Workspace domain itself accepted; at other times it comes and goes with the sending address.",
		fix:   "Announce your Workspace domain itself: set it as the hostname (compose `hostname:`) and try it on the identity page. If the refusal is intermittent, wait a few minutes."},
	{id: "google-relay-ehlo-421", stage: smtpcheck.StageEHLO, code: "421", says: "try again later, closing connection. (ehlo)|try again later, closing connection. (helo)",
		sure: Exact, step: StepIdentity, field: "hostname",
		cause: "Google refused the EHLO name and hung up. Its relay does so for generic names such as localhost, where waiting does not help. At smtp.gmail.com it can also come and go on a shared address.",
		fix:   "{ehlofix}"},
	{id: "nextcloud-subdomain", stage: smtpcheck.StageEHLO, says: "ehlo * refused by smtp-relay|ehlo * refused by aspmx",
		sure: Likely, provider: "google-workspace-relay", step: StepIdentity, field: "hostname",
		cause: "Google's relay refused this EHLO name. One user found that a subdomain was refused and the Workspace domain itself accepted; others had no such problem. Waiting does not help.",
		fix:   "Announce the Workspace domain itself: set it as the hostname (compose `hostname:`), then test it on the identity page."},
	{id: "google-relay-intermittent", stage: smtpcheck.StageEHLO, at: "greeting ehlo starttls", code: "421", enh: "4.7.0", says: "try again later, closing connection",
		sure: Likely, provider: "google-workspace-relay", step: StepIdentity, field: "hostname",
		cause: "Google hung up on the greeting. A name that is generic or shared by many clients (localhost, a container id, [127.0.0.1]) runs into abuse limits, sometimes only intermittently. Waiting does not fix it.",
		fix:   "{ehlofix}"},
	{id: "google-relay-denied-550-570", stage: smtpcheck.StageMail, code: "550", enh: "5.7.0", says: "mail relay denied",
		sure: Exact, provider: "google-workspace-relay", step: StepProvider, field: "preset",
		cause: "Google's relay recognizes neither this machine's IP nor one of your domains in EHLO or From. A personal Gmail account has no relay at all.",
		fix:   "Add {theip} in the Admin console under Apps > Google Workspace > Gmail > Routing > SMTP relay service, or require SMTP AUTH there and log in. With a personal account choose the preset gmail with an app password."},
	{id: "google-relay-invalid-cred-5571", stage: smtpcheck.StageMail, code: "550", enh: "5.7.1", says: "invalid credentials for relay",
		sure: Exact, provider: "google-workspace-relay", step: StepSender, field: "from",
		cause: "{theip} is registered for Google's relay, but by a Workspace account other than the one that owns {domain}.",
		fix:   "Use a From address on a domain of the account that owns the relay rule, or log in with a user of the account of {domain}."},
	{id: "google-ip-not-authorized", stage: smtpcheck.StageRcpt, code: "550", enh: "5.7.1", says: "not authorized to send email directly|not authorized to send mail directly",
		sure: Exact, provider: "google-mx", step: StepProvider, field: "preset",
		cause: "{machine} connected directly to Gmail's receiving server, which does not accept mail from dynamic or residential addresses.",
		fix:   "Instead of delivering directly on port 25, choose a provider that accepts a user and password on port 587 or 465."},
	{id: "google-relay-545", stage: smtpcheck.StageData, code: "550", says: "daily smtp relay limit exceeded for user|daily smtp relay sending limit exceeded for",
		sure: Exact, provider: "google-workspace-relay", step: StepNone, passing: true, waiting: true,
		cause: "This envelope sender has used up its daily quota: Google's relay accepts 10,000 messages or recipients in 24 hours for each registered user.",
		fix:   "Wait until tomorrow, or use a From address that is not a registered user: those are not counted per user."},
	{id: "google-relay-571-customer", stage: smtpcheck.StageData, code: "550", says: "daily smtp relay limit exceeded for customer",
		sure: Exact, provider: "google-workspace-relay", step: StepProvider, field: "preset", passing: true, waiting: true,
		cause: "The whole Workspace account has used up its relay quota for the day, which grows with its licenses and is small for a trial.",
		fix:   "Wait until tomorrow, or choose another provider for Pocket ID."},
	{id: "gmail-545-limit", stage: smtpcheck.StageData, code: "550", says: "daily user sending limit exceeded|daily user sending quota exceeded|daily sending quota exceeded",
		sure: Exact, provider: "gmail", step: StepProvider, field: "preset", passing: true, waiting: true,
		cause: "The mailbox has used up its daily quota: 500 recipients for a personal account, 2,000 messages for a Workspace mailbox.",
		fix:   "Wait 24 hours. If it happens again, choose the Workspace relay service or a transactional provider."},
	{id: "google-421-whitelist", stage: smtpcheck.StageRcpt, says: "ip not in whitelist for rcpt domain",
		sure: Exact, provider: "google-mx", step: StepProvider, field: "preset",
		cause: "The recipient's Workspace domain only accepts mail from listed gateways, and this machine is not one of them. Waiting does not help.",
		fix:   "Ask the recipient's administrator to list {theip} as an inbound gateway, or choose a relay that the domain already accepts."},
	{id: "google-421-tls-required", stage: smtpcheck.StageMail, says: "tls required for rcpt domain",
		sure: Exact, provider: "google-mx", step: StepRelay, field: "tls",
		cause: "The recipient's domain requires TLS, and this connection was in clear text. Waiting does not help.",
		fix:   "Set TLS to starttls on port 587 or 25, or to tls on port 465.",
	},
	{
		id: "google-421-rate", stage: smtpcheck.StageGreeting, code: "421", says: "very low reputation of the sending ip",
		sure: Exact, provider: "google-mx", step: StepProvider, field: "preset", waiting: true,
		cause: "Gmail limits {machine} because its address has no reputation, like that of a new server. Waiting helps only for a while.",
		fix:   "Choose a provider with a user and password. To deliver directly, the address needs reverse DNS, and the From domain needs SPF, DKIM and DMARC."},
	{id: "google-421-4728", stage: smtpcheck.StageData, says: "unusual rate of unsolicited mail",
		sure: Exact, provider: "google-mx", step: StepProvider, field: "preset", waiting: true,
		cause: "Gmail limits mail from this IP address, DKIM domain or SPF domain because too much of it looked unsolicited. It ends after a few hours of waiting.",
		fix:   "Wait, send less, and publish SPF and DKIM for {domain}; or choose another provider."},
	{id: "google-unauthenticated-sender", stage: smtpcheck.StageData, code: "550", says: "sender is unauthenticated|this mail has been blocked because the sender|unauthenticated email from",
		sure: Exact, provider: "google-mx", step: StepSender, field: "from",
		cause: "Gmail does not accept mail whose From domain passes neither SPF nor DKIM, and {domain} passed neither.",
		fix:   "Add the relay to the SPF record of {domain} or switch on DKIM there, or use a From address on a domain that has both."},
	{id: "gmail-534-579", stage: smtpcheck.StageAuth, says: "application-specific password required|invalidsecondfactor",
		sure: Exact, provider: "gmail", step: StepSender, field: "password",
		cause: "The account has 2-Step Verification, so Google does not accept the normal password over SMTP.",
		fix:   "{passwordat}"},
	{id: "gmail-web-login-required", stage: smtpcheck.StageAuth, says: "please log in via your web browser|weblogin_required|webloginrequired",
		sure: Exact, provider: "gmail", step: StepSender, field: "password",
		cause: "Google wants this account to log in with a browser first, because the attempt looked unusual or used the normal password.",
		fix:   "Log in once in a browser, then create an app password at https://myaccount.google.com/apppasswords and use that."},
	{id: "gmail-535-578", stage: smtpcheck.StageAuth, says: "username and password not accepted|p=badcredentials",
		sure: Exact, provider: "gmail", step: StepSender, field: "password",
		cause: "Google refused the login of {user}: it was the account password, or an app password that is wrong or revoked. There are no app passwords without 2-Step Verification.",
		fix:   "{passwordat}"},
	{id: "gmail-530-starttls", stage: smtpcheck.StageMail, says: "must issue a starttls command first",
		sure: Exact, step: StepRelay, field: "tls",
		cause: "{host} requires encryption before any mail, and this connection stayed in clear text (TLS none).",
		fix:   "Set TLS to starttls on port 587, or TLS to tls on port 465."},
}

func hasGenericName(e evidence) bool {
	return e.genericName() != "" && atOrBefore(e, smtpcheck.StageTLS)
}

// ownName reports whether the name that was judged is known and a full one.
func ownName(e evidence) bool { return len(e.Names) > 0 && e.genericName() == "" }

// atOrBefore reports whether the conversation ended no later than a stage; an
// unknown stage counts.
func atOrBefore(e evidence, last smtpcheck.Stage) bool {
	for _, s := range smtpcheck.Stages {
		if s == e.Stage {
			return true
		}
		if s == last {
			break
		}
	}
	return e.Stage == ""
}
