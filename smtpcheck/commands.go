package smtpcheck

import (
	"bytes"
	"errors"
	"slices"
	"strings"
)

// hello announces a name with EHLO and, where the client would, with HELO after a
// failure. A failure of both is reported as that of EHLO.
func (s *session) hello(name string, again bool) (string, *Failure) {
	reply, failure := s.announce("EHLO", name)
	if failure == nil {
		s.result.Offered, s.keywords = reply.Lines[1:], s.wire.words[1:]
		return name, nil
	}
	if !again || !s.plan.fallsBack(failure) {
		return "", failure
	}
	if _, second := s.announce("HELO", name); second != nil {
		return "", failure
	}
	s.result.Offered, s.keywords = nil, nil
	return name + ", with HELO after EHLO failed", nil
}

// fallsBack reports whether the client continues with HELO after this failure of EHLO:
// the connection is still open, and the reply was complete.
func (c Client) fallsBack(f *Failure) bool {
	if c.HELO == HELOAfter500 {
		return f.Err == nil && (f.Reply.Code == 500 || f.Reply.Code == 502)
	}
	return f.Err == nil || errors.Is(f.Err, ErrProtocol) && !errors.Is(f.Err, errUnended)
}

func (s *session) announce(verb, name string) (*Reply, *Failure) {
	if s.plan.Textproto || !s.wire.unsolicited() {
		s.result.Announced = append(s.result.Announced, name)
	}
	return s.ask(verb+" "+name, 250)
}

// ask sends a command and expects one of the codes.
func (s *session) ask(command string, codes ...int) (*Reply, *Failure) {
	reply, err := s.wire.ask(command, command)
	if failure := expect(reply, err, command, codes...); failure != nil {
		return reply, failure
	}
	s.result.last = reply
	return reply, nil
}

// command is ask for a step whose detail is the reply.
func (s *session) command(command string, codes ...int) (string, *Failure) {
	reply, failure := s.ask(command, codes...)
	if failure != nil {
		return "", failure
	}
	return reply.String(), nil
}

// expect returns a failure unless the reply has one of the expected codes. The reply
// is kept even if the connection broke after it.
func expect(reply *Reply, err error, doing string, codes ...int) *Failure {
	if err != nil {
		return &Failure{Doing: doing, Reply: reply, Err: err}
	}
	if slices.Contains(codes, reply.Code) {
		return nil
	}
	failure := &Failure{Doing: doing, Reply: reply}
	if reply.Code < 400 {
		failure.Err = protocolError("an unexpected reply", reply.String())
	}
	return failure
}

// Extension looks up an ESMTP extension that was last offered, such as "SIZE"
// (RFC 1870), and returns its parameters.
func (r *Result) Extension(keyword string) (parameters string, offered bool) {
	for _, line := range r.Offered {
		name, rest, _ := strings.Cut(line, " ")
		if strings.EqualFold(name, keyword) {
			return strings.TrimSpace(rest), true
		}
	}
	return "", false
}

// Mechanisms are the SASL mechanisms last offered, in capitals. "AUTH=" is an
// old spelling that some relays still add.
func (r *Result) Mechanisms() []string { return mechanisms(r.Offered) }

func mechanisms(offered []string) []string {
	var all []string
	for _, line := range offered {
		upper := strings.ToUpper(line)
		rest, ok := strings.CutPrefix(strings.Replace(upper, "AUTH=", "AUTH ", 1), "AUTH ")
		if !ok {
			continue
		}
		for _, mechanism := range strings.Fields(rest) {
			if !slices.Contains(all, mechanism) {
				all = append(all, mechanism)
			}
		}
	}
	return all
}

// mail opens the transaction (RFC 5321 section 4.1.1.2).
func (s *session) mail() (string, *Failure) {
	command := "MAIL FROM:<" + s.plan.From + ">"
	if _, offered := s.offers("8BITMIME"); offered && s.plan.Body8Bit {
		command += " BODY=8BITMIME" // RFC 6152
	}
	if _, offered := s.offers("SMTPUTF8"); offered && s.plan.SMTPUTF8 {
		command += " SMTPUTF8"
	}
	return s.command(command, 250)
}

// rcpt names the recipient (RFC 5321 section 4.1.1.3).
func (s *session) rcpt() (string, *Failure) {
	return s.command("RCPT TO:<"+s.plan.To+">", 250, 251, 252, 253, 254, 255, 256, 257, 258, 259)
}

// data delivers the message. Its detail is the final reply, which often has a queue id.
func (s *session) data() (string, *Failure) {
	if _, failure := s.ask("DATA", 354); failure != nil {
		return "", failure
	}
	s.wire.note(SpeakerNote, "the message, with its final dot")
	s.report(Event{Stage: StageData, State: StageBegan, Detail: "sent; the relay may take a while to answer", Limit: s.plan.Limits.Final})
	s.wire.limit, s.wire.clientLimit = s.plan.Limits.Final, s.plan.Waits.Final
	reply, err := s.wire.deliver(stuffed(s.plan.Message), s.wire.limit)
	s.wire.limit, s.wire.clientLimit = s.plan.Limits.Command, s.plan.Waits.Reply
	if failure := expect(reply, err, "the end of DATA", 250); failure != nil {
		return "", failure
	}
	s.result.last, s.result.Accepted = reply, true
	return reply.String(), nil
}

// stuffed is a message as DATA carries it: CRLF line ends, a dot before each
// leading dot, and the final dot (RFC 5321 section 4.5.2). Bare CR and LF become
// line ends, so that no relay reads another end than we do.
func stuffed(message []byte) []byte {
	message = bytes.ReplaceAll(message, []byte("\r\n"), []byte("\n"))
	message = bytes.ReplaceAll(message, []byte("\r"), []byte("\n"))
	message = bytes.TrimSuffix(message, []byte("\n"))
	var out bytes.Buffer
	out.Grow(len(message) + len(message)/16)
	for _, line := range bytes.Split(message, []byte("\n")) {
		if bytes.HasPrefix(line, []byte(".")) {
			out.WriteByte('.')
		}
		out.Write(line)
		out.WriteString("\r\n")
	}
	out.WriteString(".\r\n")
	return out.Bytes()
}
