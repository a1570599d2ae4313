package diagnosis

// plainRules are words with one meaning, whoever says them; they come before the
// wider phrases of the servers.
var plainRules = []rule{
	{
		id: "ipv6-refused", stage: "rcpt mail connect", says: "over ipv6|ipv6 is not|via ipv6|ipv6 address|from ipv6|ipv6 sending",
		when: coded, sure: Likely, step: StepRelay, field: "host",
		cause: "The receiver takes no mail over IPv6 from this machine, mostly for want of a reverse name or SPF and DKIM for that address.",
		fix:   "Send over IPv4: use a relay name that has only an IPv4 address, or in a Postfix in between set inet_protocols = ipv4.",
	},
	{
		id: "password-expired", stage: "auth", says: "password transition|password change|password has expired|password expired|expired password|change your password|password needs",
		when: coded, sure: Likely, step: StepSender, field: "password",
		cause: "The account exists, and its password must be changed before it may log in again.",
		fix:   "Set a new password at the provider, and enter it here. {passwordat}",
	},
	{
		id: "address-syntax", stage: "settings mail rcpt", says: "address in mailbox given|does not comply with addr-spec|does not comply with rfc 2822, 3.6.2|no recipients defined for|from address is required|sender address is missing|from address is missing|blank sender",
		sure: Likely, step: StepSender, field: "from",
		cause: "The program refuses an address before it sends anything: From or a recipient is empty, or no address at all.",
		fix:   "Set From to one bare address, such as noreply@example.com, and look at the recipient as well.",
	},
	{
		id: "settings-missing", stage: "settings", says: "must also be set|smtp is not configured|smtp not configured|email is not configured|mail is not configured|smtp settings are|set the mail_url|missing smtp|smtp * is required|smtp * is not set|smtp * not set|smtp * is empty|no smtp server|no mail server configured|required environment variable",
		when: func(e evidence) bool { return !coded(e) }, sure: Likely, step: StepSender, field: "user",
		cause: "The program lacks a setting for mail, and sends nothing until it is complete: a variable is empty, misspelled, or did not reach it.",
		fix:   "Set host, port, From, user and password together, and recreate the container so that it reads them.",
	},
	{
		id: "mailer-missing", stage: "settings", says: "instantiate mail function|sendmail: not found|sendmail: no such file|sendmail: command not found|sendmail * not installed",
		sure: Likely, step: StepRelay, field: "host",
		cause: "The program hands its mail to a local sendmail, and there is none where it runs.",
		fix:   "Have the program send by SMTP itself, to a relay's host and port, or install msmtp with its sendmail link in that container.",
	},
	{
		id: "password-missing", stage: "auth settings", says: "missing secret phrase|missing user name|missing credentials|no credentials|without credentials|username and password not|password is empty|empty password|credentials missing|user and password are required|username is required|password is required|no password",
		when: aboutMail, sure: Likely, step: StepSender, field: "password",
		cause: "The program is to log in, and has no user or no password for it: a variable is empty, misspelled, or did not reach it.",
		fix:   "Enter both user and password, or neither where the relay needs no login.",
	},
	{
		id: "login-garbled", stage: "auth", says: "cannot decode|can't decode|invalid base64|base64 decod|invalid character in username|invalid characters in username|cannot parse credentials|malformed auth|invalid authentication data|auth data invalid",
		when: coded, sure: Likely, step: StepSender, field: "user",
		cause: "The relay could not read the login: user or password has a character that does not belong there, such as a quote, a blank or a line end from copying.",
		fix:   "Enter user and password again by hand, without quotes or blanks around them.",
	},
	{
		id: "out-of-order", stage: "mail ehlo auth rcpt data", code: "503", says: "helo first|ehlo first|mail first|rcpt first|hello first|bad sequence|out of sequence|out of order|sequence of commands|need mail|sender already|nested mail|without rcpt|without mail|without from|already specified",
		sure: Likely, step: StepNone,
		cause: "The relay got commands in the wrong order: one before was refused or left out by the program.",
		fix:   "Look at the line before this one: the refusal there is the one to cure. `smtp-wizard check` shows the conversation.",
	},
	{
		id: "tls-needed", stage: "mail auth rcpt", says: "requires tls version|tls version 1.2",
		when: coded, sure: Likely, step: StepRelay, field: "tls",
		cause: "The relay wants a newer TLS version than the client spoke.",
		fix:   "Pocket ID speaks TLS 1.2 and 1.3; for an older program or relay in between, allow it TLS 1.2.",
	},
	{
		id: "no-reverse-dns", stage: "greeting mail rcpt ehlo", says: "reverse dns|rdns|reverse hostname|ip name lookup failed|reverse lookup|without a valid sender domain| ptr|ptr |in-addr.arpa|reverse name|cannot find your hostname|corresponding forward dns|unresolvable relay host|mismatches client ip|unverifiable sending|unverifiable ip",
		when: func(e evidence) bool { return aboutMail(e) && !says(e.words, "relaying denied") }, sure: Likely, step: StepProvider, field: "preset",
		cause: "The relay wants {machine}'s address to have a reverse DNS name that leads back to it.",
		fix:   "Set the reverse DNS of {ip} at the hoster to this machine's full name, or choose a relay with a user and password.",
	},
	{
		id: "idle-timeout", stage: "data mail rcpt", says: "timeout waiting|timeout exceeded|timed out waiting|idle timeout|idle for too long|timeout - closing", code: "4", when: coded,
		sure: Likely, step: StepNone, waiting: true,
		cause: "The relay closed a connection that was silent for too long. Something before this line kept the client waiting.",
		fix:   "Look at the line before this one, and try again without changes.",
	},
	{
		id: "too-many-errors", stage: "rcpt mail data auth", says: "too many errors|too many bad commands|too many syntax|too many protocol errors|too many unrecognized|too many nonmail|too many unknown commands",
		when: func(e evidence) bool { return coded(e) && !says(e.words, "mechanism|authentic") }, sure: Likely, step: StepNone,
		cause: "The relay hung up after several refusals in one conversation; this line is only the last one.",
		fix:   "Look at the lines before this one: the first refusal there is the one to cure. `smtp-wizard check` shows the conversation.",
	},
	{
		id: "spoke-too-soon", stage: "greeting ehlo tls", says: "synchronization error|talk too soon|protocol synchronization|pregreet|too early|before smtp greeting|response: 220|from server: 220|but got code \"220|before greeting|before the greeting|before banner|ssl attempted over a non-ssl|tls attempted over|tls handshake on|ssl/tls negotiation without|not following the smtp",
		when: aboutMail, sure: Likely, step: StepRelay, field: "tls",
		cause: "The client spoke before the relay's greeting, as a TLS handshake does on a port that begins in clear text.",
		fix:   "Set TLS starttls for port 587 or 25; TLS tls belongs to port 465.",
	},
	{
		id: "already-encrypted", stage: "starttls", says: "already using tls|already in tls|tls already|already running tls|starttls not allowed in tls",
		sure: Likely, step: StepRelay, field: "tls",
		cause: "STARTTLS was asked for on a connection that is encrypted already: the mode is set twice, or implicit TLS and STARTTLS at once.",
		fix:   "Set one of the two: TLS starttls with port 587, or TLS tls with port 465.",
	},
	{
		id: "no-client-mechanism", stage: "auth", says: "no mechanism available|no authenticators available|no usable mech|no worthy mechs|no mechanisms in common|sasl mechanism available",
		sure: Likely, step: StepNone,
		cause: "The program that sends has no way to log in that the relay takes: a Postfix or mutt without its SASL modules, most often.",
		fix:   "Install the SASL modules there (Debian: libsasl2-modules; Alpine: cyrus-sasl-login and cyrus-sasl-crammd5). Pocket ID itself brings PLAIN and LOGIN.",
	},
	{
		id: "mechanism-not-here", stage: "auth", says: "mechanism login not available|mechanism plain not available|no compatible authentication mechanism|auth mechanism * not available|does not advertise auth|auth not allowed|authentication not allowed|only allowed on submission|auth command not allowed|command \"auth* not implemented|does not advertise authentication|did not advertise auth|no authentication mechanisms|authentication is not enabled|authentication not supported",
		sure: Likely, step: StepRelay, field: "port",
		cause: "This server takes no login on this port: it is one for incoming mail, needs no login, or offers one only under TLS or on its submission ports.",
		fix:   "Set Port 587 and TLS starttls or Port 465 and TLS tls of the provider's submission host; leave user and password empty if the relay needs none.",
	},
	{
		id: "login-service-down", stage: "auth", says: "generic failure|saslauthd|unable to authenticate at present|auth backend|authentication backend|authentication service|authentication temporarily|cannot authenticate due|authenticate due to|cannot connect to * auth|internal error during auth|password verification failed: *connect",
		when: aboutMail, sure: Likely, step: StepNone, waiting: true, passing: true,
		cause: "The server could not ask its own login service. User and password were not judged at all.",
		fix:   "Wait some minutes and try again. If it stays, the server's operator must look at its SASL or Dovecot service.",
	},
	{
		id: "auth-too-many", stage: "auth", says: "authenticate too many|too many login|too many auth|login too often|try to login too|authentication attempts|login attempts|too many bad auth|try again later * auth|too many failed|too many invalid login",
		when: aboutMail, sure: Likely, step: StepNone, waiting: true, passing: true,
		cause: "Too many logins in a short time. For a while the relay refuses the right password too, so this says nothing about it.",
		fix:   "Wait fifteen minutes, stop every other program that logs in with an old password, and then try once.",
	},
	{
		id: "sender-domain-listed", stage: "rcpt mail data", says: "domain too young|domain is listed|newly registered|new domain|zrd|dbl.spamhaus|domain * listed|surbl|uribl|sender domain * blocked|domain reputation|sender's domain * reputation|reputation of the sending domain|domain present in|sender <* black listed|sender <* blacklisted|envelope sender * blacklist|mx record not allowed",
		when: func(e evidence) bool { return coded(e) && !says(e.words, "open resolver") }, sure: Likely, step: StepSender, field: "from",
		cause: "The domain of {from} is on a list: as new, as abused, or for its reputation.",
		fix:   "Use a From address on a domain with a history, or have the domain taken off the list; a new domain gets off it by waiting some days.",
	},
	{
		id: "no-recipient", stage: "data rcpt", says: "no valid recipients|need rcpt",
		sure: Likely, step: StepSender, field: "to",
		cause: "No recipient was left when the message came: each was refused in a line before this one, or none was given.",
		fix:   "Look at the line before this one: the refusal there is the one to cure.",
	},
	{
		id: "relay-dns", stage: "mail rcpt", code: "4", says: "dns temporary|dns failure|dns error|dns lookup|temporary dns|name server|nameserver|resolver",
		sure: Likely, step: StepNone, waiting: true, passing: true,
		cause: "The relay could not ask the DNS just now: its own resolver, or the servers of a domain that it looked up.",
		fix:   "Wait some minutes and try again as it is. If it stays, check that the DNS of {domain} answers; else it is the relay's own.",
	},
	{
		id: "no-recipient", stage: "rcpt data mail", says: "need rcpt|missing recipient|recipient address required|rcpt first|need recipient|no recipient|valid rcpt command must precede|must have recipient|must contain a domain|at least one recipient",
		sure: Likely, step: StepSender, field: "to",
		cause: "No recipient was taken before the message: none was given, or each was refused in a line before this one.",
		fix:   "Enter one full address as recipient, such as someone@example.com, and look at the line before this one.",
	},
	{
		id: "auth-required", stage: "mail rcpt auth", says: "authentication required|authentication is required|must issue an auth command|auth required|authenticate first|you must authenticate|requires that you authenticate",
		when: func(e evidence) bool {
			return !says(e.words, "spf|dkim|dmarc|authentication level|sending to|organization")
		}, sure: Exact, step: StepSender, field: "user",
		cause: "The relay only accepts mail after a login, and there was none: user or password is empty, or the login was not offered because of TLS none.",
		fix:   "Enter a user and password, with TLS starttls on port 587 or TLS tls on port 465. {passwordat}",
	},
	{
		id: "auth-required", stage: "mail rcpt auth", says: "please authenticate|login required|not authenticated|requires authentication|must be authenticated|need to authenticate|please log in|log in first|auth first",
		when: func(e evidence) bool {
			return !says(e.words, "spf|dkim|dmarc|authentication level|sending to|organization")
		}, sure: Likely, step: StepSender, field: "user",
		cause: "The relay only accepts mail after a login, and there was none: user or password is empty, or the login was not offered because of TLS none.",
		fix:   "Enter a user and password, with TLS starttls on port 587 or TLS tls on port 465. {passwordat}",
	},
	{
		id: "greylisted", stage: "rcpt", says: "greylist|graylist|grey listed|gray listed|grey-list|gray-list|postgrey",
		sure: Exact, step: StepNone, waiting: true, passing: true,
		cause: "The receiving server greylists: it refuses the first attempt of an unknown sender, and accepts a later one.",
		fix:   "Wait five to fifteen minutes and try again without changes. A relay of your own that queues mail retries by itself.",
	},
	{
		id: "recipient-domain", stage: "rcpt", says: "recipient address rejected: domain not found|recipient domain not found|recipient's domain name cannot be found|recipient's domain * not found",
		sure: Exact, step: StepSender, field: "to",
		cause: "The relay found no mail server for the domain of {to}. Waiting does not help unless that domain's DNS is down right now.",
		fix:   "Correct the recipient of the test, or use an address that is known to exist.",
	},
	{
		id: "recipient-syntax", stage: "rcpt", says: "bad recipient address syntax|invalid recipient address|malformed recipient",
		sure: Exact, step: StepSender, field: "to",
		cause: "The relay could not read the recipient's address.",
		fix:   "Enter the bare address alone, such as someone@example.com, without a name or angle brackets.",
	},
	{
		id: "relay-storage", stage: "mail", says: "insufficient system storage|insufficient disk space|no space left|not enough space",
		when: aboutMail, sure: Exact, step: StepNone, waiting: false, passing: true,
		cause: "The relay's disk is full. Waiting does not help until its operator frees up space.",
		fix:   "On your own relay, free up space for its mail queue; otherwise tell the operator or choose another relay.",
	},
}
