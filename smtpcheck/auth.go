package smtpcheck

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/emersion/go-sasl"

	"smtp-wizard/internal/text"
)

// login authenticates in the plan's AuthStyle (RFC 4954).
func (s *session) login() (string, *Failure) {
	if s.plan.PlainNeedsTLS && !s.wire.encrypted && !isLocalhost(s.plan.Host) {
		return "", &Failure{Err: &kindError{ErrUnencrypted, "the login was held back: the connection is not encrypted", nil}}
	}
	mechanism, err := s.mechanism()
	if err != nil {
		return "", &Failure{Err: err}
	}
	reply, err := s.plan.Gate.login(s.ctx, func() (*Reply, error) {
		reply, err := s.authenticate(mechanism)
		if err == nil && reply.Code == 504 && s.plan.Auth == AuthPlainThenLogin {
			mechanism = sasl.Login
			reply, err = s.authenticate(mechanism)
		}
		return reply, err
	})
	if failure := expect(reply, err, "AUTH "+mechanism, 235); failure != nil {
		return "", failure
	}
	s.result.Mechanism, s.result.last = mechanism, reply
	return mechanism + ", " + reply.String(), nil
}

// mechanism chooses what to try first.
func (s *session) mechanism() (string, error) {
	if s.plan.Auth != AuthOffered {
		return sasl.Plain, nil
	}
	offered := s.usable()
	for _, mechanism := range []string{sasl.Plain, sasl.Login} {
		if slices.Contains(offered, mechanism) {
			return mechanism, nil
		}
	}
	if len(offered) > 0 {
		return "", &NotOfferedError{"AUTH PLAIN or LOGIN", offered, ErrMechanism}
	}
	return "", &NotOfferedError{"AUTH", s.result.Offered, ErrNotOffered}
}

// isLocalhost is net/smtp's definition.
func isLocalhost(host string) bool {
	return host == "localhost" || host == "127.0.0.1" || host == "::1"
}

// maxRounds limits the challenges answered in one login; a real client may have no limit.
const maxRounds = 3

// authenticate runs one mechanism and returns the final reply.
func (s *session) authenticate(mechanism string) (*Reply, error) {
	client := s.saslClient(mechanism)
	_, initial, _ := client.Start()
	command, shown := "AUTH "+mechanism, "AUTH "+mechanism
	if initial != nil {
		command, shown = command+" "+cmp.Or(base64.StdEncoding.EncodeToString(initial), "="), shown+" ***" // RFC 4954 section 4
	}
	reply, err := s.wire.ask(command, shown)
	for rounds := 0; err == nil && reply.Code == 334; rounds++ {
		said := strings.Join(s.wire.words, "\n") // base64 decoding ignores line ends
		if !s.plan.Textproto {
			said = strings.TrimSpace(said)
		}
		challenge, bad := base64.StdEncoding.DecodeString(said)
		response, unexpected := client.Next(challenge)
		if bad != nil || unexpected != nil || rounds > maxRounds {
			asked := text.Shorten(s.wire.show(string(challenge)), 60)
			s.abort(AbortStar) // gives up in order (RFC 4954 section 4)
			return nil, protocolError("an AUTH challenge that this client does not answer", asked)
		}
		reply, err = s.wire.ask(base64.StdEncoding.EncodeToString(response), "***")
	}
	if err == nil && reply.Code != 235 {
		s.abort(AbortSilent)
	}
	return reply, err
}

// abort ends a refused login as the client does, and at least as how says.
func (s *session) abort(how AuthAbort) {
	if how = max(how, s.plan.Abort); how != AbortSilent {
		_, _ = s.wire.ask("*", "*")
	}
	if how == AbortQuit {
		_, _ = s.wire.ask("QUIT", "QUIT")
	}
}

func (s *session) saslClient(mechanism string) sasl.Client {
	switch {
	case mechanism == sasl.Plain:
		return sasl.NewPlainClient("", s.plan.User, s.plan.Password.Reveal())
	case s.plan.Auth == AuthPlainThenLogin:
		return sasl.NewLoginClient(s.plan.User, s.plan.Password.Reveal())
	}
	return &promptedLogin{s.plan.User, s.plan.Password.Reveal()}
}

// promptedLogin is LOGIN without an initial response, which goes by the prompts.
type promptedLogin struct{ user, password string }

func (*promptedLogin) Start() (string, []byte, error) { return sasl.Login, nil, nil }

func (l *promptedLogin) Next(challenge []byte) ([]byte, error) {
	prompt := strings.ToLower(strings.TrimSpace(string(challenge)))
	switch {
	case strings.HasPrefix(prompt, "user"):
		return []byte(l.user), nil
	case strings.HasPrefix(prompt, "pass"):
		return []byte(l.password), nil
	}
	return nil, sasl.ErrUnexpectedServerChallenge
}
