package diagnosis

import (
	"strings"

	"smtp-wizard/smtpcheck"
)

const (
	waitSome   = "Wait some minutes and try again as it is. If it stays, ask who runs the relay for the limit, or spread what is sent."
	askBlocked = "Choose a relay with a user and password as provider, or have {ip} taken off the list; the reply's link or code says where."
)

// wordRules are what words mean in a refusal, whoever says them.
var wordRules = []rule{
	{
		id: "auth-refused", stage: "auth mail", says: "authentification invalide|mot de passe|identifiant|benutzername|kennwort|passwort|zugangsdaten|contraseña|usuario o|credenciales|senha|usuário|credenziali|неверный пароль|wachtwoord|felhasználó|hasło|密码|用户名|账号|認証",
		when: coded, sure: Likely, step: StepSender, field: "password",
		cause: authRefused,
		fix:   "{passwordat}",
	},
	{
		id: "yahoo-550-from", stage: "data mail", says: "request failed; mailbox unavailable",
		sure: Likely, provider: "yahoo", step: StepSender, field: "from",
		cause: "Yahoo sends only for the address that logs in, and says this for another one in From.",
		fix:   "Set From to {loginaddress}, or add the other address in Yahoo's settings first.",
	},
	{
		id: "exim-auth-required", stage: "rcpt", says: "turn on smtp auth|smtp authentication in your mail client",
		sure: Exact, provider: "exim", step: StepSender, field: "user",
		cause: "The relay (Exim, often with cPanel) sends on only for clients that log in, and there was no login.",
		fix:   "Enter user and password, with TLS starttls on port 587 or TLS tls on port 465.",
	},
	{
		id: "wrong-protocol", stage: "greeting", says: "ok [capability|dovecot ready|ok imap|imap4rev1|+ok pop|+ok dovecot|http/1.|ssh-2.0|220 ftp|ftp server",
		when: func(e evidence) bool { return !says(e.words, "get /|post /|\"get|\"post") }, sure: Likely, step: StepRelay, field: "port",
		cause: "Another service answers on this port (IMAP, POP3, FTP, SSH or a web server), not a mail relay.",
		fix:   "Set Port 587 with TLS starttls, or Port 465 with TLS tls; 143, 993, 110 and 995 are for reading mail.",
	},
	{
		id: "host-not-bare", stage: "dns connect", says: "run connect() first|too many colons in address|missing port in address|unknown port|needs a port|invalid port|port out of range|invalid character * in host name|unsupported protocol scheme|no port",
		sure: Likely, step: StepRelay, field: "host",
		cause: "Host or port is not written as one: the host has a scheme or port in it, or the port is missing.",
		fix:   "Enter the bare host, such as smtp.example.com, and the port as a number of its own: 587 or 465.",
	},
	{
		id: "settings-blank", stage: "auth connect tls", says: "variable is not set. defaulting to a blank",
		sure: Likely, step: StepInstall, field: "env_file",
		cause: "Compose found no value for this variable, so the program gets an empty one: it is not in the .env, or a $ inside a value was read as a variable.",
		fix:   "Put the variable into the .env beside the compose file; write a $ in a value as $$ or the value in single quotes.",
	},

	{
		id: "login-twice", stage: "auth", says: "no identity changes|already authenticated|already logged in",
		sure: Likely, step: StepNone,
		cause: "The program logged in a second time on one connection, which the relay does not allow. The first login was taken.",
		fix:   "That is for the program that sends: one login a connection. Pocket ID does it once; if this is its log, the relay in between is at fault.",
	},
	{
		id: "auth-required", stage: "mail rcpt auth ehlo", says: "too many unauthenticated commands|turn on authentication|auth command first|while in auth state|smtp auth required|authentication required for command|auth* requise|authentication requise|unauthenticated mail not|mail not allowed from this range|unauthenticated senders",
		sure: Likely, step: StepSender, field: "user",
		cause: "The relay takes mail only after a login, and there was none.",
		fix:   "Enter user and password, with TLS starttls on port 587 or TLS tls on port 465. {passwordat}",
	},
	{
		id: "certificate-refused", stage: "tls starttls", says: "certificate is|certificate was|certificate could|certificate not|this certificate|client certificate|tls certificate",
		when: coded, sure: Likely, step: StepRelay, field: "host",
		cause: "The relay refuses for a certificate: that of the next server, or one that it wants from its clients and this one has not.",
		fix:   "Use the host and port that the relay's documentation names for senders with user and password; a certificate of its own Pocket ID cannot show.",
	},
	{
		id: "tls-needed", stage: "auth mail", says: "required for authentication|required to authenticate|before auth|encryption needed|needed to use mechanism|confidentiality required|tls * to authenticate|secure * to log|unencrypted auth",
		when: coded, sure: Likely, step: StepRelay, field: "tls",
		cause: "The relay takes a login only on an encrypted connection, and this one was in clear text.",
		fix:   "Set TLS to starttls on port 587, or TLS to tls on port 465.",
	},
	{
		id: "tls-needed", stage: "mail auth rcpt", says: "tls-connection is required|ssl/tls-connection|requires encryption|only over tls|only with tls|tls connection needed|must be encrypted|secure connection|use tls|tls first|encrypted connection|plain text connection|plaintext connection|unencrypted connection|insecure connection",
		when: coded, sure: Likely, step: StepRelay, field: "tls",
		cause: "The relay takes this only on an encrypted connection, and this one was in clear text.",
		fix:   "Set TLS to starttls on port 587, or TLS to tls on port 465.",
	},
	{
		id: "account-blocked", stage: "data mail rcpt auth", says: "sending paused|has been suspended|account suspended|is suspended|activate your|not activated|bad outbound sender|outboundspam|tenant has exceeded|unusual sending activity|unusual activity|unusual amount of unsolicited|unblockme|account * blocked|account * disabled|account has been|sending denied|not have a subscription|user is disabled|mailbox is disabled|under review|account is locked|hipnotify|spam abuse detected|account is not active|limited account|mailbox cannot be accessed|trial|not enabled for sending|domain is disabled|domain * disabled|pending review|on hold|under investigation|temporarily locked|account is temporarily|mailbox is suspended|account closed|account is closed|account expired",
		when: notRecipient, sure: Likely, step: StepProvider, field: "preset",
		cause: "The provider has closed sending for this account: suspended, not activated, blocked for what it sent, or not in its plan.",
		fix:   "Look into the provider's console and the account's inbox for the reason and lift the block there, or choose another provider. The password is not the trouble.",
	},
	{
		id: "not-permitted-iam", stage: "data mail", says: "not authorized to perform",
		sure: Exact, step: StepProvider, field: "preset",
		cause: "The credentials belong to a user that may not send with this identity: its policy lacks the right ses:SendRawEmail.",
		fix:   "In the AWS console allow ses:SendRawEmail on this identity for the IAM user of the SMTP credentials, or create new SMTP credentials.",
	},
	{
		id: "test-recipients-only", stage: "data rcpt mail", says: "only send testing emails|test purposes only|only send to your own|sandbox",
		when: aboutMail, sure: Likely, step: StepSender, field: "from",
		cause: "The account is in test mode: it sends only to its owner's or to listed addresses until a domain is verified or the account is released.",
		fix:   "Verify your domain at the provider, use a From address on it, and have the account taken out of test mode; or test with a listed recipient.",
	},
	{
		id: "dmarc-failed", stage: "data", says: "dmarc|unauthenticated email|unauthenticated mail is|required authentication level",
		when: aboutMail, sure: Likely, step: StepSender, field: "from",
		cause: "{domain} publishes a DMARC policy, and this mail passes neither SPF nor DKIM for that domain.",
		fix:   "Switch on DKIM for {domain} at the relay and add the relay to its SPF record, or use a From address on a domain that has both.",
	},
	{
		id: "dkim-missing", stage: "data", says: "dkim",
		when: aboutMail, sure: Likely, step: StepSender, field: "from",
		cause: "The receiver wants a DKIM signature of {domain} that passes, and found none.",
		fix:   "Switch on DKIM for {domain} at the relay and publish the record that it shows.",
	},
	{
		id: "spf-failed", stage: "mail data rcpt", says: "spf|sender policy framework|doesn't allow sending mails from|does not designate|not allowed to send mail for|sender id |senderid",
		when: aboutMail, sure: Likely, step: StepSender, field: "from",
		cause: "The receiver looked up the SPF record of {domain}, and the machine that sends is not in it.",
		fix:   "Add the relay to the SPF record of {domain} (its documentation names the include:), or use a From address on another domain.",
	},
	{
		id: "mailbox-full", stage: "rcpt data", says: "user quota|mailbox size|mailbox * full|storage allocation|overquota|mailbox has exceeded|over quota|quota violation|quota exceeded (mailbox|boite * pleine|mailbox quota|mailbox is full|mailbox full|account is full|insufficient storage in|postfach voll|quota exceeded (user",
		when: coded, sure: Likely, step: StepSender, field: "to",
		cause: "The mailbox of {to} is full. Waiting does not help until there is room again.",
		fix:   "Test with another recipient, or make room in that mailbox.",
	},
	{
		id: "mail-loop", stage: "rcpt data", says: "loop detected|mail loop|hop count|too many hops|routing loop|mail for * loops back",
		when: coded, sure: Likely, step: StepNone,
		cause: "The mail goes around in a circle between servers: two of them hold each other responsible for the recipient's domain.",
		fix:   "That is for whoever runs the receiving servers (MX, forwarding, or a relay that is its own smart host); test with a recipient elsewhere.",
	},
	{
		id: "message-too-big", stage: "data mail", says: "stream is more than|too big|exceeds the maximum|size limit|exceeds size|message size|header size|mime complexity|exceeds policy limit|policy maximum|too large|exceeds maximum|exceeded * size|message exceeds|size exceeded|mail size|amounts of data|too much data",
		when: coded, sure: Likely, step: StepNone,
		cause: "The message is bigger than the relay takes. A big logo picture in Pocket ID can do that.",
		fix:   "Use a smaller logo in Pocket ID, or raise the size limit at the relay.",
	},
	{
		id: "connection-limit", stage: "greeting ehlo mail connect rcpt", says: "concurrent connections|too many sessions|too many concurrent|too many connections|too many simultaneous|concurrent sessions|number of concurrent|trop de connexions|connections from|connection limit|connection rate|connect too often|max connections|maximum number of connections|connection frequency|concurrency limit",
		when: counted, sure: Likely, step: StepNone, waiting: true, passing: true,
		cause: "The relay counts connections from {machine}, and there were too many at once or in a short time.",
		fix:   "Wait some minutes, let other programs on this address send less often, and try again as it is.",
	},
	{
		id: "server-overloaded", stage: "mail rcpt data greeting ehlo", says: "too much load|load average|system load|overload|server busy|system resources|too busy|resources are temporarily|resources temporarily|server is busy|insufficient resources|low on|out of memory|try again later, server",
		when: coded, sure: Likely, step: StepNone, waiting: true, passing: true,
		cause: "The relay has no room or time for this now: it is busy, or holds back a sender that it does not know yet.",
		fix:   waitSome,
	},
	{
		id: "address-limited", stage: "greeting mail rcpt", says: "temporarily deferred|[tss0|temporarily rejected|deferred due to|user complaints|temporarily blocked|temporarily suspended|aup#|ip frequency|mail from your ip|policy violation",
		when: aboutMail, sure: Likely, step: StepNone, waiting: true, passing: true,
		cause: "The receiver holds back mail from {machine}'s address for a while: too much at once, complaints, or no history.",
		fix:   "Wait some hours and send less; if it stays, choose a relay with a user and password as provider.",
	},
	{
		id: "limit-reached", stage: "rcpt data mail", says: "too many emails|too many mails|too many messages|too fast|too many requests|per time|per second|per minute|per hour|per day|hourly|daily|frequency limit|rate limit|ratelimit|overlimit|rate exceeded|throttl|defers and failures|sending limit|quota exceeded|quotaexceeded|relay quota|over your quota|over your relay|exceeded the max|max emails|send quota|too many recipients|slow down|sending rate|emails too|try again in * sec|try again in * min|messages per|limit of messages|sent too many|unexpected volume|message limit|exceeds the limit|over limit|permitted limits|limits within|sender frequency|mail frequency|limit exceeded|limit reached|exceeded the * limit|exceeded your|over the limit|limit * exceed|exceed * limit|outgoing * quota|sending quota|limit * reached|reached * limit|send limit|too much mail|exceeding|monthly|used up|your plan|plan limit|email limit|out of credit|receiving mail|too much email|too quickly|short period",
		when: counted, sure: Likely, step: StepNone, waiting: true, passing: true,
		cause: "A limit on how much this account, sender or address may send is reached.",
		fix:   "Wait, until the next hour or day where the reply speaks of one, and try again as it is. A bigger plan or a quieter neighbor lifts the limit.",
	},
	{
		id: "mail-from-no-dns", stage: "mail rcpt", says: "cannot validate your mailfrom|domain in mail from|does not have any mx|sender domain not found|domain of sender|no mx record for|sender * no mx|sender domain * dns|mailfrom domain * not|sender's domain|sender domain has no|unresolvable address|sender verify * dns|envelope sender * not exist|bounce domain|invalid dns mx|(domain based",
		when: notListed, sure: Likely, step: StepSender, field: "from",
		cause: "The relay looked up the domain of {from} and found no mail server or address for it.",
		fix:   "Correct From, or give its domain an MX or address record.",
	},
	{
		id: "header-from-missing", stage: "data", says: "missing 'from'|missing from|no from header|missing date|missing message-id|rfc 5322|rfc5322|multiple 'from'|duplicate header|multiple from headers|header * missing|missing required header|bare lf|bare newline|line is too long|line too long|lines longer|line length|8-bit data in message header|invalid header|malformed header|bad header|policy restrictions|not rfc compliant|message is malformed|malformed message|rfc 2822|rfc2822|missing final|header based|messages missing a valid|missing a valid address|message-id|to header|date header|subject header|missing header|cr or lf|smtplf",
		when: func(e evidence) bool { return coded(e) && !says(e.words, "(ip based|(domain based") }, sure: Likely, step: StepNone,
		cause: "The message itself breaks the format of mail: a header is missing, double or badly written, or a line is too long or ends wrongly.",
		fix:   "That is for the program that wrote it, or a filter that changed it on its way. Keep the sender's name in plain letters, and see whether Pocket ID's own test mail passes.",
	},
	{
		id: "non-ascii-address", stage: "mail rcpt", says: "smtputf8|unicode address|non-ascii|utf-8 address|internationalized address|8-bit address",
		sure: Likely, step: StepSender, field: "from",
		cause: "An address has letters beyond ASCII, and the relay takes only ASCII ones.",
		fix:   "Use a From address and a recipient in ASCII letters only.",
	},
	{
		id: "recipient-syntax", stage: "rcpt", says: "parse to address|parse recipient|rcpt to address|rcpt to syntax|rcpt to: syntax|bad recipient|illegal recipient|syntax error in rcpt|recipient syntax",
		when: coded, sure: Likely, step: StepSender, field: "to",
		cause: "The relay could not read the recipient's address.",
		fix:   "Enter the bare address alone, such as someone@example.com, without a name or angle brackets.",
	},
	{
		id: "address-syntax", stage: "mail rcpt", says: "syntax should be mail|mail argument|from parameter|not a valid rfc 5321|invalid mail from|invalid command line|address specified is invalid|mailbox syntax|syntax error in mail|address syntax|mail from syntax|mail from: syntax|syntax error mail|malformed|invalid e-mail address|invalid email address|bad sender address|not a valid email|mailbox name not allowed|syntax: mail from|invalid address|unparseable address|sender address has|missing @|domain name required|qualified address|needs a domain|must have a domain",
		when: func(e evidence) bool { return coded(e) && !says(e.words, "message is malformed|malformed message") }, at: "mail rcpt data", sure: Likely, step: StepSender, field: "from",
		cause: "The relay could not read an address as one: From holds a name, a blank, or no domain.",
		fix:   "Set From to the bare address alone, such as {from}, and look at the recipient as well.",
	},
	{
		id: "domain-not-verified", stage: "mail rcpt data", says: "not owned by|from not owned|must match authenticated|must be same as auth|same as authorization|doesn't match auth domain|does not match auth|unauthorized use of sender|not allowed to use the domain|not associated with your account|envelope from address|emetteur invalide|expediteur invalide|invalid sender|not authenticated sender|notauthenticatedsender|unconfigured sending domain|not allowed to send|not authorized to send|not permitted to send|sender rejected|sender rejection|provide a valid from|from: domain|sender header|unknown sender|from header address rejected|not match the authenticated|sender address * not|unregistered domains|sender is not|sender not|not a valid sender|from address not|may not send|send as|sender * not allowed|absender * nicht|remitente|mittente|отправител|发件人|发信人|must be the same|must equal|address is not verified|adresse d'exp|domain not verified|domain is not verified|not a verified|unverified sender|unverified domain|sender identity|domain is not authorized|not authorised to send|domain not allowed|domain not found in|domain not registered|not authorized to use|from address is not|invalid from address|unauthorized sender|sender unauthorized|envelope sender|not own * sender|sender mismatch|from header * match|from must match|mail from * not allowed|not an alias|alias of|not one of your",
		when: notListed, sure: Likely, step: StepSender, field: "from",
		cause: "The relay does not let this login send as {from}: the address or its domain is not set up there or belongs to someone else.",
		fix:   "Set From to an address that the relay lists as yours, such as that of {user}, or verify {domain} there.",
	},
	{
		id: "content-refused", stage: "data", says: "virus|attachment|malware|infected|executable|trojan|blocked file|file type|file extension|banned filename|zip file",
		when: notAddress, sure: Likely, step: StepNone,
		cause: "A filter on the way takes something in the message for dangerous: an attachment, a picture or a link.",
		fix:   "Test with a plain message. If that passes, the content is the cause; else ask who runs the filter, with the whole line.",
	},
	{
		id: "spam-refused", stage: "data", says: "spam|content denied|message content |unsolicited|junk|bulk mail|message rejected|message not accepted|message not allowed|dt:spm|not accepted for policy|local policy|organization policy|rejected by * policy|service refus|content reject|phish|unwanted content|transport.rules|message refused|message blocked|mime_|spoofed|spoofing|envelope blocked|rejected by header|administrative prohibition|message has been rejected|mail rejet|mail rejected|message considered|dangerous|deceptive|links within|prohibited|security issue|reject due to content|[cs01]|banned content|suspicious",
		when: notAddress, sure: Likely, step: StepSender, field: "from",
		cause: "The receiver's filter refuses this message by content, sender or policy. A From domain without SPF and DKIM, or a fresh sending address, is the usual reason.",
		fix:   "Publish SPF and DKIM for {domain} as the relay's documentation says, and test with a recipient elsewhere to compare.",
	},
	{
		id: "blocklist", stage: "greeting mail rcpt ehlo", says: "reputation|dnsbl| rbl|_rbl|rbl |spamhaus|spamcop|barracuda|block list|blocklist|blacklist|black list|blocked - see|is blocked|is_blocked|blocked using|banned sending|banned sender|listing in|blocked by|banned ip|been banned|is banned|client host|based on ip|ip based|flooding|abusive|has been blocked|ip is |invalid ip|listed by|listed in|listed on|not accepted from|connections will not be accepted|ers-customized-block|(bl)|network not allowed|your ip|ip address * blocked|?ip=|&ip=|from your network|sender base|senderbase|no access from|access denied * ip|blocked ip|not allowed from your|country|dynamic ip|residential|dial-up|dialup|tosa@|access to submit",
		when: aboutAddress, sure: Likely, step: StepProvider, field: "preset",
		cause: "The relay refuses {machine}'s address: it is on a block list or has no good name, as whole ranges of hosters and home lines.",
		fix:   askBlocked,
	},
	{
		id: "relay-denied", stage: "rcpt", says: "relaying|mail relay|open relay|as a relay|unable to relay|cannot relay|no relay|not a relay|relay access|relay denied|relay not|cannot deliver mail for|non-accepted domain|remote addresses|relay is not|relay for|gatewaying|not allowed to relay|rcpthosts|relay * disallowed|not our customer * relay",
		when: aboutMail, sure: Likely, step: StepSender, field: "user",
		cause: "The relay does not send on to {to} for this client: there was no login, and it does not know this machine's address.",
		fix:   "Enter user and password and use a submission port (587 starttls or 465 tls), or have the relay's operator allow {ip}.",
	},
	{
		id: "recipient-filtered", stage: "rcpt data", says: "permanent failure for one or more recipients|mail rejected by destination|destination domain|recipient * blocked|recipient's policy",
		when: coded, sure: Likely, step: StepSender, field: "to",
		cause: "A filter of the recipient's domain refuses this mail: for the sender, the content, or the recipient's own settings.",
		fix:   "Test with a recipient elsewhere. If that works, ask the recipient's administrator; else publish SPF and DKIM for {domain}.",
	},
	{
		id: "server-shutdown", stage: "greeting ehlo mail", says: "local error, closing|closing transmission channel",
		sure: Likely, step: StepNone, waiting: true, passing: true,
		cause: "The relay gave the connection up for a trouble of its own; nothing that was entered here was judged.",
		fix:   "Wait some minutes and try again as it is. If it stays, ask who runs the relay.",
	},
	{
		id: "unknown-command", stage: "ehlo auth mail rcpt", says: "command not recognized|command unrecognized|unrecognized command|command not implemented|unknown command|command unknown|not a valid command|bad command|invalid command",
		when: func(e evidence) bool { return coded(e) && e.code != 501 }, sure: Likely, step: StepRelay, field: "port",
		cause: "The server does not know a command that mail programs use: it is a very simple one, another service, or something on the way filters SMTP.",
		fix:   "Set Port 587 with TLS starttls, or Port 465 with TLS tls, of a submission server. The SMTP inspection of a firewall does this too: switch it off.",
	},
	{
		id: "upstream-trouble", stage: "rcpt data mail greeting", says: "upstream error|upstream server|backend error|connection expired|internal error|internal server error|temporary failure|local error|unexpected error|system error|transaction failed, blame|try reconnecting",
		when: coded, sure: Likely, step: StepNone, waiting: true, passing: true,
		cause: "The relay had a trouble of its own or behind it; nothing that was entered here is wrong.",
		fix:   "Wait some minutes and try again as it is. If it stays, look at the relay's status page.",
	},
	{
		id: "greylisted", stage: "rcpt mail data greeting", says: "internal resources are temporarily|first time|please retry|temporarily rejected|temporarily unavailable|try again in|later",
		code: "4", when: coded, sure: Likely, step: StepNone, waiting: true, passing: true,
		cause: "The receiver refuses the first tries of a sender that it does not know, or has a passing trouble of its own.",
		fix:   "Wait five to fifteen minutes and try again as it is. A relay of your own that queues mail does so by itself.",
	},
	{
		id: "hidden-reason", stage: "connect auth tls greeting", says: "sending the email to the following server failed|failure sending mail|mail send failed|could not send mail",
		when: noCause, sure: Likely, step: StepRelay, field: "port",
		cause: "The program hides the relay's words. This line covers a refused connection, a wrong TLS mode, and a refused login.",
		fix:   "Look for the line beside it that names the stage (\"Caused by\"), or run `smtp-wizard check`. The pairs that fit: 587 with starttls, 465 with tls.",
	},
}

// counted keeps words for numbers and times to refusals, or to sentences that say
// what was exceeded.
func counted(e evidence) bool {
	return coded(e) || says(e.words, "exceeded|too many|limit|rate|try again")
}

// notRecipient: a closed mailbox of the recipient is not the account that sends.
func notRecipient(e evidence) bool {
	if e.code/10 == 55 && !strings.HasPrefix(e.enhanced, "5.7.") && firstStage(e.place(stagesOf("rcpt mail data auth"))) == smtpcheck.StageRcpt &&
		!says(e.words, "sending|outgoing|outbound|sender|your|activity|abuse|unsolicited|smtp|subscription|activate|server") {
		return false
	}
	return aboutMail(e) && !strings.HasSuffix(e.enhanced, ".2.1") && !says(e.words, "tried to reach|this mailbox|local mailbox|recipient address|cannot be delivered|invalid mailbox|inbound")
}

// notListed: a domain that a block list names has DNS.
func notListed(e evidence) bool {
	return aboutMail(e) && !says(e.words, "listed|blocked|spamhaus|connections not")
}

// notAddress keeps "spam" and "policy" beside a word for an address to the rules
// about addresses.
func notAddress(e evidence) bool {
	return aboutMail(e) && !says(e.words, "do not authorize the use|your ip|ip address|client host|adresse ip|block list|blocklist|blacklist|dnsbl|reputation|sending mta|spamhaus's list|spamhaus block|listed|listing in|spamcop|antispam.|blocked using|banned sender")
}

// aboutAddress keeps the words for lists to refusals.
func aboutAddress(e evidence) bool {
	return coded(e) && !says(e.words, "mailbox|inactiv") || says(e.words, "spamhaus|spamcop|dnsbl|blacklist|block list|blocklist") && aboutMail(e)
}
