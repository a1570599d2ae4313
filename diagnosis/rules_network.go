package diagnosis

import (
	"cmp"
	"net/netip"
	"regexp"
	"strings"

	"smtp-wizard/smtpcheck"
)

// certificateRules are about TLS and the relay's certificate.
var certificateRules = []rule{
	{
		id: "openssl-wrong-version", stage: smtpcheck.StageTLS, kind: notTLS, says: "wrong version number|wrong_version_number",
		sure: Exact, step: StepRelay, field: "tls",
		cause: "TLS was spoken to a port that starts in clear text (these are OpenSSL's words for it).",
		fix:   "Set TLS to starttls on port 587 or 25; TLS tls belongs to port 465.",
	},
	{
		id: "go-tls-first-record", stage: smtpcheck.StageTLS, kind: notTLS,
		sure: Exact, step: StepRelay, field: "tls",
		cause: "TLS is set to tls (implicit), but {port} starts in clear text and changes to TLS later.",
		fix:   "Set TLS to starttls for this port (usual on 587), or keep TLS tls and set Port 465.",
	},
	{
		id: "go-tls-version", stage: smtpcheck.StageTLS, kind: tlsVersion, says: "protocol version not supported|unsupported version",
		sure: Exact, step: StepProvider, field: "preset",
		cause: "The relay speaks only TLS 1.0 or 1.1, and Pocket ID needs TLS 1.2 at least.",
		fix:   "Have the relay upgraded to TLS 1.2, or choose another relay.",
	},
	{
		id: "openssl-alert-70", stage: smtpcheck.StageTLS, kind: tlsVersion,
		sure: Exact, step: StepProvider, field: "preset",
		cause: "The two sides share no TLS version (alert 70): one of them offers or demands what the other refuses. TLS 1.2 is the floor of Pocket ID and of the big providers.",
		fix:   "Update the side that is older than TLS 1.2, mostly an old mail server or appliance, or choose another relay.",
	},
	{
		id: "openssl-issuer", stage: smtpcheck.StageTLS, kind: unknownCA, says: "local issuer|unable to verify the first certificate|unable_to_verify_leaf",
		sure: Exact, step: StepRelay, field: "host",
		cause: "The relay does not send its intermediate certificate, or the client's CA roots are out of date.",
		fix:   "Have the relay serve the full chain (fullchain.pem). If other programs take the certificate, update the image that Pocket ID runs in.",
	},
	{
		id: "go-x509-unknown-ca", stage: smtpcheck.StageTLS, kind: unknownCA,
		sure: Exact, step: StepRelay, field: "host",
		cause: "The relay's certificate is self-signed, comes from a private CA, or lacks its intermediate certificate.",
		fix:   "Have the relay serve a full chain of a public CA, or point SSL_CERT_FILE of Pocket ID at a bundle with your CA. Only on a trusted network: SMTP_SKIP_CERT_VERIFY=true.",
	},
	{
		id: "go-x509-ipsan", stage: smtpcheck.StageTLS, kind: ipName,
		sure: Exact, step: StepRelay, field: "host",
		cause: "The host is an IP address, and the relay's certificate is made out to a name.",
		fix:   "Set Host to the name that the certificate carries; it must resolve to this address.",
	},
	{
		id: "go-x509-name", stage: smtpcheck.StageTLS, kind: wrongName,
		sure: Exact, step: StepRelay, field: "host",
		cause: "The host as entered is not a name in the relay's certificate; that is made out to {certnames}. It is an alias, an internal name, or the hoster's general certificate.",
		fix:   "Set Host to {certname}, if that is the relay that you mean.",
	},
	{
		id: "x509-legacy-cn", stage: smtpcheck.StageTLS, kind: legacyCN,
		sure: Exact, step: StepRelay, field: "host",
		cause: "The relay's certificate has only a Common Name; Go programs such as Pocket ID want a subject alternative name.",
		fix:   "Have the certificate reissued with a subject alternative name (SAN), or use a relay that has one.",
	},
	{
		id: "go-x509-expired", stage: smtpcheck.StageTLS, kind: expired,
		sure: Exact, step: StepRelay, field: "host",
		cause: "The relay's certificate has expired, or the clock of this machine is wrong.",
		fix:   "Look at the clock with `date`. If it is right, renew the certificate on the relay and restart its mail service, which may still hold the old one.",
	},
	{
		id: "certificate-refused", stage: smtpcheck.StageTLS, kind: badCert,
		sure: Likely, step: StepRelay, field: "host",
		cause: "The relay's certificate did not pass the check.",
		fix:   "Set Host to the name in the certificate; if it is that already, have the relay serve a valid certificate with its full chain.",
	},
	{
		id: "tls-handshake", stage: smtpcheck.StageTLS, kind: tlsAlert,
		sure: Likely, step: StepRelay, field: "tls",
		cause: "The relay broke off the TLS handshake: it wants another TLS version, cipher or certificate than this machine offers.",
		fix:   "Try the relay's other pair: Port 465 with TLS tls, or Port 587 with TLS starttls. If both fail, its TLS is most likely too old or broken.",
	},
}

// ownRules are what package smtpcheck finds out for itself; there is nothing to
// guess in them.
var ownRules = []rule{
	{
		id: "implicit-tls-port", stage: smtpcheck.StageGreeting, kind: implicitPort, sure: Exact, step: StepRelay, field: "tls",
		cause: "{port} speaks TLS from the first byte, and this conversation began in clear text.",
		fix:   "Set TLS to tls for {port}; starttls belongs to port 587.",
	},
	{
		id: "not-smtp", kind: notSMTP, sure: Exact, step: StepRelay, field: "port",
		cause: "Something answers on {port} of {host}, but it does not speak SMTP: it is another service.",
		fix:   "Set Port 587 with TLS starttls, or Port 465 with TLS tls, and compare the host with the relay's documentation.",
	},
	{
		id: "starttls-not-offered", stage: smtpcheck.StageStartTLS, kind: noSTARTTLS, sure: Exact, step: StepRelay, field: "tls",
		cause: "{host} answered the greeting and does not offer STARTTLS on {port}.",
		fix:   "Set Port 465 and TLS tls if the relay has that port. TLS none is for a relay on this machine or a trusted network only: everything is then sent in clear text.",
	},
	{
		id: "auth-not-offered", stage: smtpcheck.StageAuth, kind: noAUTH, when: inClearText, sure: Exact, step: StepRelay, field: "tls",
		cause: "{host} offers no login on {port} in clear text; most relays offer it only under TLS.",
		fix:   "Set Port 587 and TLS starttls, or Port 465 and TLS tls. If the relay needs no login, leave user and password empty.",
	},
	{
		id: "auth-not-offered", stage: smtpcheck.StageAuth, kind: noAUTH, sure: Exact, step: StepSender, field: "user",
		cause: "{host} offers no login on {port}, although the connection is encrypted.",
		fix:   "Leave user and password empty if this relay trusts your address; else set the relay's submission port, 587 with starttls or 465 with tls.",
	},
	{
		id: "auth-mechanism", stage: smtpcheck.StageAuth, kind: noMechanism, sure: Exact, step: StepProvider, field: "preset",
		cause: "{host} offers neither AUTH PLAIN nor AUTH LOGIN, and Pocket ID knows only these two.",
		fix:   "With TLS none, set TLS to starttls or tls first: many relays offer PLAIN only then. A provider that takes only OAuth2 or CRAM-MD5 cannot be used: choose another.",
	},
	{
		id: "go-plain-unencrypted", stage: smtpcheck.StageAuth, kind: unencrypted, sure: Likely, step: StepRelay, field: "tls",
		cause: "A login is set but no TLS, and {pocketid} sends no login in clear text, except to localhost.",
		fix:   "Set TLS to starttls on port 587 or to tls on port 465. If the relay needs no login, leave user and password empty.",
	},
	{
		id: "starttls-injection", stage: smtpcheck.StageStartTLS, kind: injected, sure: Exact, step: StepRelay, field: "tls",
		cause: "Clear text came after {host} had agreed to STARTTLS. Someone on the way may have put it there, so the connection was given up.",
		fix:   "Set Port 465 and TLS tls, where nothing can be put in. If it happens there too, do not send a password over this network.",
	},
	{
		id: "bad-reply", kind: badReply, sure: Likely, step: StepRelay, field: "port",
		cause: "What answers on {port} of {host} breaks the rules of SMTP, so it is hardly a mail relay, or something on the way alters its words.",
		fix:   "Set Port 587 with TLS starttls, or Port 465 with TLS tls, and compare the host with the relay's documentation.",
	},
}

func inClearText(e evidence) bool { return e.TLS == smtpcheck.TLSNone }

func encrypted(e evidence) bool {
	return e.TLS == smtpcheck.TLSStartTLS || e.TLS == smtpcheck.TLSImplicit
}

// networkRules are about what happens before the relay says a word.
var networkRules = []rule{
	{
		id: "cancelled", kind: cancelled, sure: Exact, step: StepNone, waiting: true, passing: true,
		cause: "The try was stopped before it came to an end.",
		fix:   "Try again as it is; there is nothing to wait for.",
	},
	{
		id: "dns-timeout", stage: smtpcheck.StageDNS, kind: dnsTimeout,
		sure: Exact, step: StepRelay, field: "host", passing: true, waiting: true,
		cause: "The DNS server did not answer when asked for {lookup}: a firewall, a broken resolver, or a container without network. The relay was not reached at all.",
		fix:   "Run `getent hosts {lookupname}` where Pocket ID runs. Repair the resolver or allow port 53 outwards; waiting helps only if the resolver is restarting.",
	},
	{
		id: "dns-windows", stage: smtpcheck.StageDNS, kind: noHost, says: "getaddrinfow",
		sure: Exact, step: StepRelay, field: "host",
		cause: "Windows found no address for {lookup}: the name is wrong, or a firewall kept the program from asking.",
		fix:   "Compare the host letter by letter, and allow the program through the firewall.",
	},
	{
		id: "dns-docker-nohost", stage: smtpcheck.StageDNS, kind: noHost, when: bareLookup,
		sure: Exact, step: StepRelay, field: "host",
		cause: "No address was found for {lookup}, a bare name such as that of a compose service, where it was looked up.",
		fix:   "Put Pocket ID and {lookup} on one Docker network, or enter the relay's full host name.",
	},
	{
		id: "dns-typo", stage: smtpcheck.StageDNS, kind: noHost, when: publicResolver,
		sure: Exact, step: StepRelay, field: "host",
		cause: "{lookup} does not exist in public DNS: most likely it is misspelt, or it is the mail domain instead of the relay's name.",
		fix:   "Correct the host: enter the submission host from the provider's documentation, such as smtp.example.com.",
	},
	{
		id: "go-no-such-host", stage: smtpcheck.StageDNS, kind: noHost,
		sure: Exact, step: StepRelay, field: "host",
		cause: "{lookup} has no address: it is misspelt, has a scheme such as smtp:// before it, or is known only on another network.",
		fix:   "Enter the bare host name, and run `getent hosts {lookupname}` where Pocket ID runs to see whether it resolves there.",
	},
	{
		id: "dns-failed", stage: smtpcheck.StageDNS, kind: dnsFailed,
		sure: Likely, step: StepRelay, field: "host", passing: true, waiting: true,
		cause: "The DNS server answered with a failure when asked for {lookup}.",
		fix:   "Run `getent hosts {lookupname}` where Pocket ID runs. If other names resolve there, wait some minutes: the trouble is at that domain's DNS.",
	},
	{
		id: "conn-refused-127011", stage: smtpcheck.StageConnect, kind: refused, says: "127.0.1.1",
		sure: Exact, step: StepRelay, field: "host",
		cause: "The relay's name resolves to 127.0.1.1, this machine itself: Debian writes the machine's own name so into /etc/hosts.",
		fix:   "Enter a host name that resolves to the relay's real address, or correct the 127.0.1.1 line in /etc/hosts.",
	},
	{
		id: "go-refused", stage: smtpcheck.StageConnect, kind: refused,
		sure: Exact, step: StepRelay, field: "port",
		cause: "Nothing listens on {port} there. In a container, localhost and 127.0.0.1 are the container itself and not the host.",
		fix:   "Correct port or host. For a relay on the Docker host use host.docker.internal with extra_hosts host-gateway; for one in compose its service name.",
	},
	{
		id: "v6-cannot-assign", stage: smtpcheck.StageConnect, kind: noAddress,
		sure: Exact, step: StepRelay, field: "host",
		cause: "The relay was tried over an address family that this machine or container has no address of, mostly IPv6.",
		fix:   "Enable IPv6 for the Docker network, or enter a relay name that has an IPv4 address. In a Postfix in between: inet_protocols = ipv4.",
	},
	{
		id: "exim-v6-unreachable", stage: smtpcheck.StageConnect, kind: noNetwork, when: overIPv6,
		sure: Exact, step: StepRelay, field: "host",
		cause: "The relay was tried over IPv6, and this machine or container has no IPv6 route.",
		fix:   "Enable IPv6 for the Docker network, or enter a relay name that has an IPv4 address.",
	},
	{
		id: "go-net-unreachable", stage: smtpcheck.StageConnect, kind: noNetwork,
		sure: Exact, step: StepRelay, field: "host",
		cause: "This machine or container has no route to the relay's address: no network, or only the other of IPv4 and IPv6.",
		fix:   "Give the Docker network the address family that the relay has (or use host networking), or choose a relay that has yours.",
	},
	{
		id: "conn-no-route", stage: smtpcheck.StageConnect, kind: noRoute,
		sure: Exact, step: StepRelay, field: "port",
		cause: "A firewall on the way turned the connection to {port} back, or there is no route. It is common where port 25 is blocked.",
		fix:   "{altport}.",
	},
	{
		id: "port25-timeout", stage: smtpcheck.StageConnect, at: "connect", kind: dialTimeout, when: func(e evidence) bool { return e.port() == 25 },
		sure: Exact, step: StepRelay, field: "port",
		cause: "No answer from port 25. Most hosters and home lines drop outgoing connections to it, and waiting does not change that.",
		fix:   "{altport}. Or ask the hoster to lift the block.",
	},
	{
		id: "conn-timeout-587-cloud", stage: smtpcheck.StageConnect, at: "connect", kind: dialTimeout, when: func(e evidence) bool { return e.port() == 587 || e.port() == 465 },
		sure: Likely, step: StepRelay, field: "port",
		cause: "No answer from {port}. Some hosters silently drop outgoing 25, 465 and 587, while the same values work from elsewhere. Waiting does not help.",
		fix:   "{altport}.",
	},
	{
		id: "connect-timeout", stage: smtpcheck.StageConnect, at: "connect", kind: dialTimeout,
		sure: Likely, step: StepRelay, field: "port",
		cause: "No answer from the relay's address and port: a firewall drops it on the way, or the host is down.",
		fix:   "{altport}.",
	},
	{
		id: "connect-timeout", stage: smtpcheck.StageConnect, at: "connect", kind: readTimeout, when: stageKnown,
		sure: Likely, step: StepRelay, field: "port",
		cause: "No answer from the relay's address and port: a firewall drops it on the way, or the host is down.",
		fix:   "{altport}.",
	},
	{
		id: "handshake-timeout", stage: smtpcheck.StageTLS, at: "starttls tls", kind: readTimeout, when: stageKnown,
		sure: Likely, step: StepRelay, field: "tls",
		cause: "The relay went silent in the TLS handshake. With TLS tls on a port that starts in clear text both sides wait for each other.",
		fix:   "Set TLS to starttls for port 587 or 25, and TLS to tls for port 465.",
	},
	{
		id: "reply-timeout", at: "ehlo auth mail rcpt data", kind: readTimeout, when: stageKnown,
		sure: Likely, step: StepNone, passing: true, waiting: true,
		cause: "The relay took the command and did not answer in time. It is slow, or checks the name or address by lookups that hang.",
		fix:   "Wait a minute and try again as it is. If it stays, the relay's log says what it waits for.",
	},
	{
		id: "go-read-timeout-greeting", stage: smtpcheck.StageGreeting, kind: readTimeout, when: beforeGreeting,
		sure: Exact, step: StepRelay, field: "tls",
		cause: "The connection stands but no greeting comes. That is typical of a clear-text or starttls mode on a port that speaks TLS from the first byte: both sides wait.",
		fix:   "On port 465 set TLS tls; on port 587 set TLS starttls. If that is so already, a firewall on the way swallows the greeting.",
	},
	{
		id: "timeout", kind: readTimeout, sure: Likely, step: StepRelay, field: "port", passing: true,
		cause: "No answer came in time, at a stage that this line does not name. A port that a firewall drops and a TLS mode that does not fit the port are the usual reasons; waiting seldom helps.",
		fix:   "Run `smtp-wizard check`: it names the stage. The pairs that fit are 587 with starttls and 465 with tls.",
	},
}

// beforeGreeting reports whether it was the greeting that did not come: as told,
// or by Go's words for a connection that stands and stays silent.
func beforeGreeting(e evidence) bool {
	return e.Stage == smtpcheck.StageGreeting || says(e.words, "read tcp *i/o timeout|greeting")
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
