package reading

import "strings"

// wordings are how programs put what fails below the protocol, the particular
// before the general. They are those of Go, OpenSSL, GnuTLS, glibc, Node.js,
// Python, PHP, Postfix, Exim and swaks; what only one program says stands in its
// dialect.
var wordings = []struct {
	kind Kind
	says string
}{
	{LoginDown, "sasl: connect to|lost to authentication server|cannot connect to saslauthd|connect to private/auth|no such file * saslauthd"},
	{OwnService, "host/service * not found|lookup error for|transport lookup error|table lookup problem|connect to milter|milter service|connect to private/|policy service|connect to mysql|connect to pgsql|ldap server|connect to smtpd_policy"},
	{DNSTimeout, "lookup *i/o timeout|temporary failure in name resolution|eai_again|getaddrinfo: try again|name resolution timed out|host lookup did not complete"},
	{NoHost, "no such host|(smtp) * is unknown|smtp server not found|server name is incorrect|0x800ccc0d|gethostbyname|host not found|dns resolution|valid name, no data|no data of the requested type|resolving host|server not found|hostname not found|hôte inconnu|nom ou service inconnu|host ist unbekannt|dienst ist nicht bekannt|se desconoce el host|este host não é conhecido|host sconosciuto|хост неизвестен|不知道这样的主机|未知的名称或服务|enotfound|name or service not known|nodename nor servname|could not resolve host|getaddrinfo failed|host or domain name not found|php_network_getaddresses|failed to lookup address|name does not resolve|unknown host|cannot resolve host|temporary dns|nxdomain|no address associated with|no data record of|11004|failed to resolve|unable to resolve|cannot resolve|could not be resolved|dns lookup failed|domain not found in dns"},
	{DNSFailed, "non-recoverable failure in name|dns error|dial tcp: lookup|lookup *server misbehaving|lookup *connection refused|servfail"},
	{Refused, "connection refused|verbindungsaufbau abgelehnt|verbindung verweigert|zielcomputer die verbindung verweigerte|connexion refusée|expressément refusée|conexión rehusada|conexión rechazada|denegó expresamente|conexão recusada|recusou ativamente|connessione rifiutata|rifiuto persistente|в соединении отказано|отверг запрос|积极拒绝|拒绝连接|econnrefused|actively refused|refused the connection|couldn't connect to server"},
	{Forbidden, "connect: permission denied|connect: operation not permitted|socket: permission denied"},
	{NoNetwork, "network is down|network is unreachable|enetunreach"},
	{NoRoute, "host is down|no route to host|ehostunreach|host is unreachable"},
	{NoAddress, "address family not supported|cannot assign requested address|eaddrnotavail"},
	{SHA1, "insecure algorithm sha1|insecure algorithm md5|ca md too weak|signature algorithm sha1"},
	{Serial, "negative serial number"},
	{HugeKey, "rsa key larger than|key too large"},
	{SmallKey, "dh key too small|ee key too small|ca key too small|dh_key_too_small|rsa key too small|weak key|key too small"},
	{KeyUsage, "key_usage_mismatch|key usage mismatch|fatal - unsupported certificate|incompatible key usage|unsuitable certificate purpose|unsupported certificate purpose"},
	{NoNames, "not valid for any names"},
	{IPName, "doesn't contain any ip sans|cannot validate certificate for"},
	{LegacyCN, "relies on legacy common name"},
	{NotYet, "is not yet valid*is before|certificate is not yet valid|cert_not_yet_valid|certificate*not yet activated"},
	{Expired, "certificate has expired|certificate is expired|certificate expired|cert_has_expired|not yet valid|certificate_expired|cert_expired|certexpired|expired_certificate|received certificate has expired|alert number 45|fatal alert 45|alert [45]"},
	{WrongName, "certificate is valid for * not |altname_invalid|hostname/ip does not match|hostname mismatch|does not match the server certificate|doesn't match either of|doesn't match '|does not match target host name|hostname verification failed|peer certificate cn|name does not match|did not match expected cn|not valid for name|hostname doesn't match|doesn't match certificate|does not match certificate|match cert|bad_cert_domain|wrong_principal|target principal name|certnotvalidforname|no alternative certificate subject|does not match the expected|hostname_mismatch|certificate subject name|certificate name does not match|certificate not valid for"},
	{SelfSigned, "self-signed certificate|self signed certificate|self_signed_cert|depth_zero_self_signed|self-signed cert|self_signed|selfsigned|depth_zero"},
	{UnknownCA, "signed by unknown authority|unable to get local issuer|unable_to_verify_leaf|unable to verify the first certificate|unknown ca|issuer is unknown|certificate not trusted|untrusted issuer|unknown certificate authority|unable_to_get_issuer|unable_to_verify|unknown_issuer|unknownissuer|cert_untrusted|untrusted_root|untrustedroot|cert_authority_invalid|not trusted|pkix path|unknown issuer|no trusted|alert number 48|fatal alert 48|alert [48]|fatal alert: unknown_ca"},
	{BadCert, "invalid peer certificate|failed to verify certificate|certificate verify failed|certificate_verify_failed|certificate verification failed|bad certificate|remote certificate is invalid|certificate unknown|alert number 42|alert number 46|failed to parse certificate|could not establish trust|certificate problem|certificate error|certificate verification|cert verify|certificate rejected|cert_rejected|invalid_ca|cert_signature_failure|fingerprint does not match|invalid certificate|fatal alert 42|fatal alert 46|alert [42]|alert [46]"},
	{NotTLS, "first record does not look like a tls handshake|wrong version number|unknown protocol|packet length too long|record overflow|record layer failure|unexpected tls packet|oversized record received|wrong_version_number|unexpected message|ssl23_get_server_hello|unexpected packet format|unsupported or unrecognized ssl message|an unexpected tls packet"},
	{TLSVersion, "selected unsupported protocol version|unsupported protocol version|protocol version not supported|alert protocol version|unsupported protocol|no protocols available|protocol version mismatch|unsupported version|tlsv1 alert protocol|version too low|minimum tls|no supported versions|invalid ssl_version|alert number 70|a packet with illegal or unsupported version|fatal alert 70|tls alert 70|alert: 70|alert [70]|fatal alert: protocol_version"},
	{TLSCipher, "no cipher|no shared cipher|no ciphers|no common cipher|no matching cipher|no supported cipher"},
	{TLSAlert, "handshake failure|tls handshake failed|tls handshake error|ssl handshake failed|could not negotiate|handshake error|handshake failed|handshake_failure|handshakefailure|alert number 40|fatal alert has been received|secure tls connection was established|remote error: tls|fatal alert 40|tls alert 40|alert [40]"},
	{TLSFailed, "ssl_error_syscall|ssl_error_ssl|ssl connection error|tls connection failed"},
	{ReadTimeout, "read tcp *i/o timeout|awaiting response timed out|greeting never received|timed out while *initial server greeting|read timeout|timed out while receiving|timed out while sending|timeout waiting for|read timed out|timeout*trying to read|waiting for server response|waiting for greeting|waiting for response|did not respond in time|no response from server|response timeout|socket timeout|esockettimedout|timed-out|operation has timed out"},
	{DialTimeout, "dial *i/o timeout|nicht richtig reagiert|zeitüberschreitung beim verbindungs|expiration du délai d'attente|tiempo de espera|tempo limite|не получен нужный отклик|время ожидания|没有正确答复|连接超时|connection timed out|timeouterror|connection timeout|etimedout|connect timeout|connect: timeout|connect: operation timed out|operation timed out|timed out while connecting|connection attempt timed out|no response from remote host|connect timed out|deadline has elapsed|failed to respond|timed out connecting"},
	{ReadTimeout, "timeout error occurred|timed out waiting|0x8004210b|0x8004210a|0x800ccc19|i/o timeout|deadline exceeded|timed out"},
	{Closed, "response is 0 length|zero length|protocol is shutdown|closed connection|unexpected eof|connection reset|econnreset|broken pipe|empty response|closed without a reply|connection unexpectedly closed|connection closed unexpectedly|unexpected socket close|socket closed|remote host closed connection|connection closed by|lost connection with|lost connection after|lost connection while|server closed the connection|server dropped connection|got eof|use of closed network connection|connection was closed|unexpectedly disconnected|forcibly closed|closed the connection|connection aborted|connection lost|econnaborted|connectionclosed|socket hang up|premature close|premature eof|connection terminated|connection dropped|peer closed|remote end closed|end of stream|end of file|software caused connection abort|stream closed|hung up|closed by remote|closed by foreign|terminates connection|lost in the middle|server was interrupted|closed gracefully|net_io_connectionclosed|0x800ccc0f|terminated the connection|disconnected unexpectedly"},
	{Canceled, "context canceled"},
}

// KindOfWords reads the kind out of lower-case words. A relay's own reply is no
// network error, whatever its words.
func KindOfWords(words string) Kind {
	if words == "" {
		return ""
	}
	for _, w := range wordings {
		if Says(words, w.says) {
			return w.kind
		}
	}
	if words == "eof" || strings.HasSuffix(words, ": eof") || strings.HasSuffix(words, " eof") || Says(words, `: eof |: eof"|=eof |(eof)|: eof,|=(eof`) || strings.HasSuffix(words, `"eof"`) || strings.HasSuffix(words, "=eof") {
		return Closed
	}
	return ""
}
