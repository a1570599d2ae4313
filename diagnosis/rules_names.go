package diagnosis

import "strings"

// nameRules are refusals of an EHLO name by any server, in its own words or those
// of a filter before it. They come before the rules about block lists and reverse
// DNS, whose words these refusals use too.
var nameRules = []rule{
	{
		id: "helo-missing", stage: "ehlo", says: "syntax: ehlo|syntax: helo|argument required for helo|argument required for ehlo|address required for|too many args after 'helo|too many args after 'ehlo|ehlo requires|helo requires|requires domain address|hostname required|domain name required|missing domain|missing hostname|helo without",
		when: aboutNames, sure: Likely, step: StepIdentity, field: "hostname",
		cause: "The relay got no name in EHLO, or one that is none: it was empty, had a blank, or letters that no host name may have.",
		fix:   "{helofix} Letters, digits, hyphens and dots only.",
	},
	{
		id: "helo-forged", stage: "ehlo rcpt", says: "impersonat|not believe you are|are not localhost|bogus helo|forged helo|helo * forged|fake helo|helo matches|helo is my|helo * my hostname|my own hostname|my own name|are not me|helo * own ip|helo * own domain|who you say you are|helo command rejected: you are not|bad helo - host|spoofed helo|helo * spoof|not in my network|helo command rejected: * your * own",
		when: aboutNames, sure: Likely, step: StepIdentity, field: "hostname",
		cause: "The relay takes {ehloname} for a forgery: it is the relay's own name or address, or that of the recipient's domain.",
		fix:   "Announce this machine's own full name, not that of the mail server. {helofix}",
	},
	{
		id: "helo-mismatch", stage: "ehlo rcpt", says: "helo * rdns|helo * reverse dns|helo/hostname mismatch|helo * ptr|helo * does not match|helo * doesn't match|ehlo * does not match|correct helo|helo * not match|helo mismatch",
		when: aboutNames, sure: Likely, step: StepIdentity, field: "hostname",
		cause: "The relay compares {ehloname} with the reverse DNS name of {machine}'s address, and they differ.",
		fix:   "Announce the name that the reverse DNS of {ip} has, or set that reverse DNS to your name. {helofix}",
	},
	{
		id: "helo-unresolvable", stage: "ehlo rcpt", says: "helo * not resolve|ehlo * not resolve|helo * can not resolved|helo * cannot be resolved|ehlo * cannot be resolved|helo * can't be resolved|helo * no forward dns|helo * forward dns|helo * no dns|helo * not found|helo * nxdomain|helo * no a record|helo * no valid dns|helo * unresolvable|unresolvable helo|unresolvable ehlo|helo * lookup failed|helo * has no|helo host * dns|helo * does not exist|ehlo * does not exist",
		when: aboutNames, sure: Likely, step: StepIdentity, field: "hostname",
		cause: "The relay looked up {ehloname} and found no address for it, or another one than this machine's.",
		fix:   "Announce a name that resolves to this machine. {helofix}",
	},
	{
		id: "helo-listed", stage: "ehlo rcpt", says: "helo * black listed|helo * blacklisted|helo * blocked|helo * listed|helo * block list|helo * blocklist|helo * generic|helo * dynamic|dynamic helo|generic helo|helo * dial|ehlo * blocked|helo * spam",
		when: aboutNames, sure: Likely, step: StepIdentity, field: "hostname",
		cause: "The relay refuses {ehloname} itself: it is on a list of names, or looks like that of a dial-up line.",
		fix:   "Announce a full name of your own domain. {helofix}",
	},
	{
		id: "helo-not-full", stage: "ehlo rcpt", says: "helo * fqdn|ehlo * fqdn|helo * fully|ehlo * fully|helo * must have a dot|dns label|address literal|helo * no dot|helo * single word|helo * qualified|real hostname|real host name|helo * literal|helo * ip address|helo * bare ip|numeric helo|helo * rfc|helo * syntactically|helo * malformed|malformed helo|helo * invalid name|invalid name in helo",
		when: aboutNames, sure: Likely, step: StepIdentity, field: "hostname",
		cause: "The relay wants a full host name in EHLO, and {name} is none: a bare word, an address, or localhost.",
		fix:   "{helofix}",
	},
	{
		id: "helo-refused", stage: "ehlo rcpt", says: "bad helo|bad ehlo|helo rejected|ehlo rejected|helo denied|helo refused|invalid helo|invalid ehlo|helo command|your helo|your ehlo|helo name|ehlo name|helo/ehlo|ehlo/helo|saying helo|saying ehlo|helo argument|helo is|helo was|helo host|helo string|helo domain|ehlo domain|helo greeting|refused helo|helo check|helo policy|helo restriction",
		when: aboutNames, sure: Likely, step: StepIdentity, field: "hostname",
		cause: "The relay refused {ehloname}: by its form, by what DNS says of it, or by a rule of its own.",
		fix:   "{helofix}",
	},
	{
		id: "helo-refused", stage: "ehlo", at: "ehlo", code: "5", says: "invalid address|invalid host|bad syntax|bad host|syntax error|invalid argument|domain|host not found|illegal character|unknown host|name|fqdn|fully",
		when: atTheName, sure: Likely, step: StepIdentity, field: "hostname",
		cause: "The relay refused {ehloname}: it is no host name by its rules.",
		fix:   "{helofix} Letters, digits, hyphens and dots only.",
	},
	{
		id: "helo-refused", stage: "ehlo rcpt", says: "helo|ehlo", when: saidOfNames, sure: Likely, step: StepIdentity, field: "hostname",
		cause: "The relay refused {ehloname}: by its form, by what DNS says of it, or by a rule of its own.",
		fix:   "{helofix}",
	},
}

// atTheName: what was refused at EHLO and does not speak of something else.
func atTheName(e evidence) bool {
	return heardAtEHLO(e) && !says(e.words, "client host|ip address|your ip|rdns|reverse|ptr|blocked|listed|reputation|too many|sessions|connection|try again|unavailable|synchron")
}

// aboutNames keeps sentences that only say when to send EHLO, and log fields that
// only repeat the name, out of the refusals of a name.
func aboutNames(e evidence) bool {
	return coded(e) && says(e.words, "helo|ehlo|hostname|host name|address literal|localhost|believe you are") && !says(e.words, "helo first|ehlo first|say helo|say hello|polite people|before helo|send helo|send ehlo|need helo|need ehlo|helo=<")
}

// saidOfNames: the relay itself speaks of EHLO, whatever else it says.
func saidOfNames(e evidence) bool {
	return aboutNames(e) && says(strings.ToLower(e.reply), "helo|ehlo") && (len(e.stages) == 0 || len(common(e.stages, stagesOf("ehlo mail rcpt data"))) > 0) &&
		!says(e.words, "not implemented|unrecognized|again|too many|timeout|not supported")
}
