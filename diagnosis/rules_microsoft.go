package diagnosis

import "smtp-wizard/smtpcheck"

// microsoftRules are the words of Exchange Online and Outlook.com.
var microsoftRules = []rule{
	{
		id: "ms-530-5757", stage: smtpcheck.StageMail, says: "client not authenticated to send mail|client was not authenticated to send anonymous mail|not authenticated to send anonymous mail",
		sure: Exact, provider: "microsoft-365", step: StepSender, field: "user",
		cause: "Microsoft saw MAIL FROM without a login before it: no user is set, TLS is off (the login is only offered after STARTTLS), or the login itself failed.",
		fix:   "Enter a user and password, and set Port 587 and TLS starttls. If the login then fails, fix that error next.",
	},
	{
		id: "ms-535-139-tenant", stage: smtpcheck.StageAuth, says: "smtpclientauthentication is disabled for the tenant",
		sure: Exact, provider: "microsoft-365", step: StepProvider, field: "preset",
		cause: "Logging in to send mail (SMTP AUTH) is turned off for the whole Microsoft 365 organization, which has been the default since 2020.",
		fix:   "An Exchange administrator can allow it for this mailbox: Set-CASMailbox {mailbox} -SmtpClientAuthenticationDisabled $false. Where security defaults are on, choose another provider.",
	},
	{
		id: "ms-535-139-mailbox", stage: smtpcheck.StageAuth, says: "smtpclientauthentication is disabled for the mailbox",
		sure: Exact, provider: "microsoft-365", step: StepProvider, field: "preset",
		cause: "Logging in to send mail (SMTP AUTH) is turned off for this mailbox.",
		fix:   "An Exchange administrator can allow it: Set-CASMailbox {mailbox} -SmtpClientAuthenticationDisabled $false. Otherwise choose another provider.",
	},
	{
		id: "ms-535-139-basic-disabled", stage: smtpcheck.StageAuth, says: "basic authentication is disabled",
		sure: Exact, provider: "microsoft-365", step: StepProvider, field: "preset",
		cause: "This mailbox no longer accepts a user and password over SMTP. Personal Outlook.com and Hotmail accounts lost this in September 2024, and Pocket ID has no OAuth2 login.",
		fix:   "With a personal account choose another provider: no password will work. In Microsoft 365 an administrator can allow basic authentication for SMTP for this user.",
	},
	{
		id: "ms-5730-basic-retired", stage: smtpcheck.StageAuth, says: "basic authentication is not supported for client submission",
		sure: Exact, provider: "microsoft-365", step: StepProvider, field: "preset",
		cause: "Microsoft no longer accepts a user and password for sending in this organization, and Pocket ID has no OAuth2 login.",
		fix:   "Choose a provider that accepts an API key, or a Microsoft 365 connector tied to this machine's IP. Until it is removed for good, an administrator may turn it back on.",
	},
	{
		id: "ms-security-defaults", stage: smtpcheck.StageAuth, says: "organization's security defaults|organization security defaults|security defaults policy|conditional access|did not meet the criteria",
		code: "535", sure: Exact, provider: "microsoft-365", step: StepProvider, field: "preset",
		cause: "The organization's security defaults or a conditional access policy block password logins for sending mail.",
		fix:   "An administrator must exempt {user} from the policy that blocks it; otherwise choose another provider.",
	},
	{
		id: "ms-5760-sendas", stage: smtpcheck.StageData, says: "does not have permissions to send as this sender|sendasdenied",
		sure: Exact, provider: "microsoft-365", step: StepSender, field: "from",
		cause: "{from} is not the mailbox that logged in, and that mailbox does not have Send As permission for it.",
		fix:   "Set From to the mailbox's own address, or have an administrator grant Send As on the other mailbox.",
	},
	{
		id: "ms-5764-tenant", stage: smtpcheck.StageRcpt, says: "tenantattribution",
		sure: Exact, provider: "microsoft-365-connector", step: StepProvider, field: "preset",
		cause: "The mail was sent to the organization's own endpoint for an outside recipient, and no inbound connector lists this machine's IP or certificate.",
		fix:   "Enter {ip} in the connector (Exchange admin center > Mail flow > Connectors) and make {domain} an accepted domain.",
	},
	{
		id: "ms-451-470", stage: smtpcheck.StageMail, code: "451", says: "temporary server error. please try again later*prx|temporary server error. please try again later*attr|temporary server error. please try again later*outlook",
		sure: Exact, provider: "microsoft-mx", step: StepNone, waiting: true,
		cause: "Microsoft's front end has a problem of its own, or throttles this sender. Your settings are not the cause.",
		fix:   "Wait a few minutes and try again without changes. If it persists for hours, check the organization's sending limits and connector.",
	},
	{
		id: "ms-535-credentials", stage: smtpcheck.StageAuth, code: "535", enh: "5.7.3", says: "authentication unsuccessful",
		sure: Exact, provider: "microsoft-365", step: StepSender, field: "password",
		cause: "Microsoft refused the login of {user}: a wrong password, an account with two-factor login, or SMTP AUTH turned off for the mailbox.",
		fix:   "Use the sign-in address of a licensed mailbox and its password; have an administrator allow authenticated SMTP for it.",
	},
	{
		id: "ms-ip-blocked", stage: smtpcheck.StageRcpt, says: "banned sending ip|block list (s3|client host * blocked using spamhaus. to request removal|weren't sent. please contact your internet service provider",
		sure: Exact, provider: "microsoft-mx", step: StepProvider, field: "preset",
		cause: "Microsoft blocks {machine}'s address, as it does for many hosters' address ranges.",
		fix:   "Choose a provider with a user and password; it is this machine's IP that is blocked, whatever the settings.",
	},
	{
		id: "ms-dns-invalid-ehlo", stage: smtpcheck.StageEHLO, says: "invalid domain name", only: "microsoft-365 microsoft-365-connector microsoft-365-direct-send microsoft-365-hve outlook-com",
		sure: Likely, provider: "microsoft-365", step: StepIdentity, field: "hostname",
		cause: "Microsoft refused {ehloname}: it has a character that is not allowed in a host name (an underscore, a space), or it is empty.",
		fix:   "{helofix} Use only letters, digits, hyphens and dots.",
	},
	{
		id: "ms-recipient-restricted", stage: "rcpt data", says: "allowed-senders|senderrestricted|notauthenticatedforgroup|not authenticated by organization|restricted by the recipient|delivery restriction|authenticated when sending to|not authorized to send to|restrictions for the recipient",
		sure: Likely, provider: "microsoft-365-direct-send", step: StepSender, field: "to",
		cause: "The recipient, a mailbox or group of an Exchange organization, takes mail only from listed or signed-in senders, and {from} is none.",
		fix:   "Test with another recipient, or have the recipient's administrator allow this sender (delivery management of the mailbox or group).",
	},
	{
		id: "ms-expired", stage: "rcpt data connect", enh: "5.4.300|5.4.316|4.4.316|4.4.7|5.4.7", says: "expired",
		sure: Likely, step: StepNone, passing: true, waiting: true,
		cause: "The message waited too long at the relay: the recipient's server did not answer or kept refusing.",
		fix:   "Test with a recipient elsewhere. If that works, the recipient's server is the trouble; try again once it is back.",
	},
}
