package reading

import (
	"strings"

	"smtp-wizard/internal/lazy"
	"smtp-wizard/smtpcheck"
)

// dialect is one way in which programs report a failure.
type dialect struct {
	name  string
	has   string         // phrases of which its messages have one; "" is any program
	forms []*lazy.Regexp // groups: code, codewords, enhanced, reply, command, host, port, name
	signs []sign
}

// sign is a phrase and what it stands for.
type sign struct {
	at    string // the stages of the operation that it names, the likeliest first
	says  string
	code  int
	kind  Kind
	loose bool // counts only where nothing else tells the stage
}

func forms(expressions ...string) []*lazy.Regexp {
	all := make([]*lazy.Regexp, len(expressions))
	for i, e := range expressions {
		all[i] = lazy.Compile(`(?i)` + e)
	}
	return all
}

const (
	codeForm   = `(?P<code>[45][0-5]\d)`
	statusForm = `(?:(?P<enhanced>[45]\.\d{1,3}\.\d{1,3})[: ]+)?`
)

// dialects are asked in this order; the last ones are any program's.
var dialects = []dialect{
	{
		name: "Pocket ID", has: "smtp sender|smtp server|smtp recipient|smtp error|smtp message|smtp session|smtp data|smtp client|smtp transport|send email content|smtp host|helo command",
		forms: forms(`SMTP error `+codeForm+`: `+statusForm+`(?P<reply>.*)`, `: `+codeForm+` "`+statusForm+`(?P<reply>.*)"`),
		signs: []sign{
			{at: "settings", says: "invalid connection string|smtp host is not configured|smtp host not configured|invalid smtp tls setting|invalid smtp_tls"},
			{at: "starttls", says: "transport security: 454|server: smtp error 454"},
			{at: "greeting", says: "failed to send helo command: smtp error 554|failed to send helo command: smtp error 421: too many|failed to connect to smtp server: smtp error 554|failed to connect to smtp server: smtp error 421: too many|failed to create smtp client: 4|failed to create smtp client: 5"},
			{at: "greeting tls", says: "failed to create smtp client"},
			{at: "ehlo", says: "failed to send helo command: smtp error|failed to send helo command: short response|failed to connect to smtp server: smtp error|failed to connect to smtp server: short response|failed to connect to smtp server: smtp: too long|failed to send helo command: smtp: too long"},
			{at: "ehlo greeting tls", says: "failed to send helo command"},
			{at: "ehlo starttls", says: "transport security: 5"},
			{at: "ehlo starttls", says: "failed to connect to smtp server: smtp: server doesn't support starttls"},
			{at: "starttls ehlo greeting", says: "transport security: smtp server does not support"},
			{at: "starttls ehlo tls", says: "failed to configure smtp transport security|failed to connect to smtp server: failed to connect to smtp server: eof"},
			{at: "ehlo greeting tls starttls", says: "failed to connect to smtp server: failed to connect to smtp server: read"},
			{at: "auth ehlo", says: "failed to authenticate with smtp server: smtp server does not support auth"},
			{at: "auth", says: "failed to authenticate"},
			{at: "ehlo", says: "failed to send email: failed to set smtp sender: eof|failed to set smtp sender: write tcp|smtp sender: 550 \"5.7.1 access denied"},
			{at: "mail ehlo", says: "failed to set smtp sender|failed to set sender"},
			{at: "rcpt", says: "failed to set recipient|failed to set smtp recipient"},
			{at: "data", says: "failed to start data|smtp data writer|close data writer|finalize smtp message|failed to send message data|close smtp session|failed to write"},
		},
	},
	{
		name: "Postfix", has: "postfix|sasl auth|tls library problem|ssl_accept error|ssl_connect error|milter-reject|in reply to |refused to talk to me|lost connection with|lost connection after|status=bounced|status=deferred|dsn=|noqueue:|queue id| said: |while performing the|timed out while|server certificate not trusted|certificate verification failed for|mailq",
		forms: forms(`\(in reply to (?P<command>[^()]+?)(?: command)?\)`, `(?:said|refused to talk to me): `+codeForm+`[ -]`+statusForm+`(?P<reply>.*)`,
			`(?:lost connection|timed out|conversation) .*while (?:performing the |sending |receiving the )(?P<command>[^)]+)`, `relay=(?P<host>[^\[,\s]+)\[[^\]]*\]:(?P<port>\d+)`,
			`host (?P<host>[\w.-]+)\[`, `reject(?:_warning)?: (?P<command>[A-Z-]+)(?: command)? from`, `helo=<(?P<name>[^>]+)>`, `: `+codeForm+` `+statusForm+`(?P<reply><[^>]*>: .*?)(?:; from=|$)`,
			`lost connection after (?P<command>[A-Z]+)`, `dsn=(?P<enhanced>[45]\.\d+\.\d+)`),
		signs: []sign{
			{at: "tls", says: "cannot start tls: handshake failure|ssl_accept error|ssl_connect error|tls library problem|server certificate not"},
			{at: "starttls", says: "tls is required, but was not offered|tls is required, but host"},
			{at: "auth", says: "sasl authentication failed|sasl login authentication|sasl plain authentication|sasl authentication failure"},
			{at: "greeting", says: "refused to talk to me"},
			{at: "dns", says: "host or domain name not found"},
		},
	},
	{
		name: "Exim", has: "smtp error from remote|remote host closed connection|remote_smtp|h=(|rejected rcpt|rejected helo|rejected ehlo|rejected mail|rejected after data|smtp timeout after",
		forms: forms(`after (?:pipelined )?(?P<command>initial connection|end of data|MAIL FROM|RCPT TO|EHLO|HELO|STARTTLS|AUTH|DATA|sending data block)`,
			`from remote (?:mail )?server (?:after [^:]+(?::<[^>]*>)?[^:]*|for (?P<command>[A-Z]+) command)?[^:]*:.*?\b`+codeForm+`[ -]`+statusForm+`(?P<reply>.*)`, `host:? (?P<host>[\w.-]+) [\[(]`,
			`rejected (?P<command>EHLO|HELO|MAIL|RCPT|AUTH|after DATA)`, `H=(?P<host>[\w.-]+) \[`, `rejected (?:EHLO|HELO|MAIL|RCPT|AUTH|after DATA)[^:]*(?:<[^>]*>)?[^:]*: (?P<reply>.*)`, `\(HELO was (?P<name>[^)]+)\)`,
			`rejected (?:EHLO|HELO) from \(?(?P<name>[\w.-]+)`, `argument\(s\): (?P<name>\S+)`),
		signs: []sign{{at: "data", says: "for text command"}},
	},
	{
		name: "Sendmail", has: "stat=|sm-mta|sendmail[|... deferred|... user unknown",
		forms: forms(`stat=(?:Deferred: |Service unavailable|User unknown|Data format error)?:? ?`+codeForm+`[ -]`+statusForm+`(?P<reply>.*)`, `relay=(?P<host>[\w.-]+?)\.? \[`, `dsn=(?P<enhanced>[45]\.\d+\.\d+)`),
		signs: []sign{{kind: Refused, says: "deferred: connection refused by"}, {kind: DialTimeout, says: "deferred: connection timed out with"}, {kind: Closed, says: "deferred: connection reset by"}, {kind: NoHost, says: "name server: * host not found|host unknown (name server"}},
	},
	{
		name: "OpenSMTPD", has: "mta_|mta-routing|timeout for [relay|smtp-out|result=\"|mta delivery|mta error",
		forms: forms(`stat="`+codeForm+`[ -]`+statusForm+`(?P<reply>[^"]*)`, `reason="(?P<reply>[^"]*)"`),
		signs: []sign{{at: "tls", says: "handshake failed"}, {kind: DialTimeout, at: "connect", says: "timeout for [relay|no route available|no valid route"}, {kind: DialTimeout, says: "connection timeout|io-error: connection timed out"}},
	},
	{
		name: "bounce", has: "diagnostic-code|final-recipient|action: failed|the response was:|the response from the remote server|remote server returned|delivery has failed|mailer-daemon|generating server|could not be delivered",
		forms: forms(`Diagnostic-Code: *(?:smtp|X-\w+) *; *`+codeForm+`[ -]`+statusForm+`(?P<reply>.*)`, `Status: (?P<enhanced>[45]\.\d+\.\d+)`, `Remote Server returned '`+codeForm+` `+statusForm+`(?P<reply>[^']*)`, `Remote-MTA: *dns; *(?P<host>[\w.-]+)`, `(?P<code>[45]\d\d) #?`+statusForm+`SMTP; (?P<reply>.*)`),
	},
	{
		name: "nodemailer", has: "responsecode|'eauth|\"eauth| eauth|eenvelope|econnection|esocket|emessage|eprotocol|edns|estream|etimedout|enotfound|econnrefused|econnreset|smtpconnection|smtp-connection|invalid login|mail command failed|recipients were rejected|message failed:|transporter|greeting never received|tlssocket|unexpected socket close|missing credentials|invalid greeting|depth_zero",
		forms: forms(`responseCode['"]?: (?P<code>\d{3})`, `(?P<command>Invalid greeting|Greeting never received)`, `command['"]?: ?['"](?P<command>[A-Z -]+)`, `response['"]?: ?['"]`+codeForm+`[ -]`+statusForm+`(?P<reply>[^'"]*)`, `hostname['"]?: ?['"](?P<host>[\w.-]+)`,
			`(?:Invalid login|command failed|Message failed|rejected|Invalid greeting[^:]*|Data command failed)(?:\. response=|: )`+codeForm+`[ -]`+statusForm+`(?P<reply>.*?)(?:"|\{|$)`, `Invalid login: (?P<reply>.*)`),
		signs: []sign{
			{kind: DialTimeout, says: "errno: -4039|errno\": -4039|errno: -110|errno\": -110"}, {kind: Refused, says: "errno: -4078|errno\": -4078|errno: -111|errno\": -111"}, {kind: Closed, says: "errno: -4077|errno\": -4077|errno: -104|errno\": -104"},
			{kind: DNSTimeout, says: "edns|querya |queryaaaa |eai_again|getaddrinfo eai_again"}, {kind: NoHost, says: "enotfound"},
			{kind: ReadTimeout, at: "greeting", says: "greeting never received"}, {at: "greeting", says: "invalid greeting"},
			{kind: Closed, at: "tls starttls", says: "disconnected before secure tls"}, {at: "tls starttls", says: "error upgrading connection|upgrading connection"},
			{at: "auth", says: "invalid login|'eauth|\"eauth| eauth|missing credentials|unrecognized authentication|enoauth"},
			{at: "mail", says: "mail command failed|sender address"}, {at: "rcpt", says: "recipients were rejected|rcpt command failed|no recipients defined|can't send mail"},
			{at: "data mail rcpt", says: "message failed:|data command failed|emessage"}, {at: "data", says: "estream"},
			{at: "greeting ehlo", says: "command: 'ehlo'|invalid response"},
		},
	},
	{
		name: "Python", has: "smtplib|aiosmtplib|unexpectedly closed|traceback|smtp.py|errno|sslerror|ssl.c|b'|b\"|u'|smtpexception|django|fastapi_mail|getaddrinfo failed",
		forms: forms(`\(`+codeForm+`, u?b?['"]`+statusForm+`(?P<reply>.*?)(?:\\n[45]|['"](?:, |\)))`, `\b`+codeForm+`, b?['"]`+statusForm+`(?P<reply>[^'"]*)`, `(?:connecting to|host) (?P<host>[\w.-]+\.\w+) on port (?P<port>\d+)`),
		signs: []sign{
			{at: "greeting", says: "in connect file * in getreply|self.connect(host, port) * in getreply"}, {at: "starttls tls", says: "connection.starttls(|server.starttls(|smtp.starttls("}, {at: "data", says: "in data file|self.data("}, {at: "rcpt", says: "in rcpt file|self.rcpt("}, {at: "mail", says: "in mail file|self.mail("},
			{at: "auth", says: "smtpauthenticationerror|auth extension not supported|in auth_login|in auth_plain|.login("}, {at: "ehlo", says: "smtpheloerror|in ehlo_or_helo|in ehlo|in helo"},
			{at: "mail", says: "smtpsenderrefused"}, {at: "rcpt", says: "smtprecipientsrefused|smtprecipientrefused|{'*': (4|{'*': (5|{u'"}, {at: "data", says: "smtpdataerror"},
			{at: "greeting", says: "smtpconnecterror|smtpconnectresponseerror"}, {at: "starttls", says: "already using tls|starttls extension not supported|smtp starttls"},
			{at: "tls starttls", says: "in starttls|do_handshake|wrap_socket"}, {at: "data", says: "in data("},
			{at: "dns", says: "gaierror|in getaddrinfo"}, {kind: DialTimeout, at: "connect", says: "in create_connection|sock.connect(sa)|create_connection("},
			{kind: ReadTimeout, at: "greeting ehlo", says: "unexpectedly closed: timed out"}, {kind: Closed, says: "connectionreset|unexpectedly closed"}, {kind: ReadTimeout, at: "greeting ehlo", says: "readline(_maxline"}, {at: "greeting ehlo", says: "in getreply"},
			{kind: Refused, says: "errno 10061|errno 111"}, {kind: DialTimeout, says: "errno 10060|errno 110]|winerror 10060"}, {kind: NoHost, says: "errno 11001|errno -2]|errno -5]|errno 8]"}, {kind: DNSTimeout, says: "errno -3]"},
			{kind: NoRoute, says: "errno 113"}, {kind: NoNetwork, says: "errno 101]|errno 10051"}, {kind: Closed, says: "errno 104|errno 10054|errno 10053|errno 32]"}, {kind: NoAddress, says: "errno 99]"}, {kind: Forbidden, says: "errno 13]|errno 10013|errno 1]"},
		},
	},
	{
		name: "PHP", has: "phpmailer|swift|symfony|expected response code|stream_socket|fsockopen|smtp->|smtp -> |zend|pear|cakephp|smtp error: |smtp notice|smtp connect|codeigniter|laminas|php_network|net_smtp|failed to authenticate|following recipients failed|following from address|exception 'zend|recipient failed|smtp server error",
		forms: forms(`expected response code "?(?P<command>[\d/"\sor]+)"? but got code "?`+codeForm+`"?,? with message "?(?:[45]\d\d[ -])?`+statusForm+`(?P<reply>.*)`, `(?:detail|smtp_code|code): ?`+codeForm+`\b`, `SMTP (?:server )?error: (?P<reply>[^:]+failed: .*)`,
			`unable to connect to (?:ssl|tls|tcp)?:?/?/?(?P<host>[\w.-]+):(?P<port>\d+)`, `host:? (?:ssl://|tls://)?(?P<host>[\w.-]+\.\w+)[ :]`, `\(SMTP code: `+codeForm, `response: (?:[45]\d\d )?`+statusForm+`(?P<reply>.*)`, `\[SMTP: .* \(code: `+codeForm+`, response: `+statusForm+`(?P<reply>.*)\)`),
		signs: []sign{
			{kind: Closed, at: "greeting", says: "eof caught while checking if connected"}, {kind: Closed, says: "got code \"\"|but code \"\"|got an empty response"},
			{kind: NoHost, says: "php_network_getaddresses"}, {kind: Forbidden, says: "(permission denied)|permission denied (13)"}, {kind: Refused, says: "(connection refused)|(111)|(10061)"}, {kind: DialTimeout, says: "(connection timed out)|(110)|(10060)"},
			{at: "mail", says: "executecommand('mail|executecommand(\"mail|domailfromcommand"}, {at: "rcpt", says: "executecommand('rcpt|executecommand(\"rcpt|dorcpttocommand"}, {at: "ehlo", says: "executecommand('ehlo|executecommand(\"ehlo|executecommand('helo|executecommand(\"helo|doehlocommand|dohelocommand"}, {at: "data", says: "executecommand('data|executecommand(\"data|dodatacommand|->_streammessage|executecommand(' . "},
			{at: "starttls", says: "220*but got code \"454|220*but got code \"50"}, {at: "auth", says: "auth command failed|username command failed|password command failed|could not authenticate|failed to authenticate|expected response code \"334|expected response code 334|expected response code \"235|expected response code 235|->auth|->login|authentication failure"},
			{at: "greeting", says: "expected response code \"220|expected response code 220"}, {at: "rcpt data", says: "expected response code \"250/251|expected response code 250/251|->rcpt|recipients failed|recipient failed|rcpt to command failed|failed to add recipient|unable to send mail to the following recipients"},
			{at: "mail", says: "from address failed|mail from command failed|->mail(|failed to set sender|mail command failed|sender rejected|unable to set the from"},
			{at: "data", says: "expected response code \"354|expected response code 354|data not accepted|data end command failed|->data("}, {at: "ehlo", says: "->helo|ehlo command failed|helo command failed"},
			{at: "starttls tls", says: "starttls command failed|unable to connect with starttls|unable to connect with tls|stream_socket_enable_crypto|crypto"}, {at: "connect", says: "zend_mail_protocol_abstract->_connect", loose: true},
			{at: "connect greeting", says: "smtp connect() failed|could not connect to smtp host|connection could not be established|failed to connect to server", loose: true},
		},
	},
	{
		name: "JavaMail", has: "javax.mail|jakarta.mail|com.sun.mail|angus|sendfailedexception|javax.net.ssl|java.net|emailexception|messagingexception|authenticationfailedexception|sun.security|could not convert socket|mailsendexception|negativesmtpreply",
		forms: forms(`(?:Exception|reply):\s*`+codeForm+`[ -]`+statusForm+`(?P<reply>.*?)(?:;?\s*nested exception|\s+at [\w.$]+\(|$)`, `smtp host: (?P<host>[\w.-]+), port: (?P<port>\d+)`, `to host, port: (?P<host>[\w.-]+), (?P<port>\d+)`, `server failed : (?P<host>[\w.-]+):(?P<port>\d+)`),
		signs: []sign{
			{at: "auth", says: "authenticationfailedexception|no authentication mechanisms"}, {at: "rcpt", says: "smtpaddressfailedexception|invalid addresses"}, {at: "mail", says: "smtpsenderfailedexception"},
			{kind: NotTLS, says: "unable to parse tls packet header|unsupported or unrecognized ssl message|plaintext connection"},
			{kind: UnknownCA, says: "pkix path building failed|unable to find valid certification path|trustanchors"}, {kind: WrongName, says: "no subject alternative|certificateexception: no name matching"}, {kind: TLSVersion, says: "no appropriate protocol|received fatal alert: protocol_version"}, {kind: Expired, says: "notafter:|certificateexpiredexception"}, {kind: TLSAlert, says: "received fatal alert: handshake_failure|remote host terminated the handshake|sslhandshakeexception"},
			{kind: NoHost, says: "unknownhostexception|unknown smtp host"}, {kind: DialTimeout, says: "connect timed out|couldn't connect to host * timeout"}, {kind: ReadTimeout, says: "read timed out"}, {kind: Refused, says: "connectexception: connection refused|couldn't connect to host"}, {kind: Closed, at: "greeting", says: "got bad greeting"}, {kind: Closed, at: "greeting ehlo", says: "could not read from smtp host|[eof]"},
			{at: "mail rcpt data", says: "smtpsendfailedexception", loose: true}, {at: "tls starttls", says: "could not convert socket to tls"}, {at: "connect greeting tls", says: "could not connect to smtp host", loose: true},
			{at: "starttls", says: "starttls is required but host does not"},
		},
	},
	{
		name: ".NET", has: "system.net|mailkit|smtpexception|smtpcommandexception|system.io|the server response was|smtpprotocolexception|sslhandshakeexception|socketexception|system.security|system.notsupported|transport connection|an error occurred while attempting to establish",
		forms: forms(`the server response was: *(?:`+codeForm+`[ -])?`+statusForm+`(?P<reply>.*)`, `(?:SmtpCommandException|AuthenticationException|SmtpProtocolException): (?:`+codeForm+`: )?`+statusForm+`(?P<reply>.*?)(?:\s+at [\w.]+\(|$)`),
		signs: []sign{
			{code: 530, at: "mail auth", says: "the smtp server requires a secure connection or the client was not authenticated"}, {code: 550, says: "mailbox unavailable. the server response"}, {code: 554, says: "transaction failed. the server response"}, {code: 421, says: "service not available, closing transmission channel"},
			{code: 503, says: "bad sequence of commands. the server"}, {code: 552, says: "exceeded storage allocation"}, {code: 451, says: "error in processing. the server"}, {code: 452, says: "insufficient system storage. the server"}, {code: 504, says: "command parameter not implemented. the server"}, {code: 553, says: "mailbox name not allowed. the server"}, {code: 500, says: "syntax error, command unrecognized. the server"}, {code: 454, says: "client does not have permission to submit mail to this server"},
			{kind: ReadTimeout, at: "tls greeting", says: "unable to read data*did not properly respond*sslstream"}, {kind: ReadTimeout, at: "greeting", says: "unable to read data*did not properly respond"},
			{kind: WrongName, says: "host name did not match|remotecertificatenamemismatch"}, {kind: Revocation, says: "unable to get certificate crl|revocationstatusunknown|revocation"}, {kind: Expired, says: "notimevalid|certificate has expired|not within its validity period"},
			{kind: UnknownCA, says: "remotecertificatechainerrors|untrustedroot|partialchain|terminated in a root"}, {kind: BadCert, says: "remote certificate is invalid|certificate was rejected|could not be validated"}, {kind: NotTLS, says: "handshake failed due to an unexpected packet format|cannot determine the frame size|corrupted frame"},
			{kind: TLSFailed, says: "attempting to establish an ssl or tls connection"}, {at: "starttls ehlo", says: "does not support the starttls|does not support secure connections"},
			{at: "greeting", says: "smtpclient.postconnect"}, {at: "ehlo", says: "smtpclient.sendehlo|smtpclient.ehlo"}, {at: "mail", says: "smtpclient.mailfrom|sendermailfrom"}, {at: "rcpt", says: "smtpclient.rcptto|recipientnotaccepted"}, {at: "mail", says: "sendernotaccepted"}, {at: "data", says: "messagenotaccepted|smtpclient.dataasync|smtpclient.bdat"}, {kind: BadReply, says: "unable to parse status code"},
			{at: "data", says: "datastopcommand|datacommand."}, {at: "mail", says: "mailcommand."}, {at: "rcpt", says: "recipientcommand."}, {at: "ehlo", says: "hellocommand."}, {at: "starttls", says: "starttlscommand."},
			{at: "auth", says: "mailkit.security.authenticationexception|authcommand.|does not support authentication|smtpclient.authenticate|authenticationexception: 5|authenticationexception: 4"},
			{kind: Closed, at: "greeting", says: "smtpconnection.getconnection|getconnection(string"}, {kind: Closed, says: "connection was closed|unexpectedly disconnected|forcibly closed|unable to read data|unable to write data"},
			{kind: NoHost, says: "no such host is known|name does not resolve|remote name could not be resolved"}, {kind: DNSTimeout, at: "dns", says: "internalgethostbyname|gethostaddresses"}, {kind: Refused, says: "actively refused|connection refused"}, {kind: DialTimeout, says: "did not properly respond after a period|connection timed out"}, {kind: Closed, at: "data mail rcpt", says: "syntax error, command unrecognized. the server response was: end of file"},
		},
	},
	{
		name: "Ruby", has: "net::smtp|net/smtp|openssl::ssl|net::readtimeout|net::opentimeout|errno::|socketerror|.rb:|ssl_connect returned",
		forms: forms(`Net::SMTP\w+:?\s*\(?` + codeForm + `[ -]` + statusForm + `(?P<reply>.*)`),
		signs: []sign{
			{at: "auth", says: "smtpauthenticationerror"}, {kind: DialTimeout, at: "connect", says: "net::opentimeout|execution expired|errno::etimedout"}, {kind: Refused, says: "errno::econnrefused"}, {kind: Closed, says: "eoferror|end of file reached|errno::econnreset|errno::epipe"}, {kind: NoHost, says: "socketerror"},
			{kind: ReadTimeout, at: "greeting", says: "net::readtimeout*do_start|rbuf_fill*do_start"}, {at: "ehlo", says: "in `ehlo'|in `do_helo'|in 'ehlo'"}, {at: "rcpt", says: "in `rcptto"}, {at: "mail", says: "in `mailfrom"}, {at: "data", says: "in `data'"}, {at: "auth", says: "in `authenticate|in `auth_"}, {at: "starttls", says: "starttls unsupported|in `starttls'"},
			{at: "greeting", says: "do_start", loose: true}, {kind: ReadTimeout, says: "net::readtimeout"},
		},
	},
	{
		name: "lettre", has: "lettre|permanent error (|transient error (|smtp 5xx error|smtp 4xx error|permanentnegativecompletion|transientnegativecompletion|no compatible authentication|internal client error|email_send_failed|vaultwarden",
		forms: forms(`(?:permanent|transient) error \(`+codeForm+`\): `+statusForm+`(?P<reply>.*)`, `(?P<codewords>severity: \w+, category: \w+, detail: \w+)`),
		signs: []sign{{at: "auth", says: "no compatible authentication mechanism"}, {kind: NoHost, says: "failed to lookup address"}, {kind: DialTimeout, at: "connect greeting", says: "connection error: timed out|connection error: connection timed out"}, {at: "greeting connect tls", says: "connection error: incomplete|incomplete response"}, {kind: NotTLS, says: "corrupt message of type invalidcontenttype"}, {kind: UnknownCA, says: "unknownissuer"}, {kind: Expired, says: "invalid peer certificate: expired|certificate expired"}, {kind: WrongName, says: "notvalidforname"}, {at: "starttls tls", says: "starttls upgrade failed"}},
	},
	{
		name: "gen_smtp", has: "gen_smtp|network_failure|permanent_failure|temporary_failure|missing_requirement|no_more_hosts|retries_exceeded|bamboo|swoosh|transporterror{|tls_alert|{:error",
		forms: forms(`_failure, (?:~c)?['"]?(?P<host>[\w.-]+)['"]?, (?:~c|<<)?["']?`+codeForm+`[ -]`+statusForm+`(?P<reply>[^"']*)`, `_failure, (?:~c)?['"](?P<host>[\w.-]+)['"]`),
		signs: []sign{
			{kind: NotTLS, says: "unsupported_record_type|unexpected_message|unexpected message"}, {kind: NoRoots, says: "cacerts: :undefined|cacerts,undefined"}, {kind: UnknownCA, says: "unknown_ca|unknown ca"}, {kind: Expired, says: "certificate_expired"}, {kind: WrongName, says: "hostname_check_failed"}, {kind: TLSVersion, says: "protocol_version|insufficient_security"}, {kind: BadCert, says: "bad_certificate|bad_cert"}, {kind: TLSAlert, says: "handshake_failure"},
			{at: "auth", says: ":auth_failed|missing_requirement, * :auth|{:missing_requirement*:auth|:no_auth"}, {at: "starttls", says: "missing_requirement*:tls|tls_failed"},
			{kind: DialTimeout, at: "connect greeting tls", says: "{:error, :timeout}|{error,timeout}|reason: :timeout"}, {kind: Refused, says: ":econnrefused|{error,econnrefused}|reason: :econnrefused"}, {kind: NoHost, says: ":nxdomain|{error,nxdomain}"}, {kind: Closed, says: "{:error, :closed}|{error,closed}|reason: :closed"}, {kind: NoRoute, says: ":ehostunreach"}, {kind: NoNetwork, says: ":enetunreach"}, {kind: DialTimeout, says: ":etimedout"},
		},
	},
	{
		name: "Dovecot", has: "submission-login|imap-login|pop3-login",
		signs: []sign{{kind: ReadTimeout, at: "tls", says: "inactivity*tls handshaking"}, {kind: Closed, at: "tls", says: "tls handshaking"}, {at: "auth", says: "auth failed|auth attempts"}},
	},
	{
		name: "Momentum", has: "ecelerity",
		forms: forms(`Audit ID \w+, ` + codeForm + ` ` + statusForm + `(?P<reply>.*)`),
	},
	{
		name: "Stalwart", has: "rejected command '",
		forms: forms(`host '(?P<host>[\w.-]+)'`, `rejected command '(?P<command>[A-Z]+)[^']*' with code `+codeForm+` \((?P<enhanced>\d\.\d+\.\d+)\) '(?P<reply>[^']*)`),
	},
	{
		name: "milter-regex", has: "milter-regex",
		forms: forms(`(?:REJECT|TEMPFAIL): (?P<reply>.*?), HELO: (?P<name>[^,\s]+)`),
	},
	{
		name: "curl", has: "curl: (|libcurl|curl error|curle_|curl_easy|response reading failed|login denied",
		forms: forms(`(?P<command>AUTH|MAIL|RCPT|DATA|EHLO|STARTTLS) failed: `+codeForm, `failed to connect to (?P<host>[\w.-]+) port (?P<port>\d+)`),
		signs: []sign{
			{kind: NoHost, says: "curl: (6)|could not resolve host"}, {kind: Refused, says: "curl: (7)|failed to connect to"}, {kind: ReadTimeout, at: "connect greeting", says: "curl: (28)"}, {kind: TLSFailed, says: "curl: (35)"}, {kind: BadCert, says: "curl: (60)"}, {kind: Closed, says: "curl: (56)|curl: (55)|response reading failed"},
			{at: "auth", says: "(67)|login denied"}, {at: "starttls", says: "starttls denied|curl: (64)|requested ssl level failed"}, {at: "mail rcpt data", says: "send failure", loose: true}, {at: "greeting", says: "got unexpected smtp-server response|weird server reply"},
		},
	},
	{
		name: "msmtp", has: "msmtp|smtpstatus=|server message:|account default from|exitcode=ex_",
		forms: forms(`server message: `+codeForm+`[ -]`+statusForm+`(?P<reply>.*?)(?:msmtp:|$)`, `smtpmsg='`+codeForm+` `+statusForm+`(?P<reply>[^']*)`, `host=(?P<host>\S+)`, `smtpstatus=`+codeForm),
		signs: []sign{
			{at: "starttls ehlo", says: "does not support tls via the starttls"}, {at: "auth", says: "authentication failed (method|does not support authentication|cannot use a secure authentication|no authentication method"}, {at: "rcpt", says: "recipient address * not accepted|recipient address"}, {at: "mail", says: "envelope from address * not accepted|envelope-from address"}, {at: "data", says: "the server did not accept the mail|from header address|or from header"},
			{kind: Closed, at: "greeting ehlo auth", says: "empty reply"}, {kind: NoHost, says: "cannot locate host"}, {kind: DialTimeout, says: "cannot connect to * timed out"}, {kind: Refused, says: "cannot connect to * refused"}, {at: "greeting", says: "cannot get initial ok message"}, {kind: UnknownCA, says: "the certificate hasn't got a known issuer|certificate is not trusted"}, {kind: WrongName, says: "certificate owner does not match"}, {kind: Expired, says: "certificate has expired"}, {kind: TLSFailed, says: "tls handshake failed|cannot set x509"},
		},
	},
	{
		name: "sSMTP", has: "ssmtp|mailhub|server didn't like|send-mail:|sendmail: cannot open",
		forms: forms(`didn't like our AUTH LOGIN \(`+codeForm+` `+statusForm+`(?P<reply>[^)]*)`, `cannot open (?P<host>[\w.-]+):(?P<port>\d+)`),
		signs: []sign{{at: "auth", says: "our auth login|authorization failed|invalid response: * auth"}, {at: "connect dns", says: "cannot open"}, {at: "starttls", says: "invalid response * starttls"}},
	},
	{
		name: "Perl", has: "net::smtp|mime::lite|io::socket|email::sender|sendemail|=> fatal|.pm line",
		signs: []sign{{at: "auth", says: "smtp auth() command not supported|failed auth|error authenticating"}, {at: "rcpt", says: "smtp recipient() command failed"}, {at: "mail", says: "smtp mail() command failed"}, {at: "connect", says: "failed to connect to mail server|couldn't connect to", loose: true}},
	},
	{
		name: "swaks", has: "swaks|=== ",
		signs: []sign{{at: "connect", says: "error connecting", loose: true}, {at: "auth", says: "no authentication type succeeded|auth failed|host did not advertise authentication"}, {at: "starttls", says: "starttls not supported|host did not advertise starttls"}, {at: "tls", says: "tls startup failed"}},
	},
	{
		name: "mutt", has: "smtp_auth|no authenticators available|mutt",
		signs: []sign{{at: "auth", says: "smtp_authenticate|no authenticators|smtp_auth_"}},
	},
	{
		name: "Dart", has: "did not start with any of|smtpclientcommunicationexception|smtpclientauthenticationexception",
		forms: forms(`After sending (?P<command>\w+)`, `(?:Response from server|response): [^0-9]*`+codeForm+`[ -]`+statusForm+`(?P<reply>.*)`),
		signs: []sign{{at: "auth", says: "smtpclientauthenticationexception"}, {kind: BadReply, says: "did not start with any of"}},
	},
	{
		name: "nginx", has: "while in auth state|while in http auth|client was rejected|nginx",
		forms: forms(`client was rejected: "(?P<command>[A-Z]+)`),
	},
	{
		name: "OpenSSL", has: "ssl routines|ssl_connect|ssl alert|sslv3|tlsv1|error:1|error:0a|[ssl:|ssl3_|gnutls|tls: ",
		signs: []sign{
			{kind: NotTLS, says: "wrong_version_number|unknown protocol|packet length too long|http request|record layer failure"}, {kind: TLSVersion, says: "unsupported protocol|alert protocol version|protocol version|version too low|unsupported_protocol"},
			{kind: UnknownCA, says: "alert unknown ca|unable to get local issuer|self signed|self-signed"}, {kind: TLSCipher, says: "no shared cipher|no ciphers available|no_shared_cipher"}, {kind: NotTLS, says: "wrong version number"}, {kind: SmallKey, says: "dh key too small|ee key too small|ca md too weak|ca key too small|dh_key_too_small"}, {kind: TLSAlert, says: "alert handshake failure|handshake_failure|alert number 40|sslv3_alert"},
		},
	},
	{
		name: "compose", has: "variable is not set",
		signs: []sign{{at: "auth connect tls", says: "defaulting to a blank string"}},
	},
	{
		name: "any", // operations as programs of many kinds name them
		forms: forms(`(?:EHLO|HELO)(?: name| argument| host| hostname| domain)?(?: received)?:? [<\["'(](?:not )?(?P<name>[\w.:-]*\w)[>\]"')]`,
			`(?:EHLO|HELO)(?: name| argument| host| hostname| domain)?(?: received)?: (?P<name>[\w.-]*\w)`, `(?:EHLO|HELO) (?P<name>localhost|\w+[._-][\w.-]*\w)`,
			`HELO - Host impersonating (?:domain name )?\[?(?P<name>[\w.-]*\w)`),
		signs: []sign{
			{code: 501, says: "syntax error in parameters or arguments"}, {code: 503, says: "bad sequence of commands"}, {code: 500, says: "syntax error, command unrecognized|command not recognized"}, {code: 550, says: "requested action not taken: mailbox unavailable"}, {code: 553, says: "mailbox name not allowed"}, {code: 552, says: "requested mail action aborted: exceeded"}, {code: 421, says: "closing transmission channel"}, {code: 451, says: "requested action aborted: "},
			{at: "ehlo", says: "ehlo not accepted|helo not accepted", loose: true}, {at: "mail", says: "mail not accepted from|be mail from:|mail argument|from parameter|on mail from|on \"mail from", loose: true}, {at: "rcpt", says: "rcpt not accepted", loose: true}, {at: "data", says: "data not accepted|data command not accepted", loose: true},
			{at: "data", says: "data without|queue message|queue mail|queueing", loose: true}, {at: "rcpt", says: "rcpt to without|before rcpt|sender not yet|rcpt attempts", loose: true},
			{at: "rcpt data", says: "messages to |message to |messages for ", loose: true},
			{at: "rcpt", says: "client host rejected|sender address rejected|helo command rejected", loose: true}, {at: "data", says: "transaction failed|queued as|this message|your message|this mail |this email|your email|message has been|messages missing", loose: true},
			{at: "rcpt", says: "recipient address rejected|in reply to rcpt to|after rcpt to|after pipelined rcpt to|failed to set smtp recipient|failed to add recipient|rcpt command failed|issue rcpt command|all recipients were rejected|recipients were refused|recipient command failed|while sending rcpt to|in rcpt to"},
			{at: "mail", says: "in reply to mail from|after mail from|issue mail command|mail command failed|mail from command failed|could not set sender|unable to set sender|smtp sender|while sending mail from|for command\" command=\"mail"},
			{at: "data", says: "end of data not accepted|storedrv.|rset to smtp client|smtp reset command|data command rejected|in reply to end of data|in reply to data command|after end of data|after data|data command failed|issue data command|while sending end of data|while sending message body|while sending data|failed to close data"},
			{at: "auth", says: "username not accepted from server|password not accepted from server|smtp auth:| auth: 4| auth: 5|sasl authentication failed|failed to authenticate|invalid login|in reply to auth|after auth|auth command failed|while performing the auth|auth login failed|auth plain failed|login denied"},
			{at: "starttls tls", says: "could not start tls|error enabling starttls|starttls failed|starttls upgrade"},
			{at: "starttls", says: "in reply to starttls|after starttls|not accept starttls|failed to start tls|starttls command failed|while sending starttls"},
			{at: "ehlo", says: "(ehlo)|(helo)|helo/ehlo response|in reply to ehlo|in reply to helo|after ehlo|after helo|failed to say hello|ehlo handshake|helo handshake|ehlo command failed|error:ehlo|error during ehlo"},
			{at: "greeting", says: "initial server greeting|server greeting:|read greeting|reading greeting|after initial connection|greeting never received|invalid greeting|refused to talk to me|mta_banner|short response: * ok|banner:|trying to read from smtp server"},
		},
	},
}

// stagesOfCommand are the stages of a command as programs name it; in place of a
// command stands the code that PHP's mailers waited for.
func stagesOfCommand(command string) []smtpcheck.Stage {
	command = strings.ToLower(strings.TrimSpace(command))
	for _, c := range commandNames {
		if Says(command, c.says) {
			return StagesOf(c.at)
		}
	}
	return nil
}

var commandNames = []sign{
	{at: "greeting", says: "initial|banner|greeting|220|null"}, {at: "ehlo", says: "ehlo|helo|lhlo"}, {at: "starttls", says: "starttls"}, {at: "auth", says: "auth|334|235"},
	{at: "mail", says: "mail"}, {at: "rcpt", says: "rcpt|250/251|251|252|recipient"}, {at: "data", says: "data|bdat|354|message body|end-of-message|text|message"}, {at: "", says: "250"},
	{at: "tls greeting connect", says: "conn"},
}

var codeWord = lazy.Compile(`severity: (\w+), category: (\w+), detail: (\w+)`)

// codeOfWords is a reply code that Rust's lettre prints as words.
func codeOfWords(text string) int {
	m := codeWord.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	digits := map[string]int{
		"TransientNegativeCompletion": 4, "PermanentNegativeCompletion": 5,
		"Syntax": 0, "Information": 1, "Connections": 2, "Unspecified3": 3, "Unspecified4": 4, "MailSystem": 5,
		"Zero": 0, "One": 1, "Two": 2, "Three": 3, "Four": 4, "Five": 5, "Six": 6, "Seven": 7, "Eight": 8, "Nine": 9,
	}
	return 100*digits[m[1]] + 10*digits[m[2]] + digits[m[3]]
}

// topics are words of which a line about mail has at least one.
const topics = "syntax error|sequence of commands|requested action|requested mail|packet format|transmission channel|transaction failed|reject|eof|tls|ssl|x509|certificate|lookup|dial|refused|timed out|timeout|auth|smtp|mail|sender|recipient|relay|connect|reject|ehlo|helo|verif|hello|credential|password|login|limit|address|socket|unreachable|no route|handshake|spam|blocked|account|response|resolve|dns|econn|enotfound|eai_again|edns|domain|greylist|test purposes|quota|throttl|greeting|rcpthosts|exceed|credits|sending rate|encryption_key|variable is not set|failure|mxs|try again|host|policy|denied|permission|depth_zero|cert|self_signed|quota|ratelimit|protocol|illegal"

func worthReading(text string) bool {
	lower := strings.ToLower(text)
	if Says(lower, topics) || KindOfWords(lower) != "" {
		return true
	}
	return replyAt(text) >= 0 || statusIn(text) != "" || lettreCode.MatchString(text)
}

var lettreCode = lazy.Compile(`severity: \w+NegativeCompletion`)
