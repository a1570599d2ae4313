package diagnosis

import "smtp-wizard/smtpcheck"

// serverRules are the words of Postfix, Exim, OpenSMTPD and Sendmail, which
// many providers and most own relays run.
var serverRules = []rule{
	// EHLO names
	{
		id: "postfix-504-localhost", stage: smtpcheck.StageEHLO, when: heardAtEHLO, says: "<localhost>: helo command rejected|<localhost.localdomain>: helo command rejected",
		sure: Exact, provider: "postfix", step: StepIdentity, field: "hostname",
		cause: "The relay wants a full host name in EHLO and checks it at once, and Pocket ID announced localhost.",
		fix:   "{ehlofix}",
	},
	{
		id: "postfix-504-localhost", stage: smtpcheck.StageRcpt, says: "<localhost>: helo command rejected|<localhost.localdomain>: helo command rejected",
		sure: Exact, provider: "postfix", step: StepIdentity, field: "hostname",
		cause: "The relay wants a full host name in EHLO, and Pocket ID announced localhost. Postfix checks the name only at RCPT TO.",
		fix:   "{helofix}",
	},
	{
		id: "postfix-504-helo", stage: smtpcheck.StageRcpt, says: "helo command rejected: need fully-qualified hostname",
		sure: Exact, provider: "postfix", step: StepIdentity, field: "hostname",
		cause: "The relay wants a full host name in EHLO and {name} is not one. A container announces its random 12-digit id unless it has a hostname.",
		fix:   "{helofix}",
	},
	{
		id: "postfix-helo-not-found", stage: smtpcheck.StageRcpt, says: "helo command rejected: host not found|helo command rejected: malformed dns",
		sure: Exact, provider: "postfix", step: StepIdentity, field: "hostname",
		cause: "The relay looked up {ehloname} and found no A, AAAA or MX record. Waiting does not help until there is one.",
		fix:   "Announce a name that resolves. {helofix}",
	},
	{
		id: "postfix-helo-invalid", stage: smtpcheck.StageRcpt, says: "helo command rejected: invalid name|helo command rejected: invalid hostname",
		sure: Exact, provider: "postfix", step: StepIdentity, field: "hostname",
		cause: "{ehloname} has a character that is not allowed in a host name, such as the underscore of a compose project.",
		fix:   "{helofix} Use only letters, digits, hyphens and dots.",
	},
	{
		id: "postfix-helo-rejected", stage: smtpcheck.StageRcpt, says: "helo command rejected|ehlo command rejected",
		sure: Exact, provider: "postfix", step: StepIdentity, field: "hostname",
		cause: "The relay refused {ehloname} by a rule of its own, for example because the name is the relay's.",
		fix:   "Announce this machine's own full name. {helofix}",
	},
	{
		id: "exim-501-helo", stage: smtpcheck.StageEHLO, says: "syntactically invalid helo|syntactically invalid ehlo",
		sure: Exact, provider: "exim", step: StepIdentity, field: "hostname",
		cause: "{ehloname} has characters that are not allowed in a host name, most often the underscore of a compose project or container name.",
		fix:   "{helofix} Use only letters, digits, hyphens and dots.",
	},
	{
		id: "exim-550-helo", stage: smtpcheck.StageRcpt, says: "invalid helo name",
		sure: Exact, provider: "exim", step: StepIdentity, field: "hostname",
		cause: "The relay (Exim, often with cPanel) wants a full host name in EHLO: not a name without a domain, not an address, and not the relay's own name.",
		fix:   "{helofix} Clients that log in are usually exempt.",
	},
	{
		id: "opensmtpd-501", stage: smtpcheck.StageEHLO, says: "invalid command arguments: invalid domain name",
		sure: Exact, provider: "opensmtpd", step: StepIdentity, field: "hostname",
		cause: "The relay (OpenSMTPD) received an EHLO without a usable name: it was empty, or had characters that are not allowed in a host name.",
		fix:   "{helofix} Use only letters, digits, hyphens and dots.",
	},
	{
		id: "ehlo-invalid-name", stage: smtpcheck.StageEHLO, says: "invalid domain name|invalid ehlo|invalid helo|helo name must|ehlo requires domain|helo requires domain|invalid domain in ehlo|bad helo|helo/ehlo * invalid|bad hostname in|requires valid address|helo name * rejected|hostname in your helo|malformed helo|helo * not fqdn|rejected helo|invalid host name",
		sure: Likely, step: StepIdentity, field: "hostname",
		cause: "The relay refused {ehloname}: it is empty, not a full host name, or has an underscore or a space.",
		fix:   "{helofix} Use only letters, digits, hyphens and dots.",
	},
	// this machine
	{
		id: "spamhaus-554-openresolver", stage: smtpcheck.StageRcpt, says: "open resolver",
		sure: Exact, provider: "postfix", step: StepProvider, field: "preset",
		cause: "The relay asks Spamhaus through a public DNS resolver, gets an error code back, and mistakes it for a listing. Nothing is wrong with this sender.",
		fix:   "Ask the relay's operator to use its own DNS resolver, or choose another relay. No other setting changes this.",
	},
	{
		id: "client-rejected", stage: smtpcheck.StageRcpt, says: "client host rejected: access denied|host rejected: access denied",
		sure: Exact, provider: "postfix", step: StepSender, field: "user",
		cause: "The relay does not know this machine and accepts nothing from it without a login. Submission ports work this way by design.",
		fix:   "Enter a user and password. On your own Postfix, add this machine's network (for Docker the container subnet) to mynetworks.",
	},
	// relaying
	{
		id: "sendmail-550-relaying", stage: smtpcheck.StageRcpt, says: "relaying denied. ip name lookup failed|relaying denied. proper authentication required",
		sure: Exact, provider: "sendmail", step: StepSender, field: "user",
		cause: "The relay only forwards mail for clients that log in or that it knows, and {ip} has no reverse name that it trusts.",
		fix:   "Enter a user and password, or ask the relay's operator to allow {ip}.",
	},
	{
		id: "postfix-554-relay", stage: smtpcheck.StageRcpt, says: "relay access denied",
		sure: Exact, provider: "postfix", step: StepSender, field: "user",
		cause: "The relay does not know this client: there was no login, its network is not trusted, and {to} is outside the relay's own domains.",
		fix:   "Enter a user and password and use a submission port (587 starttls or 465 tls). On your own Postfix, add this machine's network (for Docker the container subnet) to mynetworks.",
	},
	{
		id: "auth-method-relaying", stage: smtpcheck.StageRcpt, says: "relaying denied",
		sure: Exact, step: StepSender, field: "user",
		cause: "The relay does not forward mail to {to} for this client: there was no login, or (as one user found) AUTH PLAIN was accepted but not honored.",
		fix:   "Enter a user and password. If the login succeeded, ask the relay's operator to fix AUTH PLAIN or to allow this machine's address.",
	},
	{
		id: "relay-denied", stage: smtpcheck.StageRcpt, says: "relay not permitted|relaying not allowed|relay denied|not permitted to relay|relaying prohibited|we do not relay|unable to relay|relaying is prohibited|relay access|relaying not permitted|does not allow relay|no relaying|allowed rcpthosts",
		sure: Exact, step: StepSender, field: "user",
		cause: "The relay does not forward mail to {to} for this client: there was no login, and it does not know this machine's address.",
		fix:   "Enter a user and password and use a submission port (587 starttls or 465 tls), or ask the relay's operator to allow {ip}.",
	},
	// senders
	{
		id: "postfix-553-owner", stage: smtpcheck.StageRcpt, says: "not owned by user|sender address rejected: not owned",
		sure: Exact, provider: "postfix", step: StepSender, field: "from",
		cause: "The relay ties sender addresses to logins, and {from} does not belong to {login}.",
		fix:   "Set From to {login}, or allow {from} for that user at the relay (mailcow: allowed to send as; others: alias).",
	},
	{
		id: "sender-not-logged-in", stage: smtpcheck.StageRcpt, says: "sender address rejected: not logged in",
		sure: Exact, provider: "postfix", step: StepSender, field: "user",
		cause: "{from} belongs to a user of the relay, who must log in to send with it; there was no login.",
		fix:   "Enter the user and password that {from} belongs to.",
	},
	{
		id: "sender-domain-not-found", stage: smtpcheck.StageRcpt, says: "sender address rejected: domain not found|domain of sender address * does not exist|domain of sender address * does not resolve|sender domain not found|sender domain must exist|sender domain does not exist|unresolvable sender domain|unrouteable sender",
		sure: Exact, step: StepSender, field: "from",
		cause: "The relay looked up the domain of {from} and found neither an MX nor an address record.",
		fix:   "Correct From, or give its domain an MX record.",
	},
	{
		id: "sender-verify-failed", stage: smtpcheck.StageRcpt, says: "sender verify failed|sender verification failed|verification failed for|sender address verification|could not complete sender verify",
		sure: Exact, step: StepSender, field: "from",
		cause: "The relay asked the mail server of {domain} whether {from} exists, and it was not confirmed.",
		fix:   "Use a From address that really exists as a mailbox or alias at {domain}.",
	},
	{
		id: "sender-rejected", stage: smtpcheck.StageRcpt, says: "sender address rejected",
		sure: Likely, step: StepSender, field: "from",
		cause: "The relay refused {from} as sender by a rule of its own.",
		fix:   "As From, use the address of the user that logs in, or one on a domain that the relay serves.",
	},
	{
		id: "relay-misconfigured", stage: smtpcheck.StageRcpt, says: "temporary lookup failure|local error in processing|temporary local problem|server configuration error|server configuration problem|queue file write error|local configuration error",
		sure: Exact, step: StepNone, waiting: false, passing: true,
		cause: "The relay failed on a table, file or setting of its own. Your settings are not the cause, and waiting only helps once that is fixed.",
		fix:   "On your own relay, its log names the broken table (Postfix: grep for warning: and fatal:); otherwise tell the operator or choose another relay.",
	},
	// TLS and login
	{
		id: "postfix-454-tls", stage: smtpcheck.StageStartTLS, says: "tls not available due to|tls currently unavailable|tls not available|tls is not available|tls unavailable",
		sure: Exact, provider: "postfix", step: StepRelay, field: "tls",
		cause: "The relay offers STARTTLS but cannot use its certificate or key. Waiting does not help until the relay is fixed.",
		fix:   "On the relay, fix smtpd_tls_cert_file and its key, and make sure that the server can read both. TLS none is only acceptable for a relay on this machine.",
	},
	{
		id: "postfix-535-ugf", stage: smtpcheck.StageAuth, says: "authentication failed: ugfzc3dvcmq6|authentication failed: vxnlcm5hbwu6|authentication failed: authentication failure",
		sure: Exact, provider: "postfix", step: StepSender, field: "password",
		cause: "The relay refused user or password. The odd word at the end is just its prompt in base64, not the cause.",
		fix:   "{passwordat}",
	},
	{
		id: "auth-backend-down", stage: smtpcheck.StageAuth, says: "temporary authentication failure|temporary auth failure|connection lost to authentication server|authentication temporarily|unable to authenticate at present|authentication service unavailable|internal authentication error|authentication server",
		sure: Exact, step: StepNone, waiting: true, passing: true,
		cause: "The relay could not reach its own login service. User and password were not checked at all.",
		fix:   "Wait a few minutes and try again. If it persists, the relay's operator must check its SASL or Dovecot service.",
	},
	{
		id: "auth-not-offered", stage: smtpcheck.StageAuth, says: "authentication not enabled|auth command used when not advertised|auth not available|auth not supported|authentication not available",
		when: encrypted, sure: Exact, step: StepSender, field: "user",
		cause: "The relay does not accept a login on {port}, although the connection is encrypted.",
		fix:   "Leave user and password empty if this relay trusts your address; otherwise use its submission port: {pairs}.",
	},
	{
		id: "auth-not-offered", stage: smtpcheck.StageAuth, says: "authentication not enabled|auth command used when not advertised|auth not available|auth not supported|authentication not available|auth command is not|must issue a starttls command before auth|encryption required for requested authentication|authentication only allowed over|plaintext authentication disallowed|plaintext auth* disallowed|requires * encryption * auth",
		sure: Exact, step: StepRelay, field: "tls",
		cause: "The relay does not accept a login here: it offers one only under TLS, or only on its submission ports.",
		fix:   "Set {pairs}. If the relay needs no login, leave user and password empty.",
	},
	{
		id: "auth-mechanism", stage: smtpcheck.StageAuth, says: "unrecognized authentication type|unrecognised authentication type|mechanism not supported|authentication mechanism|unsupported authentication|invalid authentication mechanism|auth mechanism|no mechanism|no supported authentication|no worthy mechs|unknown auth type|no known auth|auth type * not supported",
		at: "auth", sure: Likely, step: StepProvider, field: "preset",
		cause: "The relay offers neither AUTH PLAIN nor AUTH LOGIN here, and Pocket ID only knows these two.",
		fix:   "Use TLS, under which most relays offer PLAIN: {pairs}. A provider that only accepts OAuth2 or CRAM-MD5 cannot be used: choose another.",
	},
	{
		id: "login-then-starttls", stage: smtpcheck.StageMail, says: "issue a starttls|starttls is required|starttls required|tls required|must use tls|encryption required|requires tls|ssl required|requires a secure connection|tls connection required|encryption is required|tls is required|secure connection required|must use starttls|session encryption is required|need starttls",
		when: coded, sure: Exact, step: StepRelay, field: "tls",
		cause: "{host} requires encryption, and this connection stayed in clear text (TLS none).",
		fix:   "Set TLS to starttls on port 587, or TLS to tls on port 465.",
	},
}

// heardAtEHLO: it is known that the words came in reply to EHLO itself.
func heardAtEHLO(e evidence) bool { return e.Stage == smtpcheck.StageEHLO }
