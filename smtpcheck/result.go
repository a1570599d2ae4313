package smtpcheck

import (
	"crypto/tls"
	"time"
)

// Stage is one step of a conversation with a relay.
type Stage string

// The stages in order. With implicit TLS, StageTLS comes before StageGreeting and
// there is no StageStartTLS.
const (
	StageSettings Stage = "settings" // nothing was sent
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
	StageQuit     Stage = "quit" // only with QuitRequired
)

// Stages lists every stage in order.
var Stages = []Stage{
	StageSettings, StageDNS, StageConnect, StageGreeting, StageEHLO, StageStartTLS,
	StageTLS, StageAuth, StageMail, StageRcpt, StageData, StageQuit,
}

// TLSMode is how a connection is protected. The values are those of Pocket
// ID's SMTP_TLS.
type TLSMode string

const (
	// TLSNone stays in clear text, even if the relay offers STARTTLS.
	TLSNone TLSMode = "none"
	// TLSStartTLS upgrades with STARTTLS (RFC 3207) and fails without it.
	TLSStartTLS TLSMode = "starttls"
	// TLSImplicit speaks TLS from the first byte (RFC 8314 section 3.3).
	TLSImplicit TLSMode = "tls"
)

// TLSModes lists all modes, the most common first.
var TLSModes = []TLSMode{TLSStartTLS, TLSImplicit, TLSNone}

// Event reports the progress of a conversation.
type Event struct {
	Stage   Stage
	State   EventState
	Detail  string        // one line, safe to show
	Elapsed time.Duration // of the stage, once it has ended
	Limit   time.Duration // for each reply, when the stage begins; 0 if unknown
}

// EventState says how far a stage is.
type EventState int

const (
	StageBegan EventState = iota
	StagePassed
	StageFailed
)

// StageResult is the result of one stage. With STARTTLS, StageEHLO occurs twice:
// before StageStartTLS and after StageTLS.
type StageResult struct {
	Stage   Stage
	OK      bool
	Elapsed time.Duration
	Detail  string

	reply *Reply // the last one, if the stage passed
}

// Failure is why a conversation ended early. It implements error.
type Failure struct {
	Stage Stage
	// Doing is the command in progress, with credentials masked, such as
	// "EHLO localhost"; "" if there was none.
	Doing string
	// Reply is the relay's last reply, even if it hung up right after it, or nil.
	Reply *Reply
	// Err is a network, TLS or protocol error; nil if the reply is the only cause.
	Err error
}

// Line is one line of a transcript, safe to show, with credentials masked.
type Line struct {
	From      Speaker
	Encrypted bool
	Text      string
}

// Speaker is who said a line.
type Speaker byte

const (
	SpeakerClient Speaker = 'C'
	SpeakerServer Speaker = 'S'
	SpeakerNote   Speaker = '*' // an event on the connection, such as a TLS handshake
)

// Result is the result of a conversation.
type Result struct {
	Stages     []StageResult
	Announced  []string // the EHLO (or HELO) names that were sent, in order
	Mechanism  string   // the SASL mechanism that was accepted, or ""
	Offered    []string // the extensions of the last EHLO reply
	Address    string   // the host's address that was used
	TLS        *tls.ConnectionState
	Transcript []Line
	// Accepted: the relay accepted the message, even if the client then reports an error.
	Accepted bool
	Failure  *Failure // nil on success

	last *Reply // the reply that ended the last stage that passed
}

// String is the line with its speaker: "S: 220 ready", "C: EHLO localhost".
func (l Line) String() string { return string(rune(l.From)) + ": " + l.Text }

// Bounds of a transcript; a normal conversation needs about 40 lines.
const (
	maxTranscriptLines = 400
	maxTranscriptBytes = 128 << 10
)

// transcript collects lines that are safe to show.
type transcript struct {
	lines []Line
	bytes int
}

func (t *transcript) add(from Speaker, encrypted bool, text string) {
	full := len(t.lines) > maxTranscriptLines || t.bytes > maxTranscriptBytes
	t.bytes += len(text)
	switch {
	case full:
	case len(t.lines) == maxTranscriptLines || t.bytes > maxTranscriptBytes:
		t.lines = append(t.lines, Line{From: SpeakerNote, Text: "the rest is left out"})
	default:
		t.lines = append(t.lines, Line{From: from, Encrypted: encrypted, Text: text})
	}
}
