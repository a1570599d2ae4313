package diagnosis

import (
	"strings"

	"smtp-wizard/smtpcheck"
)

// serviceRules are the words of services that send mail for applications.
var serviceRules = []rule{
	// Amazon SES
	{
		id: "ses-not-verified", stage: smtpcheck.StageData, says: "email address is not verified|identities failed the check in region|email address not verified",
		sure: Exact, provider: "amazon-ses", step: StepSender, field: "from",
		cause: "{from} or its domain is not a verified identity in this SES region. In the sandbox the recipient must be verified too.",
		fix:   "Verify {domain} in the SES console, in the region that the relay's host name shows, and request production access to send to anyone.",
	},
	{
		id: "ses-535-not-subscribed", stage: smtpcheck.StageAuth, says: "account not subscribed to ses",
		sure: Exact, provider: "amazon-ses", step: StepSender, field: "user",
		cause: "The AWS account that these credentials belong to has no SES.",
		fix:   "Open SES once in the AWS console for this account and region, then create SMTP credentials there.",
	},
	{
		id: "ses-535", stage: smtpcheck.StageAuth, says: "authentication credentials invalid",
		when: func(e evidence) bool { return strings.HasPrefix(e.words, "authentication credentials invalid") }, sure: Exact, provider: "amazon-ses", step: StepSender, field: "password",
		cause: "SES refused the login: these are AWS access keys instead of SES SMTP credentials, or they belong to another region.",
		fix:   "Create SMTP credentials in the SES console of the region in the host name, and copy both values exactly.",
	},
	{
		id: "ses-530", stage: smtpcheck.StageMail, code: "530", says: "authentication required", only: "amazon-ses",
		sure: Exact, step: StepSender, field: "user",
		cause: "Pocket ID began a message without logging in, because user or password is empty.",
		fix:   "Enter the SES SMTP credentials of this region as user and password.",
	},
	{
		id: "ses-454-quota", stage: smtpcheck.StageData, says: "daily message quota exceeded",
		sure: Exact, provider: "amazon-ses", step: StepNone, waiting: true,
		cause: "The SES quota for 24 hours is used up (200 mails in the sandbox).",
		fix:   "Wait until the 24 hours are over, or request production access or a higher quota in the SES console.",
	},
	{
		id: "ses-454-rate", stage: smtpcheck.StageData, says: "maximum sending rate exceeded",
		sure: Exact, provider: "amazon-ses", step: StepNone, waiting: true,
		cause: "This SES account sent more mail per second than it may (1 in the sandbox).",
		fix:   "Wait a few seconds and try again; if this happens often, request a higher rate in the SES console.",
	},
	{
		id: "ses-421-connections", stage: smtpcheck.StageGreeting, says: "too many concurrent smtp connections",
		sure: Exact, provider: "amazon-ses", step: StepNone, waiting: true,
		cause: "Too many connections to the relay are open at once with this account.",
		fix:   "Wait a minute and try again; if other programs use the same credentials, give Pocket ID its own.",
	},
	{
		id: "ses-552-too-long", stage: smtpcheck.StageData, code: "552", says: "message is too long",
		sure: Exact, step: StepNone,
		cause: "The message is larger than the relay accepts. A large logo in Pocket ID can cause this.",
		fix:   "Use a smaller logo in Pocket ID, or raise the size limit at the relay.",
	},
	// SendGrid
	{
		id: "sendgrid-550-from", stage: smtpcheck.StageData, says: "does not match a verified sender identity",
		sure: Exact, provider: "sendgrid", step: StepSender, field: "from",
		cause: "In SendGrid, {from} is neither a verified single sender nor on an authenticated domain.",
		fix:   "Authenticate {domain} in SendGrid under Settings > Sender Authentication, or use a From address on a domain that is.",
	},
	{
		id: "sendgrid-550-unauth", stage: smtpcheck.StageMail, says: "unauthenticated senders not allowed",
		sure: Exact, provider: "sendgrid", step: StepSender, field: "user",
		cause: "Pocket ID sent MAIL FROM without logging in, because user or password is empty.",
		fix:   "Enter the user apikey (exactly this word) and the whole SG. key as password.",
	},
	{
		id: "sendgrid-535", stage: smtpcheck.StageAuth, says: "bad username / password|provided authorization grant is invalid",
		sure: Exact, provider: "sendgrid", step: StepSender, field: "password",
		cause: "SendGrid refused the login: the user is not the word apikey, or the key is revoked, cut off or pasted with spaces.",
		fix:   "Set the user to apikey (exactly this word) and the password to the whole SG. key, with Mail Send permission.",
	},
	{
		id: "sendgrid-451-credits", stage: smtpcheck.StageAuth, says: "maximum credits exceeded",
		sure: Exact, provider: "sendgrid", step: StepProvider, field: "preset", waiting: true,
		cause: "The SendGrid plan has no sending credits left. SendGrid says so at the login, but the password is right.",
		fix:   "Upgrade the plan, wait for its next period, or choose another provider.",
	},
	// Brevo
	{
		id: "brevo-502-not-activated", stage: smtpcheck.StageMail, says: "smtp account is not yet activated",
		sure: Exact, provider: "brevo", step: StepProvider, field: "preset",
		cause: "The login works, but Brevo has not enabled sending for this account.",
		fix:   "Ask Brevo's support to activate SMTP for the account. No setting of Pocket ID changes this; until then, choose another provider.",
	},
	{
		id: "brevo-502-auth-first", stage: smtpcheck.StageMail, says: "please authenticate first",
		sure: Exact, step: StepSender, field: "user",
		cause: "Pocket ID went on to MAIL FROM without logging in, because user or password is empty.",
		fix:   "Enter a user and password. {passwordat}",
	},
	{
		id: "brevo-unauthorized-ip", stage: smtpcheck.StageAuth, says: "unauthorized ip address|unrecognised ip address|unrecognized ip address", only: "brevo",
		sure: Exact, step: StepProvider, field: "preset",
		cause: "Brevo blocks unknown sending addresses, and this machine's address is not on its list.",
		fix:   "Add {ip} in Brevo under Security > Authorized IPs, or turn that block off there.",
	},
	{
		id: "brevo-535", stage: smtpcheck.StageAuth, code: "535", says: "authentication failed|authentication credentials|login failed", only: "brevo",
		sure: Exact, step: StepSender, field: "password",
		cause: "Brevo refused login or key. The login is the one on the SMTP page, on newer accounts like 123abc001@smtp-brevo.com, and an API key does not work.",
		fix:   "Copy login and SMTP key from Brevo > SMTP & API > SMTP. The key starts with xsmtpsib-, not with xkeysib-.",
	},
	{
		id: "brevo-501-domain", stage: smtpcheck.StageEHLO, says: "invalid domain name", only: "brevo",
		sure: Exact, step: StepIdentity, field: "hostname",
		cause: "Brevo refused {ehloname}: it must be this machine's own full name, not the relay's and not a name without a domain.",
		fix:   "{helofix}",
	},
	{
		id: "brevo-2525-unemail", stage: smtpcheck.StageConnect, says: "smtp server not available at",
		sure: Likely, step: StepRelay, field: "port",
		cause: "The client could not connect to this host and port. The wording is the client's own: the relay said nothing.",
		fix:   "Set Port 587 and TLS starttls, and see on the relay page which ports answer from this machine.",
	},
	// Mailgun
	{
		id: "mailgun-sandbox", stage: smtpcheck.StageData, says: "sandbox subdomains are for test purposes only",
		sure: Exact, provider: "mailgun", step: StepSender, field: "from",
		cause: "The From address is on Mailgun's sandbox domain, which can only send to authorized recipients.",
		fix:   "Verify your own domain in Mailgun and use it in From, or add {to} to the authorized recipients.",
	},
	{
		id: "mailgun-free", stage: smtpcheck.StageData, says: "free accounts are for test purposes only",
		sure: Exact, provider: "mailgun", step: StepSender, field: "to",
		cause: "A free Mailgun account without a payment method can only send to authorized recipients.",
		fix:   "Add {to} to the authorized recipients in Mailgun, or add a payment method to the account.",
	},
	{
		id: "mailgun-mx-relaying", stage: smtpcheck.StageRcpt, says: "relaying denied", only: "mailgun",
		sure: Exact, step: StepRelay, field: "host",
		cause: "Mailgun's inbound host (mxa.mailgun.org) only receives mail for domains with a route; it is not the host to send through.",
		fix:   "Set Host to smtp.mailgun.org, or smtp.eu.mailgun.org for an EU domain, and log in with the domain's SMTP credentials.",
	},
	// Resend, SMTP2GO, Postal, Postmark
	{
		id: "resend-domain", stage: smtpcheck.StageData, says: "domain is not verified. please, add and verify|domain is not verified. please add and verify|resend.com/domains",
		sure: Exact, provider: "resend", step: StepSender, field: "from",
		cause: "{domain} is not verified in the Resend team that this API key belongs to. A verified subdomain does not count for its parent.",
		fix:   "Verify {domain} at https://resend.com/domains, or use a From address on the domain that is verified there.",
	},
	{
		id: "smtp2go-domain", stage: smtpcheck.StageData, says: "from header sender domain not verified|verify the sender domain to be allowed to send",
		sure: Exact, provider: "smtp2go", step: StepSender, field: "from",
		cause: "In SMTP2GO, {domain} is not a verified sender domain and has no verified single sender.",
		fix:   "Verify {domain} in SMTP2GO under Settings > Sender Domains, or use a From address on a domain that is.",
	},
	{
		id: "sender-name-postal-530", stage: smtpcheck.StageData, says: "from/sender name is not valid",
		sure: Exact, provider: "postal", step: StepSender, field: "from",
		cause: "Postal only accepts From addresses on a domain that is verified for the mail server in use, and {domain} is not.",
		fix:   "Verify {domain} in Postal for this mail server, or use a From address on a domain that is.",
	},
	{
		id: "postmark-sender", stage: smtpcheck.StageData, says: "sender signature not found|sender signature not confirmed|not a sender signature|is not a sender signature on this account",
		sure: Exact, provider: "postmark", step: StepSender, field: "from",
		cause: "In Postmark, {from} is neither a confirmed sender signature nor on a verified domain.",
		fix:   "Confirm {from} or verify {domain} in Postmark under Sender Signatures, or use an address that is.",
	},
}
