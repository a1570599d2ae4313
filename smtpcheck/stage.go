package smtpcheck

// Stage is one step of a conversation with a relay, in the order in which a
// client goes through them.
type Stage string

// The stages. With implicit TLS, StageTLS comes before StageGreeting and
// StageStartTLS does not occur.
const (
	StageDNS      Stage = "dns"
	StageConnect  Stage = "connect"
	StageGreeting Stage = "greeting"
	StageEHLO     Stage = "ehlo"
	StageStartTLS Stage = "starttls"
	StageTLS      Stage = "tls"
	StageAuth     Stage = "auth"
	StageMail     Stage = "mail"
	StageRcpt     Stage = "rcpt"
	StageData     Stage = "data"
)

// Stages lists every stage in order.
var Stages = []Stage{
	StageDNS, StageConnect, StageGreeting, StageEHLO, StageStartTLS,
	StageTLS, StageAuth, StageMail, StageRcpt, StageData,
}

// TLSMode is how a connection is protected. The values are those of Pocket
// ID's SMTP_TLS.
type TLSMode string

const (
	// TLSNone stays in clear text, also when the relay offers STARTTLS.
	TLSNone TLSMode = "none"
	// TLSStartTLS upgrades with STARTTLS (RFC 3207) and fails without it.
	TLSStartTLS TLSMode = "starttls"
	// TLSImplicit speaks TLS from the first byte (RFC 8314 section 3.3).
	TLSImplicit TLSMode = "tls"
)
