package smtpcheck

import "strings"

// hello announces a name with EHLO and, where the plan says so, with HELO after
// a 5yz refusal. A refusal of both is reported as that of EHLO.
func (s *session) hello(name string) (string, *Failure) {
	reply, failure := s.announce("EHLO", name)
	if failure == nil {
		s.result.Offered = reply.Lines[1:]
		return name, nil
	}
	if failure.Err != nil || !reply.Permanent() || !s.plan.HELOFallback {
		return "", failure
	}
	if _, second := s.announce("HELO", name); second != nil {
		return "", failure
	}
	s.result.Offered = nil
	return name + ", with HELO after EHLO was refused", nil
}

func (s *session) announce(verb, name string) (*Reply, *Failure) {
	if !s.wire.unasked() {
		s.result.Announced = append(s.result.Announced, name)
	}
	command := verb + " " + name
	return s.ask(command, command, command, 250)
}

// ask sends a command and expects one of the codes. doing names it in a failure.
func (s *session) ask(command, shown, doing string, codes ...int) (*Reply, *Failure) {
	reply, err := s.wire.ask(command, shown)
	if failure := judge(reply, err, doing, codes...); failure != nil {
		return reply, failure
	}
	s.result.last = reply
	return reply, nil
}

// judge turns an answer into a failure unless it is one of the codes expected. A
// refusal stands also when the connection broke after it.
func judge(reply *Reply, err error, doing string, codes ...int) *Failure {
	if err != nil {
		return &Failure{Doing: doing, Reply: reply, Err: err}
	}
	for _, code := range codes {
		if reply.Code == code {
			return nil
		}
	}
	failure := &Failure{Doing: doing, Reply: reply}
	if reply.Code < 400 {
		failure.Err = protocolError("a reply that does not fit", reply.String())
	}
	return failure
}

// Extension looks an ESMTP extension up in what was last offered, such as "SIZE"
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
func (r *Result) Mechanisms() []string {
	var all []string
	seen := map[string]bool{}
	for _, line := range r.Offered {
		upper := strings.ToUpper(line)
		rest, ok := strings.CutPrefix(strings.Replace(upper, "AUTH=", "AUTH ", 1), "AUTH ")
		if !ok {
			continue
		}
		for _, mechanism := range strings.Fields(rest) {
			if !seen[mechanism] {
				seen[mechanism] = true
				all = append(all, mechanism)
			}
		}
	}
	return all
}
