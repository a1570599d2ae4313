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

// lastWords is how long to listen to a relay that no longer takes what we write.
const lastWords = time.Second

// wire is one connection to a relay: lines out, replies in, each within a limit.
type wire struct {
	ctx       context.Context
	raw       *recorder
	conn      net.Conn // raw, or TLS on top of it
	in        *bufio.Reader
	limit     time.Duration // for each reply
	gives     time.Duration // what the client allows for it; not positive is as long as it takes
	client    Client
	encrypted bool
	masker    *secret.Masker // takes credentials out of what a relay echoes
	words     []string       // the texts of the last reply, as they came
	log       *transcript
	release   func() bool
}

// newWire takes over conn. It is closed when ctx ends, which ends every wait.
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

// ask sends a command and returns the reply. shown is the command as it may be
// seen. To most, what the relay said unsolicited is its answer when it is a refusal,
// and a violation of the protocol otherwise.
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

// deliver writes and waits for the reply, also when writing failed: what the
// relay said before it hung up may be waiting to be read.
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

// unsolicited reports whether the relay said something before we spoke.
func (w *wire) unsolicited() bool { return w.in.Buffered() > 0 }

// reply reads one reply within limit and notes it. A reply for which the client
// would not have waited is returned with an error that says so.
func (w *wire) reply(limit time.Duration) (*Reply, error) {
	began := time.Now()
	_ = w.raw.SetReadDeadline(began.Add(limit))
	reply, words, err := readReply(w.in, w.client, w.show)
	w.words = words
	w.maskReply(reply)
	w.noteReply(reply)
	// Where our own time ran out, the client takes a line that was begun for a whole one.
	if took := time.Since(began); err == nil && w.gives > 0 && took > w.gives && took < limit {
		err = &kindError{ErrTimeout, fmt.Sprintf("the relay is slow: it answered after %s, and this client gives up after %s",
			Seconds(took.Round(100*time.Millisecond)), Seconds(w.gives)), nil}
	}
	return reply, w.explain(err, limit)
}

// show makes what came from the other side fit to be seen.
func (w *wire) show(said string) string { return w.masker.Mask(text.CleanForeign(said)) }

// maskReply takes credentials out of a reply, also where they run over its lines.
// A challenge is base64 that nobody reads and that may hold anything, so none is
// shown; the one who answers it finds it in w.words.
func (w *wire) maskReply(reply *Reply) {
	if reply == nil {
		return
	}
	if reply.Code == 334 {
		reply.Lines = []string{secret.Mask}
		return
	}
	reply.Lines = w.masker.MaskAll(reply.Lines)
}

func (w *wire) note(from Speaker, text string) { w.log.add(from, w.encrypted, text) }

func (w *wire) noteReply(reply *Reply) {
	if reply == nil {
		return
	}
	for i, line := range reply.Lines {
		separator := "-"
		if i == len(reply.Lines)-1 {
			separator = " "
		}
		w.note(SpeakerServer, strings.TrimSpace(Reply{Code: reply.Code}.String()+separator+line))
	}
}

// explain turns an error of the network into one that says what happened.
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

// handshake puts TLS on the connection. Whatever was read in clear text before
// is left behind.
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

// recorder keeps the first bytes that arrived, to tell which protocol they are.
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
