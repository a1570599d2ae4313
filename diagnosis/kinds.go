package diagnosis

import "smtp-wizard/diagnosis/reading"

type kind = reading.Kind

const (
	noHost      = reading.NoHost
	dnsTimeout  = reading.DNSTimeout
	dnsFailed   = reading.DNSFailed
	refused     = reading.Refused
	noNetwork   = reading.NoNetwork
	noRoute     = reading.NoRoute
	noAddress   = reading.NoAddress
	dialTimeout = reading.DialTimeout
	readTimeout = reading.ReadTimeout
	closed      = reading.Closed
	notTLS      = reading.NotTLS
	unknownCA   = reading.UnknownCA
	wrongName   = reading.WrongName
	ipName      = reading.IPName
	expired     = reading.Expired
	legacyCN    = reading.LegacyCN
	badCert     = reading.BadCert
	tlsVersion  = reading.TLSVersion
	tlsAlert    = reading.TLSAlert
	cancelled   = reading.Canceled

	implicitPort = reading.ImplicitPort
	notSMTP      = reading.NotSMTP
	noSTARTTLS   = reading.NoSTARTTLS
	noAUTH       = reading.NoAUTH
	noMechanism  = reading.NoMechanism
	unencrypted  = reading.Unencrypted
	injected     = reading.Injected
	badReply     = reading.BadReply
	badValue     = reading.BadValue
)
