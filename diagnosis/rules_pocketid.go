package diagnosis

import "smtp-wizard/smtpcheck"

// pocketIDRules are Pocket ID's own words about its settings, before it talks to
// any relay.
var pocketIDRules = []rule{
	{
		id: "pocketid-encryption-key", says: "encryption_key must be at least 16|encryption_key must be",
		sure: Likely, step: StepInstall, field: "env_file",
		cause: "Pocket ID found no ENCRYPTION_KEY of 16 bytes or more. If the .env has one, most likely all of the file was ignored: one line that does not parse, a BOM at its start, or no right to read it for the service's user.",
		fix:   "Look at what was changed last in the .env: each line is KEY=value, without a BOM, and the service's user must be able to read the file. Make a new key only if there never was one, because it makes the data unreadable.",
	},
	{
		id: "pocketid-no-host", says: "smtp host is not configured|smtp host not configured",
		sure: Likely, step: StepInstall, field: "env_file",
		cause: "Pocket ID has no SMTP host, so its SMTP variables have no effect: they count only with {lock}=true, and only where the .env reaches the program.",
		fix:   "Set {lock}=true beside SMTP_HOST and recreate the container; every other setting then comes from the .env too. Or enter the relay in Pocket ID's admin UI.",
	},
	{
		id: "pocketid-bad-tls", stage: smtpcheck.StageTLS, says: "invalid smtp tls setting|invalid smtp_tls",
		sure: Exact, step: StepRelay, field: "tls",
		cause: "SMTP_TLS has a value that Pocket ID does not know. It is none, starttls or tls.",
		fix:   "Set TLS to starttls for port 587 or to tls for port 465; none is for a relay on this machine or a trusted network.",
	},
}
