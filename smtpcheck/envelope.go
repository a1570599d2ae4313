package smtpcheck

import "bytes"

// mail opens the transaction (RFC 5321 section 4.1.1.2).
func (s *session) mail() (string, *Failure) {
	command := "MAIL FROM:<" + s.plan.From + ">"
	if _, offered := s.result.Extension("8BITMIME"); offered && s.plan.Body8Bit {
		command += " BODY=8BITMIME" // RFC 6152
	}
	reply, failure := s.ask(command, command, command, 250)
	if failure != nil {
		return "", failure
	}
	s.inMail = true
	return reply.String(), nil
}

// rcpt names the recipient (RFC 5321 section 4.1.1.3).
func (s *session) rcpt() (string, *Failure) {
	command := "RCPT TO:<" + s.plan.To + ">"
	reply, failure := s.ask(command, command, command, 250, 251, 252)
	if failure != nil {
		return "", failure
	}
	return reply.String(), nil
}

// data hands the message over. Its detail is the relay's last word, which often
// names the queue's id.
func (s *session) data() (string, *Failure) {
	if _, failure := s.ask("DATA", "DATA", "DATA", 354); failure != nil {
		return "", failure
	}
	s.wire.note(SpeakerNote, "the message, with its final dot")
	reply, err := s.wire.deliver(stuffed(s.plan.Message), s.wire.limit)
	s.inMail = false
	if failure := judge(reply, err, "the end of DATA", 250); failure != nil {
		return "", failure
	}
	s.result.last = reply
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
