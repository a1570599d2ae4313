package diagnosis

import "strings"

// hostProviders tells the preset from the relay's host name; the first end that
// fits counts.
var hostProviders = []struct{ end, provider string }{
	{"smtp-relay.gmail.com", "google-workspace-relay"},
	{"smtp.gmail.com", "gmail"}, {"smtp.googlemail.com", "gmail"},
	{"aspmx.l.google.com", "google-mx"}, {".l.google.com", "google-mx"},
	{"smtp.office365.com", "microsoft-365"}, {"smtp-mail.outlook.com", "outlook-com"},
	{".mail.protection.outlook.com", "microsoft-365-connector"}, {"smtp.hve.mx.microsoft", "microsoft-365-hve"},
	{".amazonaws.com", "amazon-ses"}, {".sendgrid.net", "sendgrid"}, {".mailgun.org", "mailgun"},
	{"smtp-relay.brevo.com", "brevo"}, {"smtp-relay.sendinblue.com", "brevo"}, {".resend.com", "resend"},
	{"smtp.postmarkapp.com", "postmark"}, {".mailjet.com", "mailjet"}, {".smtp2go.com", "smtp2go"},
	{".sparkpostmail.com", "sparkpost"}, {"smtp.mailersend.net", "mailersend"}, {".mandrillapp.com", "mandrill"},
	{".elasticemail.com", "elastic-email"}, {"smtp.tem.scaleway.com", "scaleway-tem"}, {"live.smtp.mailtrap.io", "mailtrap-live"},
	{"smtp.zeptomail.com", "zeptomail"}, {"smtp.mail.me.com", "icloud"}, {"smtp.mail.yahoo.com", "yahoo"},
	{"smtp.aol.com", "aol"}, {"smtp.fastmail.com", "fastmail"}, {"smtp.qq.com", "qq"}, {"mail.gmx.net", "gmx"},
	{"mail.gmx.com", "gmx"}, {"smtp.web.de", "web-de"}, {"smtp.protonmail.ch", "proton-smtp"},
	{".forwardemail.net", "forwardemail"}, {"smtp.yandex.com", "yandex"}, {"smtp.yandex.ru", "yandex"}, {"smtp.mail.ru", "mail-ru"},
}

func providerOfHost(host string) string {
	host = "." + strings.ToLower(strings.TrimSuffix(host, "."))
	for _, p := range hostProviders {
		if strings.HasSuffix(host, p.end) {
			return p.provider
		}
	}
	if strings.Contains(host, ".smtp.zoho.") || strings.Contains(host, ".smtppro.zoho.") {
		return "zoho"
	}
	return ""
}

// providerWords are what only one provider says of itself.
var providerWords = []struct{ says, provider string }{
	{"smtp-relay.gmail.com", "google-workspace-relay"},
	{"smtp.office365.com|.prod.outlook.com", "microsoft-365"},
	{"zoho", "zoho"}, {"#auth005|mail.yahoo.com", "yahoo"}, {"sendgrid", "sendgrid"}, {"mailgun", "mailgun"},
	{"brevo|sendinblue", "brevo"}, {"amazonaws|amazonses", "amazon-ses"}, {"resend.com", "resend"}, {"service.mail.qq.com", "qq"},
	{"smtp2go", "smtp2go"}, {"smtp.mail.me.com", "icloud"}, {"mail.gmx.|smtp.web.de", "gmx"}, {"postmarkapp", "postmark"}, {"mailjet", "mailjet"},
	{"gmail-smtp-in|aspmx.l.google", "google-mx"}, {"smtp.gmail.com", "gmail"},
}

func providerOfWords(words string) string {
	for _, p := range providerWords {
		if says(words, p.says) {
			return p.provider
		}
	}
	return ""
}

// noImplicitTLS are the providers without a port for implicit TLS.
const noImplicitTLS = "microsoft-365 microsoft-365-connector microsoft-365-direct-send microsoft-365-hve outlook-com icloud proton-smtp proton-bridge postmark postmark-broadcast sparkpost mailersend loops azure-communication-services oracle-email-delivery socketlabs smtp-com postfix-local"

// otherPorts are the providers' ports for networks that block 25, 465 and 587.
var otherPorts = map[string]string{
	"sendgrid": "Set Port 2525 and TLS starttls", "mailgun": "Set Port 2525 and TLS starttls", "postmark": "Set Port 2525 and TLS starttls",
	"mailjet": "Set Port 2525 and TLS starttls", "sparkpost": "Set Port 2525 and TLS starttls", "smtp2go": "Set Port 2525 and TLS starttls",
	"mailtrap-live": "Set Port 2525 and TLS starttls", "mailersend": "Set Port 2525 and TLS starttls", "mandrill": "Set Port 2525 and TLS starttls",
	"elastic-email": "Set Port 2525 and TLS starttls", "ahasend": "Set Port 2525 and TLS starttls", "socketlabs": "Set Port 2525 and TLS starttls",
	"forwardemail": "Set Port 2465 and TLS tls", "resend": "Set Port 2465 and TLS tls", "plunk": "Set Port 2465 and TLS tls",
	"amazon-ses": "Set Port 2587 and TLS starttls", "scaleway-tem": "Set Port 2587 and TLS starttls",
}

// altPort is the way round a blocked port.
func altPort(e evidence) string {
	if p := otherPorts[e.provider]; p != "" {
		return p
	}
	switch e.port() {
	case 25:
		return "Set Port 587 and TLS starttls, or Port 465 and TLS tls, of a relay that takes a user and password"
	case 465:
		return "Try Port 587 and TLS starttls; if that times out too, take a relay that listens on 2525, 2587 or 2465"
	case 587:
		return "Try Port 465 and TLS tls; if that times out too, take a relay that listens on 2525, 2587 or 2465"
	}
	return "Try Port 587 (TLS starttls) and 465 (TLS tls); if both time out, take a relay that listens on 2525, 2587 or 2465"
}

// passwords says what each provider wants as user and password, which is seldom
// the password of the account.
var passwords = map[string]string{
	"gmail":                  "Create an app password at https://myaccount.google.com/apppasswords (2-Step Verification must be on) and paste its 16 letters; the user is the full address.",
	"google-workspace-relay": "Use the full address of a Workspace user with an app password (2-Step Verification must be on), or leave user and password empty if the relay rule trusts this machine's IP.",
	"microsoft-365":          "Use the sign-in address of a licensed mailbox and its password, and have an administrator allow authenticated SMTP for that mailbox.",
	"amazon-ses":             "Create SMTP credentials in the SES console of this very region and use both values; AWS access keys do not work as they are.",
	"sendgrid":               "The user is literally apikey; the password is the whole SG. key with Mail Send permission.",
	"mailgun":                "Use the SMTP login of the sending domain, such as postmaster@mg.example.com, and its SMTP password, not the API key.",
	"postmark":               "Use the Server API token as user and again as password.",
	"brevo":                  "Copy login and SMTP key from Brevo > SMTP & API > SMTP. The key starts with xsmtpsib-; an API key (xkeysib-) does not work.",
	"resend":                 "The user is literally resend; the password is an API key that starts with re_.",
	"mailjet":                "The user is the API key and the password is the secret key.",
	"sparkpost":              "The user is literally SMTP_Injection; the password is an API key with the right \"Send via SMTP\".",
	"zeptomail":              "The user is literally emailapikey; the password is the send-mail token of the mail agent.",
	"icloud":                 "Use the iCloud Mail address of the Apple Account, not the custom-domain one, and an app-specific password from https://account.apple.com.",
	"yahoo":                  "Create an app password in the account security page and use the full address as user.",
	"aol":                    "Create an app password in the account security page and use the full address as user.",
	"fastmail":               "Create an app password that may use SMTP, and use the full account address as user.",
	"zoho":                   "Use an application-specific password when two-factor is on, and the host of your region (smtp.zoho.eu, .in, .com.au; smtppro.zoho.* for organisations).",
	"qq":                     "Enable SMTP in QQ Mail > Settings > Account, create an authorisation code, and use that as password.",
	"gmx":                    "Switch on POP3/IMAP access in the web settings, and use an app-specific password when two-factor is on.",
	"web-de":                 "Switch on POP3/IMAP access in the web settings, and use an app-specific password when two-factor is on.",
	"yandex":                 "Create an app password and use the full address as user.",
	"mail-ru":                "Create a password for external applications and use the full address as user.",
	"proton-smtp":            "Use the custom-domain address that the SMTP token was made for, and that token as password.",
	"proton-bridge":          "Use the user and password that Bridge itself shows for SMTP, not those of the Proton account.",
	"smtp2go":                "Use an SMTP user from Sending > SMTP Users and its password.",
	"forwardemail":           "Use the full alias address and the password generated for that alias.",
}

// passwordAt is the provider's rule for user and password.
func passwordAt(e evidence) string {
	if rule := passwords[e.provider]; rule != "" {
		return rule
	}
	return "Type the password again; if that fails, use the full mail address as user, or an app password where the mailbox has two-factor login."
}
