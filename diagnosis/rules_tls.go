package diagnosis

import "smtp-wizard/diagnosis/reading"

const (
	freshCertificate = "Have the relay's certificate replaced by one of a public authority (Let's Encrypt will do), or choose another relay."
	stopgap          = " As a stopgap only, on the container of Pocket ID: "
)

// verifierRules are the reasons for which a certificate is refused, one by one.
var verifierRules = []rule{
	{
		id: "tls-intercepted", stage: "tls starttls", says: "avast|avg technologies|kaspersky|eset ssl|bitdefender|fortinet|fortigate|zscaler|sophos|mcafee|netskope|norton|g data|umbrella|palo alto|untangle|mail shield|web shield|antivirus|captive|firewall ca",
		when: isCertificate, sure: Likely, step: StepRelay, field: "host",
		cause: "The certificate is not the relay's: its issuer is a virus scanner, firewall or proxy that opens mail connections on their way.",
		fix:   "Take this machine's mail connections out of that product's TLS inspection, or have Pocket ID trust its CA (SSL_CERT_FILE).",
	},
	{
		id: "x509-sha1", stage: "tls starttls", kind: reading.SHA1, sure: Exact, step: StepRelay, field: "host",
		cause: "The relay's certificate chain is signed with SHA-1 or MD5, which no current program trusts.",
		fix:   freshCertificate + " No setting helps: Go's x509sha1 is gone since Go 1.24.",
	},
	{
		id: "x509-negative-serial", stage: "tls starttls", kind: reading.Serial, sure: Exact, step: StepRelay, field: "host",
		cause: "A certificate of the relay has a negative serial number, which Go refuses to read since 1.23.",
		fix:   freshCertificate + stopgap + "GODEBUG=x509negativeserial=1 (Go 1.23 and later).",
	},
	{
		id: "tls-huge-key", stage: "tls starttls", kind: reading.HugeKey, sure: Exact, step: StepRelay, field: "host",
		cause: "A certificate of the relay has an RSA key of more than 8192 bits, which Go refuses to check.",
		fix:   "Have the relay's certificate replaced by one with a key of 2048 to 4096 bits." + stopgap + "GODEBUG=tlsmaxrsasize=16384 (Go 1.21 and later).",
	},
	{
		id: "tls-small-key", stage: "tls starttls", kind: reading.SmallKey, sure: Exact, step: StepRelay, field: "host",
		cause: "A key or Diffie-Hellman group of the relay is too small for what programs take today.",
		fix:   "Have the relay use keys of 2048 bits or more, or choose another relay.",
	},
	{
		id: "x509-key-usage", stage: "tls starttls", kind: reading.KeyUsage, sure: Exact, step: StepRelay, field: "host",
		cause: "The relay shows a certificate that is not made for servers: its extended key usage names clients or something else only.",
		fix:   "Have the relay's certificate reissued for server authentication (serverAuth), or choose another relay.",
	},
	{
		id: "x509-no-names", stage: "tls starttls", kind: reading.NoNames, sure: Exact, step: StepRelay, field: "host",
		cause: "The relay's certificate carries no name at all that a client could compare with the host.",
		fix:   "Have the certificate reissued with a subject alternative name (SAN), or use a relay that has one.",
	},
	{
		id: "x509-not-yet-valid", stage: "tls starttls", kind: reading.NotYet, sure: Exact, step: StepRelay, field: "host",
		cause: "The relay's certificate is not valid yet{certdate}: most often the clock of this machine is behind.",
		fix:   "Look at the clock with `date` and set it. If it is right, the relay has a certificate with a date in the future.",
	},
	{
		id: "x509-revocation", stage: "tls starttls", kind: reading.Revocation, sure: Likely, step: StepRelay, field: "host",
		cause: "The program could not ask whether the certificate is revoked: the issuer's list (CRL) or OCSP service was not reached.",
		fix:   "Allow this machine outgoing HTTP (port 80) to the certificate's issuer, or switch the check for revocation off in that program. Pocket ID itself does not ask.",
	},
	{
		id: "tls-no-roots", stage: "tls starttls", kind: reading.NoRoots, sure: Exact, step: StepInstall, field: "env_file",
		cause: "The program is to check the relay's certificate and has no CA certificates to check it with.",
		fix:   "Install the package ca-certificates where the program runs, or point it at a bundle (SSL_CERT_FILE for Pocket ID).",
	},
	{
		id: "go-x509-unknown-ca", stage: "tls starttls", kind: reading.SelfSigned, sure: Likely, step: StepRelay, field: "host",
		cause: "The certificate is self-signed: nobody but the server itself vouches for it. From a public provider that means that something on the way answers in its place.",
		fix:   "Have the relay serve a certificate of a public CA, or point SSL_CERT_FILE of Pocket ID at a bundle with this one. Only on a trusted network: SMTP_SKIP_CERT_VERIFY=true.",
	},
	{
		id: "tls-rsa-exchange", stage: "tls starttls", kind: reading.RSAExchange, sure: Exact, step: StepRelay, field: "host",
		cause: "The relay has only ciphers with RSA key exchange, which Go programs such as Pocket ID have not offered since Go 1.22.",
		fix:   "Have the relay offer ECDHE ciphers, choose another relay, or put one in between." + stopgap + "GODEBUG=tlsrsakex=1 (Go 1.22 and later).",
	},
	{
		id: "tls-cipher", stage: "tls starttls", kind: reading.TLSCipher, sure: Likely, step: StepRelay, field: "host",
		cause: "The two sides share no cipher: one of them knows only old ones (RSA key exchange, TLS 1.0) that the other has switched off.",
		fix:   "Update the older side, or choose another relay." + stopgap + "GODEBUG=tlsrsakex=1 brings RSA key exchange back (Go 1.22 and later).",
	},
	{
		id: "tls-version-old-client", stage: "tls starttls", kind: reading.TLSVersion, says: "statem_srvr|accept|client_hello|from unknown[|ssl_accept|post_process_client_hello|process_client_hello", sure: Likely, step: StepRelay, field: "host",
		cause: "This is the server's side: a client came with a TLS version that the server no longer takes.",
		fix:   "Update that client, or let it send through a relay on your own network that takes older TLS. Nothing is wrong with the server.",
	},
	{
		id: "go-tls-version", stage: "tls starttls", kind: reading.TLSVersion, says: "selected unsupported protocol version",
		sure: Exact, step: StepProvider, field: "preset",
		cause: "The relay speaks only TLS 1.0 or 1.1, and Pocket ID needs TLS 1.2 at least.",
		fix:   "Have the relay upgraded to TLS 1.2, choose another relay, or put one in between. No setting brings TLS 1.0 back to Pocket ID.",
	},
	{
		id: "tls-failed", stage: "tls starttls", kind: reading.TLSFailed, sure: Likely, step: StepRelay, field: "tls",
		cause: "The TLS handshake failed, and the program names several reasons: the certificate, the TLS version, or a port that does not begin with TLS.",
		fix:   "Use TLS starttls with port 587 and TLS tls with port 465. If that is so already, `smtp-wizard probe HOST` shows certificate and versions.",
	},
	{
		id: "connect-forbidden", stage: "connect", kind: reading.Forbidden, sure: Likely, step: StepRelay, field: "port",
		cause: "This machine itself forbids the program the connection: SELinux, AppArmor, a sandbox or a local firewall.",
		fix:   "Allow it there (SELinux: setsebool -P httpd_can_sendmail 1 and httpd_can_network_connect 1; else the firewall's rule for outgoing mail).",
	},
}

func isCertificate(e evidence) bool {
	switch e.kind {
	case reading.UnknownCA, reading.SelfSigned, reading.BadCert, reading.WrongName:
		return true
	}
	return false
}
