package smtpcheck

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"

	"smtp-wizard/internal/text"
	"smtp-wizard/secret"
)

// lastWords is how long to wait for a reply after a failed write.
const lastWords = time.Second

// wire is a connection to a relay, on which every command and reply has a deadline.
type wire struct {
	ctx         context.Context
	raw         *recorder
	conn        net.Conn // raw, or TLS on top of it
	in          *bufio.Reader
	limit       time.Duration // for each reply
	clientLimit time.Duration // what the client allows for it; not positive is as long as it takes
	client      Client
	encrypted   bool
	masker      *secret.Masker // for what the relay says
	words       []string       // the raw texts of the last reply
	log         *transcript
	release     func() bool
}

// newWire takes over conn, which it closes when ctx ends, and with that every wait.
func newWire(ctx context.Context, conn net.Conn, limit time.Duration, log *transcript) *wire {
	raw := &recorder{Conn: conn}
	return &wire{
		ctx: ctx, raw: raw, conn: raw, limit: limit, log: log,
		in:      bufio.NewReaderSize(raw, maxReply),
		masker:  &secret.Masker{},
		release: context.AfterFunc(ctx, func() { _ = conn.Close() }),
	}
}

func (w *wire) close() {
	w.release()
	_ = w.raw.Close()
}

// ask sends a command and returns the reply; shown is the command for the transcript.
// An unsolicited reply counts as the answer if it is a refusal, and otherwise as a
// protocol error, except for clients on textproto.
func (w *wire) ask(command, shown string) (*Reply, error) {
	if w.unsolicited() && !w.client.Textproto {
		reply, err := w.reply(min(w.limit, lastWords))
		if err == nil && reply.Code < 400 {
			err = protocolError("an unsolicited reply", reply.String())
			reply = nil
		}
		return reply, err
	}
	w.note(SpeakerClient, shown)
	return w.deliver([]byte(command+"\r\n"), w.limit)
}

// deliver writes data and reads the reply, even if the write failed: the relay's last
// reply before it hung up may still be there to read.
func (w *wire) deliver(data []byte, limit time.Duration) (*Reply, error) {
	_ = w.raw.SetWriteDeadline(time.Now().Add(limit))
	_, sendErr := w.conn.Write(data)
	if sendErr != nil {
		limit = min(limit, lastWords)
	}
	reply, err := w.reply(limit)
	if sendErr != nil && (reply == nil || reply.Code < 400) {
		return nil, w.explain(sendErr, w.limit)
	}
	return reply, err
}

// unsolicited reports whether the relay spoke out of turn.
func (w *wire) unsolicited() bool { return w.in.Buffered() > 0 }

// reply reads one reply within limit and logs it. A reply later than the client would
// have waited for is returned with an error.
func (w *wire) reply(limit time.Duration) (*Reply, error) {
	began := time.Now()
	_ = w.raw.SetReadDeadline(began.Add(limit))
	reply, words, err := readReply(w.in, w.client, w.show)
	w.words = words
	if reply != nil {
		w.maskReply(reply)
		w.noteReply(reply)
	}
	// If our own limit ran out, the client takes an incomplete line as complete.
	if took := time.Since(began); err == nil && w.clientLimit > 0 && took > w.clientLimit && took < limit {
		err = &kindError{ErrTimeout, fmt.Sprintf("the relay is slow: it answered after %s, and this client gives up after %s",
			Seconds(took.Round(100*time.Millisecond)), Seconds(w.clientLimit)), errSlow}
	}
	return reply, w.explain(err, limit)
}

// show makes the relay's text safe to show.
func (w *wire) show(said string) string { return w.masker.Mask(text.CleanForeign(said)) }

// maskReply masks credentials in a reply, even if split across lines. A challenge, which
// is base64 and may contain anything, is masked entirely; authenticate uses w.words.
func (w *wire) maskReply(reply *Reply) {
	if reply.Code == 334 {
		reply.Lines = []string{secret.Mask}
		return
	}
	reply.Lines = w.masker.MaskAll(reply.Lines)
}

func (w *wire) note(from Speaker, text string) { w.log.add(from, w.encrypted, text) }

func (w *wire) noteReply(reply *Reply) {
	for i, line := range reply.Lines {
		separator := "-"
		if i == len(reply.Lines)-1 {
			separator = " "
		}
		w.note(SpeakerServer, strings.TrimSpace(Reply{Code: reply.Code}.String()+separator+line))
	}
}

// explain turns a network error into one that says what happened.
func (w *wire) explain(err error, limit time.Duration) error {
	var network net.Error
	switch {
	case err == nil:
		return nil
	case w.ctx.Err() != nil:
		return context.Cause(w.ctx)
	case errors.Is(err, ErrTooLong), errors.Is(err, ErrProtocol), errors.Is(err, ErrTimeout):
		return err
	case errors.As(err, &network) && network.Timeout():
		return timedOut(limit, err)
	case hungUp(err), errors.Is(err, net.ErrClosed), errors.Is(err, syscall.ECONNABORTED):
		return &kindError{ErrClosed, ErrClosed.Error(), err}
	}
	return &kindError{ErrProtocol, "the connection broke: " + w.show(err.Error()), err}
}

// handshake switches to TLS and discards clear text that was read ahead.
func (w *wire) handshake(config *tls.Config) error {
	w.raw.first = nil
	conn := tls.Client(w.raw, config)
	_ = w.raw.SetDeadline(time.Now().Add(w.limit))
	if err := conn.HandshakeContext(w.ctx); err != nil {
		return err
	}
	w.conn, w.encrypted = conn, true
	w.in = bufio.NewReaderSize(conn, maxReply)
	return nil
}

// recorder keeps the first bytes received, to recognize the protocol.
type recorder struct {
	net.Conn
	first []byte
}

const recorded = 256

func (r *recorder) Read(p []byte) (int, error) {
	n, err := r.Conn.Read(p)
	if room := recorded - len(r.first); room > 0 {
		r.first = append(r.first, p[:min(n, room)]...)
	}
	return n, err
}
