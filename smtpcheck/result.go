package smtpcheck

import (
	"crypto/tls"
	"time"
)

// Stage is one step of a conversation with a relay, in the order in which a
// client goes through them.
type Stage string

// The stages. With implicit TLS, StageTLS comes before StageGreeting and
// StageStartTLS does not occur.
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
	StageQuit     Stage = "quit" // only for a client that minds it
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
	// TLSNone stays in clear text, also when the relay offers STARTTLS.
	TLSNone TLSMode = "none"
	// TLSStartTLS upgrades with STARTTLS (RFC 3207) and fails without it.
	TLSStartTLS TLSMode = "starttls"
	// TLSImplicit speaks TLS from the first byte (RFC 8314 section 3.3).
	TLSImplicit TLSMode = "tls"
)

// TLSModes are all of them, the usual one first.
var TLSModes = []TLSMode{TLSStartTLS, TLSImplicit, TLSNone}

// Event is one piece of news from a conversation that is under way.
type Event struct {
	Stage   Stage
	State   EventState
	Detail  string        // what was found or said, safe to show, one line
	Elapsed time.Duration // the stage's, when it ended
	Limit   time.Duration // how long it waits for each answer, when it begins; 0 is not known
}

// EventState tells the beginning of a stage from its two ends.
type EventState int

const (
	StageBegan EventState = iota
	StagePassed
	StageFailed
)

// StageResult is how one stage ended that was reached. With STARTTLS,
// StageEHLO is there twice: before StageStartTLS and after StageTLS.
type StageResult struct {
	Stage   Stage
	OK      bool
	Elapsed time.Duration
	Detail  string

	reply *Reply // the last one of a stage that passed
}

// Failure is why a conversation ended early. It implements error.
type Failure struct {
	Stage Stage
	// Doing is the command that was under way, credentials masked, such as
	// "EHLO localhost"; "" where there is none.
	Doing string
	// Reply is the relay's last word, also when it hung up right after it; nil
	// when it said nothing.
	Reply *Reply
	// Err is the cause below the protocol: a network, TLS or protocol error; nil
	// when the relay's reply is all there is.
	Err error
}

// Line is one line of a transcript, safe to show; credentials are masked.
type Line struct {
	From      Speaker
	Encrypted bool
	Text      string
}

// Speaker tells who said a line.
type Speaker byte

const (
	SpeakerClient Speaker = 'C'
	SpeakerServer Speaker = 'S'
	SpeakerNote   Speaker = '*' // what happened on the connection, such as a TLS handshake
)

// Result is a whole conversation.
type Result struct {
	Stages     []StageResult
	Announced  []string // the EHLO (or HELO) names that went over the wire, in order
	Mechanism  string   // the SASL mechanism that was accepted, or ""
	Offered    []string // the extensions of the last EHLO reply
	Address    string   // the one of the host's addresses that was used
	TLS        *tls.ConnectionState
	Transcript []Line
	// Taken: the relay took the message, even if the client reports an error after it.
	Taken   bool
	Failure *Failure // nil: everything asked for was done

	last *Reply // the reply that ended the last stage that passed
}

// String is the line with its speaker: "S: 220 ready", "C: EHLO localhost".
func (l Line) String() string { return string(rune(l.From)) + ": " + l.Text }

// Bounds of a transcript; a conversation in good order needs about 40 lines.
const (
	maxTranscriptLines = 400
	maxTranscriptBytes = 128 << 10
)

// transcript collects lines that are already safe to show.
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
