package diagnosis

import (
	"cmp"
	"net/netip"
	"regexp"
	"strings"

	"smtp-wizard/diagnosis/reading"
	"smtp-wizard/smtpcheck"
)

// certificateRules are about TLS and the relay's certificate.
var certificateRules = []rule{
	{id: "openssl-wrong-version", stage: "tls starttls", kind: reading.NotTLS, says: "wrong version number|wrong_version_number",
		sure: Exact, step: StepRelay, field: "tls",
		cause: "The client spoke TLS to a port that starts in clear text (this is OpenSSL's wording).",
		fix:   "Set TLS to starttls on port 587 or 25; TLS tls belongs to port 465."},
	{id: "go-tls-first-record", stage: "tls starttls", kind: reading.NotTLS,
		sure: Exact, step: StepRelay, field: "tls",
		cause: "TLS is set to tls (implicit), but {port} starts in clear text and switches to TLS later.",
		fix:   "Set TLS to starttls for this port (usual on 587), or keep TLS tls and set Port 465."},
	{id: "go-tls-version", stage: "tls starttls", kind: reading.TLSVersion, says: "protocol version not supported|unsupported version",
		sure: Exact, step: StepProvider, field: "preset",
		cause: "The relay only speaks TLS 1.0 or 1.1, and Pocket ID needs at least TLS 1.2.",
		fix:   "Have the relay upgraded to TLS 1.2, or choose another relay.",
	},
	{
		id: "openssl-alert-70", stage: "tls starttls", kind: reading.TLSVersion,
		when: func(e evidence) bool { return e.Err != nil || says(e.words, "alert protocol version") }, sure: Exact, step: StepProvider, field: "preset",
		cause: "The two sides share no TLS version (alert 70): one offers or requires what the other refuses. Pocket ID and the big providers need at least TLS 1.2.",
		fix:   "Update the side that is older than TLS 1.2, usually an old mail server or appliance, or choose another relay.",
	},
	{
		id: "openssl-alert-70", stage: "tls starttls", kind: reading.TLSVersion,
		sure: Likely, step: StepRelay, field: "host",
		cause: "The two sides share no TLS version (alert 70): one offers or requires what the other refuses. Pocket ID and the big providers need at least TLS 1.2.",
		fix:   "Update the side that is older than TLS 1.2, usually an old mail server or appliance, or choose another relay."},
	{id: "openssl-issuer", stage: "tls starttls", kind: reading.UnknownCA, says: "local issuer|unable to verify the first certificate|unable_to_verify_leaf",
		sure: Exact, step: StepRelay, field: "host",
		cause: "The relay does not send its intermediate certificate, or the client's CA roots are out of date.",
		fix:   "Have the relay send the full chain (fullchain.pem). If other programs accept the certificate, update the image that Pocket ID runs in."},
	{id: "go-x509-unknown-ca", stage: "tls starttls", kind: reading.UnknownCA,
		sure: Exact, step: StepRelay, field: "host",
		cause: "The relay's certificate is self-signed, comes from a private CA, or lacks its intermediate certificate.",
		fix:   "Have the relay send a full chain from a public CA, or point Pocket ID's SSL_CERT_FILE at a bundle that contains your CA. Only on a trusted network: SMTP_SKIP_CERT_VERIFY=true."},
	{id: "go-x509-ipsan", stage: "tls starttls", kind: reading.IPName,
		sure: Exact, step: StepRelay, field: "host",
		cause: "The host is an IP address, and the relay's certificate is for a name.",
		fix:   "Set Host to the name in the certificate; it must resolve to this address."},
	{id: "go-x509-name", stage: "tls starttls", kind: reading.WrongName,
		sure: Exact, step: StepRelay, field: "host",
		cause: "The relay's certificate is for {certnames}, not for the host as entered. The host may be an alias or an internal name, or the certificate the hoster's default one.",
		fix:   "Set Host to {certname}, if that is the relay you mean."},
	{id: "x509-legacy-cn", stage: "tls starttls", kind: reading.LegacyCN,
		sure: Exact, step: StepRelay, field: "host",
		cause: "The relay's certificate has only a Common Name; Go programs such as Pocket ID want a subject alternative name.",
		fix:   "Ask for the certificate to be reissued with a subject alternative name (SAN), or use a relay that has one."},
	{id: "go-x509-expired", stage: "tls starttls", kind: reading.Expired,
		sure: Exact, step: StepRelay, field: "host",
		cause: "The relay's certificate has expired{certdate}, or the clock of this machine is wrong.",
		fix:   "Check the clock with `date`. If it is right, renew the certificate on the relay and restart its mail service, which may still hold the old one."},
	{id: "certificate-refused", stage: "tls starttls", kind: reading.BadCert,
		sure: Likely, step: StepRelay, field: "host",
		cause: "The relay's certificate could not be verified.",
		fix:   "Set Host to the name in the certificate; if it already is, have the relay send a valid certificate with its full chain."},
	{id: "tls-handshake", stage: "tls starttls", kind: reading.TLSAlert,
		sure: Likely, step: StepRelay, field: "tls",
		cause: "The relay aborted the TLS handshake: it requires a TLS version, cipher or certificate that this machine does not offer.",
		fix:   "Try {pairs}. If all of that fails, its TLS is most likely too old or broken."},
}

// ownRules are what package smtpcheck finds out for itself; there is nothing to
// guess in them.
var ownRules = []rule{
	{id: "implicit-tls-port", stage: smtpcheck.StageGreeting, kind: reading.ImplicitPort, sure: Exact, step: StepRelay, field: "tls",
		cause: "{port} speaks TLS from the first byte, and this conversation began in clear text.",
		fix:   "Set TLS to tls for {port}; starttls belongs to port 587."},
	{id: "not-smtp", kind: reading.NotSMTP, sure: Exact, step: StepRelay, field: "port",
		cause: "Something answers on {port} of {host}, but it does not speak SMTP: it is another service.",
		fix:   "Set {pairs}, and compare the host with the relay's documentation."},
	{id: "starttls-not-offered", stage: smtpcheck.StageStartTLS, kind: reading.NoSTARTTLS, sure: Exact, step: StepRelay, field: "tls",
		cause: "{host} does not offer STARTTLS on {port}.",
		fix:   "{implicit}. TLS none is only for a relay on this machine or on a trusted network: everything is then sent in clear text."},
	{id: "auth-not-offered", stage: smtpcheck.StageAuth, kind: reading.NoAUTH, when: inClearText, sure: Exact, step: StepRelay, field: "tls",
		cause: "{host} offers no login on {port} in clear text; most relays offer it only under TLS.",
		fix:   "Set {pairs}. If the relay needs no login, leave user and password empty."},
	{id: "auth-not-offered", stage: smtpcheck.StageAuth, kind: reading.NoAUTH, sure: Exact, step: StepSender, field: "user",
		cause: "{host} offers no login on {port}, although the connection is encrypted.",
		fix:   "Leave user and password empty if this relay trusts your address; otherwise use its submission port: {pairs}."},
	{id: "auth-mechanism", stage: smtpcheck.StageAuth, kind: reading.NoMechanism, sure: Exact, step: StepProvider, field: "preset",
		cause: "{host} offers neither AUTH PLAIN nor AUTH LOGIN, and Pocket ID only knows these two.",
		fix:   "With TLS none, set TLS to starttls or tls first: many relays offer PLAIN only then. A provider that only accepts OAuth2 or CRAM-MD5 cannot be used: choose another."},
	{id: "go-plain-unencrypted", stage: smtpcheck.StageAuth, kind: reading.Unencrypted, sure: Likely, step: StepRelay, field: "tls",
		cause: "A login is set without TLS, and {pocketid} sends no login in clear text, except to localhost.",
		fix:   "Set TLS to starttls on port 587 or to tls on port 465. If the relay needs no login, leave user and password empty."},
	{id: "starttls-injection", stage: smtpcheck.StageStartTLS, kind: reading.Injected, sure: Exact, step: StepRelay, field: "tls",
		cause: "Clear text came after {host} had agreed to STARTTLS. Someone in between may have injected it, so the connection was dropped.",
		fix:   "{implicit}, where nothing can be injected. If it happens there too, do not send a password over this network."},
	{id: "bad-reply", kind: reading.BadReply, sure: Likely, step: StepRelay, field: "port",
		cause: "What answers on {port} of {host} breaks the rules of SMTP: it is probably not a mail relay, or something in between alters its replies.",
		fix:   "Set {pairs}, and compare the host with the relay's documentation."},
}

func inClearText(e evidence) bool { return e.TLS == smtpcheck.TLSNone }

func encrypted(e evidence) bool {
	return e.TLS == smtpcheck.TLSStartTLS || e.TLS == smtpcheck.TLSImplicit
}

// networkRules are about what happens before the relay says a word.
var networkRules = []rule{
	{
		id: "auth-backend-down", stage: "auth", kind: reading.LoginDown, sure: Likely, step: StepNone, passing: true, waiting: true,
		cause: "The server could not ask its own login service. User and password were not judged at all.",
		fix:   "Wait some minutes and try again. If it stays, the server's operator must look at its SASL or Dovecot service.",
	},
	{
		id: "relay-misconfigured", stage: "rcpt mail data", kind: reading.OwnService, sure: Likely, step: StepNone, passing: true,
		cause: "The server could not reach a service of its own (a filter, policy or database). Nothing that was entered here is wrong, and waiting helps only once that runs.",
		fix:   "On a server of your own, start the service that the line names; else tell the operator or choose another relay.",
	},
	{
		id: "cancelled", kind: reading.Canceled, sure: Exact, step: StepNone, waiting: true, passing: true,
		cause: "The test was stopped before it finished.",
		fix:   "Try again; there is nothing to wait for."},
	{id: "dns-timeout", stage: smtpcheck.StageDNS, kind: reading.DNSTimeout,
		sure: Exact, step: StepRelay, field: "host", passing: true, waiting: true,
		cause: "The DNS server did not answer when asked for {lookup}: a firewall, a broken resolver, or a container without network. The relay was not reached at all.",
		fix:   "Run `getent hosts {lookupname}` where Pocket ID runs. Fix the resolver or allow outgoing port 53; waiting only helps if the resolver is restarting.",
	},
	{
		id: "recipient-domain", stage: smtpcheck.StageRcpt, kind: reading.NoHost, says: "final-recipient*host or domain name not found|x-postfix; host or domain name not found",
		sure: Likely, step: StepSender, field: "to",
		cause: "The relay found no mail server for the recipient's domain, and returned the mail.",
		fix:   "Correct the recipient of the test, or use an address that is known to exist.",
	},
	{
		id: "go-no-such-host", stage: smtpcheck.StageDNS, kind: reading.NoHost, says: "host or domain name not found",
		sure: Likely, step: StepRelay, field: "host",
		cause: "A mail server of your own found no address for a name: its relay host as it is entered, or the domain of a recipient.",
		fix:   "Read which name the line gives. If it is the relay, write it in brackets ([smtp.example.com]:587); if it is the recipient's domain, correct the recipient.",
	},
	{
		id: "dns-windows", stage: smtpcheck.StageDNS, kind: reading.NoHost, says: "getaddrinfow",
		sure: Exact, step: StepRelay, field: "host",
		cause: "Windows found no address for {lookup}: the name is wrong, or a firewall blocked the lookup.",
		fix:   "Compare the host letter by letter, and allow the program through the firewall."},
	{id: "dns-docker-nohost", stage: smtpcheck.StageDNS, kind: reading.NoHost, when: bareLookup,
		sure: Exact, step: StepRelay, field: "host",
		cause: "No address was found for {lookup}, a name without a domain, such as that of a compose service.",
		fix:   "Put Pocket ID and {lookup} on the same Docker network, or enter the relay's full host name."},
	{id: "dns-typo", stage: smtpcheck.StageDNS, kind: reading.NoHost, when: publicResolver,
		sure: Exact, step: StepRelay, field: "host",
		cause: "{lookup} does not exist in public DNS: most likely it is misspelled, or it is the mail domain instead of the relay's name.",
		fix:   "Correct the host: enter the submission host from the provider's documentation, such as smtp.example.com."},
	{id: "go-no-such-host", stage: smtpcheck.StageDNS, kind: reading.NoHost,
		sure: Exact, step: StepRelay, field: "host",
		cause: "{lookup} has no address: it is misspelled, starts with a scheme such as smtp://, or exists only on another network.",
		fix:   "Enter the bare host name, and run `getent hosts {lookupname}` where Pocket ID runs to see whether it resolves there."},
	{id: "dns-failed", stage: smtpcheck.StageDNS, kind: reading.DNSFailed,
		sure: Likely, step: StepRelay, field: "host", passing: true, waiting: true,
		cause: "The DNS server failed to look up {lookup}.",
		fix:   "Run `getent hosts {lookupname}` where Pocket ID runs. If other names resolve there, wait a few minutes: the problem is that domain's DNS."},
	{id: "conn-refused-127011", stage: smtpcheck.StageConnect, kind: reading.Refused, says: "127.0.1.1",
		sure: Exact, step: StepRelay, field: "host",
		cause: "The relay's name resolves to 127.0.1.1, this machine itself: Debian maps the machine's own name to it in /etc/hosts.",
		fix:   "Enter a host name that resolves to the relay's real address, or correct the 127.0.1.1 line in /etc/hosts."},
	{id: "go-refused", stage: smtpcheck.StageConnect, kind: reading.Refused,
		sure: Exact, step: StepRelay, field: "port",
		cause: "Nothing listens on {port} there. In a container, localhost and 127.0.0.1 are the container itself, not the host.",
		fix:   "Correct port or host. For a relay on the Docker host use host.docker.internal with extra_hosts host-gateway; for one in compose its service name."},
	{id: "v6-cannot-assign", stage: smtpcheck.StageConnect, kind: reading.NoAddress,
		sure: Exact, step: StepRelay, field: "host",
		cause: "The relay was tried over an address family for which this machine or container has no address, usually IPv6.",
		fix:   "Enable IPv6 for the Docker network, or use a relay name that has an IPv4 address. With a Postfix in between, set inet_protocols = ipv4."},
	{id: "exim-v6-unreachable", stage: smtpcheck.StageConnect, kind: reading.NoNetwork, when: overIPv6,
		sure: Exact, step: StepRelay, field: "host",
		cause: "The relay was tried over IPv6, and this machine or container has no IPv6 route.",
		fix:   "Enable IPv6 for the Docker network, or enter a relay name that has an IPv4 address."},
	{id: "go-net-unreachable", stage: smtpcheck.StageConnect, kind: reading.NoNetwork,
		sure: Exact, step: StepRelay, field: "host",
		cause: "This machine or container has no route to the relay's address: there is no network, or the relay has only IPv4 and this machine only IPv6, or the reverse.",
		fix:   "Give the Docker network the relay's address family (or use host networking), or choose a relay that has yours."},
	{id: "conn-no-route", stage: smtpcheck.StageConnect, kind: reading.NoRoute,
		sure: Exact, step: StepRelay, field: "port",
		cause: "A firewall rejected the connection to {port}, or there is no route. This is common where port 25 is blocked.",
		fix:   "{altport}."},
	{id: "port25-timeout", stage: smtpcheck.StageConnect, at: "connect", kind: reading.DialTimeout, when: func(e evidence) bool { return e.port() == 25 },
		sure: Exact, step: StepRelay, field: "port",
		cause: "No answer from port 25. Most hosters and home connections block it for outgoing traffic, and waiting does not change that.",
		fix:   "{altport}. Or ask the hoster to unblock the port."},
	{id: "conn-timeout-587-cloud", stage: smtpcheck.StageConnect, at: "connect", kind: reading.DialTimeout, when: func(e evidence) bool { return e.port() == 587 || e.port() == 465 },
		sure: Likely, step: StepRelay, field: "port",
		cause: "No answer from {port}. Some hosters silently drop outgoing 25, 465 and 587, while the same settings work from elsewhere. Waiting does not help.",
		fix:   "{altport}."},
	{id: "connect-timeout", stage: smtpcheck.StageConnect, at: "connect", kind: reading.DialTimeout,
		sure: Likely, step: StepRelay, field: "port",
		cause: "No answer from the relay's address and port: a firewall drops the connection, or the host is down.",
		fix:   "{altport}."},
	{id: "connect-timeout", stage: smtpcheck.StageConnect, at: "connect", kind: reading.ReadTimeout, when: stageKnown,
		sure: Likely, step: StepRelay, field: "port",
		cause: "No answer from the relay's address and port: a firewall drops the connection, or the host is down.",
		fix:   "{altport}."},
	{id: "handshake-timeout", stage: smtpcheck.StageTLS, at: "starttls tls", kind: reading.ReadTimeout, when: stageKnown,
		sure: Likely, step: StepRelay, field: "tls",
		cause: "The relay went silent in the TLS handshake. With TLS tls on a port that starts in clear text, both sides wait for each other.",
		fix:   "Set TLS to starttls for port 587 or 25, and TLS to tls for port 465."},
	{id: "reply-timeout", at: "ehlo auth mail rcpt data", kind: reading.ReadTimeout, when: stageKnown,
		sure: Likely, step: StepNone, passing: true, waiting: true,
		cause: "The relay did not answer the command in time. It is slow, or it checks the name or address with lookups that hang.",
		fix:   "Wait a minute and try again without changes. If it persists, the relay's log says what it is waiting for."},
	{id: "go-read-timeout-greeting", stage: smtpcheck.StageGreeting, kind: reading.ReadTimeout, when: beforeGreeting,
		sure: Exact, step: StepRelay, field: "tls",
		cause: "The connection was made, but no greeting comes. This is typical of TLS none or starttls on a port that speaks TLS from the first byte: both sides wait.",
		fix:   "On port 465 set TLS tls; on port 587 set TLS starttls. If that is already so, a firewall swallows the greeting.",
	},
	{
		id: "go-read-timeout-greeting", stage: "greeting tls", at: "greeting tls", kind: reading.ReadTimeout, when: stagesKnown,
		sure: Likely, step: StepRelay, field: "tls",
		cause: "The connection was made, and nothing came over it. That is typical of a TLS mode that does not fit the port: both sides wait for each other.",
		fix:   "Set {pairs}. If that is what is set, the relay is slow, or a firewall on the way swallows its words.",
	},
	{
		id: "timeout", kind: reading.ReadTimeout, sure: Likely, step: StepRelay, field: "port", passing: true,
		cause: "No answer came in time, at a stage that this line does not name. The usual causes are a firewall that drops the port and a TLS mode that does not match the port; waiting rarely helps.",
		fix:   "Run `smtp-wizard check`: it names the stage. The usual pairs are 587 with starttls and 465 with tls."},
}

// beforeGreeting reports whether it was the greeting that did not come: as told,
// or by Go's words for a connection that stands and stays silent.
func beforeGreeting(e evidence) bool {
	return len(e.stages) < 2 && (e.Stage == smtpcheck.StageGreeting || says(e.words, "read tcp *i/o timeout|greeting"))
}

// bareLookup reports whether the name looked up has no dot.
func bareLookup(e evidence) bool {
	name := cmp.Or(e.found(lookupOf), e.Host)
	return name != "" && !strings.Contains(strings.Trim(name, "."), ".")
}

var resolverOf = regexp.MustCompile(`lookup \S+ on \[?([0-9A-Fa-f.:]+?)\]?:53\b`)

// publicResolver reports whether the resolver that had no answer is one of the
// internet and not of this network.
func publicResolver(e evidence) bool {
	a, err := netip.ParseAddr(e.found(resolverOf))
	return err == nil && !a.IsPrivate() && !a.IsLoopback() && !a.IsLinkLocalUnicast()
}

var ipv6Of = regexp.MustCompile(`\[?([0-9A-Fa-f]{1,4}:[0-9A-Fa-f:]{3,40})\]?`)

func overIPv6(e evidence) bool {
	for _, m := range ipv6Of.FindAllStringSubmatch(e.raw, 20) {
		if a, err := netip.ParseAddr(strings.TrimRight(m[1], ":")); err == nil && a.Is6() {
			return true
		}
	}
	return false
}
