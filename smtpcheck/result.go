package smtpcheck

import (
	"crypto/tls"
	"time"
)

// Event is one piece of news from a conversation that is under way.
type Event struct {
	Stage   Stage
	State   EventState
	Detail  string        // what was found or said, safe to show, one line
	Elapsed time.Duration // the stage's, when it ended
}

// EventState tells the beginning of a stage from its two ends.
type EventState int

const (
	StageBegan EventState = iota
	StagePassed
	StageFailed
)

// StageResult is the outcome of one stage that was reached. With STARTTLS,
// StageEHLO is there twice: before StageStartTLS and after StageTLS.
type StageResult struct {
	Stage   Stage
	OK      bool
	Elapsed time.Duration
	Detail  string
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
	Failure    *Failure // nil: everything asked for was done

	last *Reply // the reply that ended the last stage that passed
}
