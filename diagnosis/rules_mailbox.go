package diagnosis

import "smtp-wizard/smtpcheck"

// mailboxRules are the words of mailbox providers.
var mailboxRules = []rule{
	{id: "zoho-553", stage: smtpcheck.StageData, says: "relaying disallowed as",
		sure: Exact, provider: "zoho", step: StepSender, field: "from",
		cause: "{from} is neither the Zoho login nor one of its confirmed aliases, or the login belongs to another Zoho region.",
		fix:   "Set From to {loginaddress}, or add the address as an alias in Zoho. Use the host of your region, such as smtp.zoho.eu."},
	{id: "zoho-535", stage: smtpcheck.StageAuth, code: "535", says: "authentication failed", only: "zoho",
		sure: Exact, step: StepSender, field: "password",
		cause: "Zoho refused the login: the host is that of another region, two-factor needs an application-specific password, or the free plan has no SMTP.",
		fix:   "Use an application-specific password and the host of your region: smtp.zoho.eu, .in, .com.au; smtppro.zoho.* for organizations."},
	{id: "icloud-550-from", stage: smtpcheck.StageMail, says: "from address is not one of your addresses",
		sure: Exact, provider: "icloud", step: StepSender, field: "from",
		cause: "{from} is not an address of the Apple Account that logged in, or is not spelled exactly as it was created there.",
		fix:   "Set From to the iCloud address, or first create the address under iCloud Mail > Custom Email Domain. The user remains the iCloud address."},
	{id: "qq-535-authcode", stage: smtpcheck.StageAuth, says: "enter your authorization code|login fail. please enter|authorization code to login",
		sure: Exact, provider: "qq", step: StepSender, field: "password",
		cause: "QQ Mail does not accept the account password over SMTP, only a 16-letter authorization code.",
		fix:   "{passwordat}"},
	{id: "yahoo-535-auth005", stage: smtpcheck.StageAuth, says: "#auth005|too many bad auth attempts",
		sure: Exact, provider: "yahoo", step: StepSender, field: "password",
		cause: "Yahoo refused the login of {user}. It says this for the normal account password, and after several failed attempts.",
		fix:   "{passwordat} Wait a few minutes before the next attempt."},
	{id: "gmx-550-sender", stage: smtpcheck.StageMail, says: "sender address is not allowed",
		sure: Exact, step: StepSender, field: "from",
		cause: "{from} does not belong to the mailbox that logged in.",
		fix:   "Set From to the mailbox's own address. At GMX and WEB.DE also turn on POP3/IMAP access in the web settings."},
	{id: "fastmail-app-password", stage: smtpcheck.StageAuth, says: "need to use an app password|please use an app password|app password is required|requires an application specific password|use an application-specific password|application password required",
		sure: Exact, step: StepSender, field: "password",
		cause: "This mailbox does not accept the account password over SMTP, only an app password.",
		fix:   "{passwordat}"},
}
