package smtpcheck

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"smtp-wizard/internal/text"
	"smtp-wizard/secret"
)

// Run has the planned conversation with a relay, and reports the beginning and end of
// each stage; report is called from Run's own goroutine and may be nil. Every wait
// ends within the plan's limits and soon after ctx is done, provided that Net.Dial
// honors its context. What goes wrong is in Result.Failure.
func Run(ctx context.Context, p Plan, report func(Event)) Result {
	p.Limits = p.Limits.withDefaults(p.Waits)
	if p.StopAfter == StageStartTLS {
		p.StopAfter = StageTLS // after the 220 only TLS can follow, also before a QUIT
	}
	if report == nil {
		report = func(Event) {}
	}
	if p.Masker == nil {
		p.Masker = &secret.Masker{}
	}
	p.Masker.Add(p.User, p.Password.Reveal())
	s := &session{ctx: ctx, plan: p, report: report}
	if refused := p.refusal(); refused != nil {
		s.run(step{refused.Stage, func() (string, *Failure) { return "", refused }})
	} else {
		s.plan.Host = bareHost(p.Host)
		s.converse()
	}
	s.result.Transcript = s.log.lines
	return s.result
}

// session is one conversation in progress.
type session struct {
	ctx       context.Context
	plan      Plan
	report    func(Event)
	log       transcript
	addresses []string
	wire      *wire
	keywords  []string // the extensions of the last EHLO reply, unmasked
	result    Result
}

// step is what to do in one stage; it returns its findings on one line.
type step struct {
	stage Stage
	do    func() (string, *Failure)
}

func (s *session) converse() {
	for _, st := range s.steps() {
		if !s.run(st) || st.stage == s.plan.StopAfter {
			break
		}
	}
	if s.wire != nil {
		if s.plan.Quit == QuitAlways || s.plan.Quit == QuitNoWait || s.result.Failure == nil && s.plan.StopAfter != "" {
			s.leave()
		}
		s.wire.close()
	}
}

// steps are the stages of the plan in order.
func (s *session) steps() []step {
	names := s.plan.Names
	greet := step{StageGreeting, s.greet}
	hello := step{StageEHLO, func() (string, *Failure) { return s.hello(names.First, s.plan.HELO != HELONever) }}
	secure := step{StageTLS, s.secure}
	steps := []step{{StageDNS, s.resolve}, {StageConnect, s.connect}}
	switch s.plan.TLS {
	case TLSImplicit:
		steps = append(steps, secure, greet, hello)
	case TLSStartTLS:
		again := step{StageEHLO, func() (string, *Failure) { return s.hello(names.AfterTLS, s.plan.HELO == HELOAfter500) }}
		steps = append(steps, greet, hello, step{StageStartTLS, s.startTLS}, secure, again)
	default:
		steps = append(steps, greet, hello)
	}
	if s.plan.logsIn() {
		steps = append(steps, step{StageAuth, s.login})
	}
	steps = append(steps, step{StageMail, s.mail}, step{StageRcpt, s.rcpt}, step{StageData, s.data})
	if s.plan.Quit == QuitRequired {
		steps = append(steps, step{StageQuit, func() (string, *Failure) { return s.command("QUIT", 221) }})
	}
	return slices.DeleteFunc(steps, func(st step) bool {
		return order(st.stage) >= order(StageAuth) && !s.plan.reaches(st.stage)
	})
}

// run runs one step, reports it and records its result.
func (s *session) run(st step) bool {
	began, at := time.Now(), stageAt{s.plan.Port, st.stage}
	limit := s.plan.Gate.patience(at, s.plan.Limits.of(st.stage))
	if s.wire != nil {
		s.wire.limit = limit
	}
	s.report(Event{Stage: st.stage, State: StageBegan, Limit: limit})
	detail, failure := st.do()
	if failure != nil && failure.Reply == nil && errors.Is(failure, ErrTimeout) {
		s.plan.Gate.noteSilence(at)
	}
	stage := StageResult{Stage: st.stage, OK: failure == nil, Elapsed: time.Since(began), Detail: detail}
	state := StagePassed
	if failure != nil {
		failure.Stage = st.stage
		s.result.Failure = failure
		state = StageFailed
		stage.Detail = failure.Error()
		if failure.Reply != nil && failure.Err == nil {
			stage.Detail = failure.Reply.String()
		}
	}
	stage.Detail, stage.reply = text.Shorten(stage.Detail, 300), s.result.last
	s.result.Stages = append(s.result.Stages, stage)
	s.report(Event{Stage: st.stage, State: state, Detail: stage.Detail, Elapsed: stage.Elapsed})
	return failure == nil
}

func (s *session) resolve() (string, *Failure) {
	addresses, err := lookup(s.ctx, s.plan)
	if err != nil {
		return "", &Failure{Err: err}
	}
	s.addresses = addresses
	return strings.Join(addresses, ", "), nil
}

func (s *session) connect() (string, *Failure) {
	conn, address, err := connect(s.ctx, s.plan, s.addresses)
	if err != nil {
		return "", &Failure{Err: err}
	}
	s.result.Address = address
	s.wire = newWire(s.ctx, conn, s.plan.Limits.Command, &s.log)
	s.wire.client = s.plan.Client
	s.wire.clientLimit = s.plan.Waits.Reply
	if s.plan.TLS == TLSStartTLS && s.plan.Waits.BeforeTLS != 0 {
		s.wire.clientLimit = s.plan.Waits.BeforeTLS
	}
	s.wire.masker = s.plan.Masker
	where := portAt(s.plan.Port, address)
	s.wire.note(SpeakerNote, "connected to "+where)
	return where, nil
}

// leave ends a conversation with QUIT, if the relay still expects commands. That also
// drops an open transaction. The reply does not matter.
func (s *session) leave() {
	f := s.result.Failure
	if f != nil && (f.Err != nil && !gaveUp(f.Err) || f.Reply != nil && f.Reply.Code == 421) {
		return
	}
	if !s.greeted() {
		return
	}
	s.wire.limit, s.wire.clientLimit = min(s.wire.limit, 3*time.Second), 0
	if s.plan.Quit == QuitNoWait && !s.wire.unsolicited() {
		s.wire.note(SpeakerClient, "QUIT")
		_ = s.wire.raw.SetWriteDeadline(time.Now().Add(s.wire.limit))
		_, _ = s.wire.conn.Write([]byte("QUIT\r\n"))
		return
	}
	_, _ = s.wire.ask("QUIT", "QUIT")
}

// gaveUp reports whether it was we who ended the conversation, between commands.
func gaveUp(err error) bool {
	return errors.Is(err, ErrNotOffered) || errors.Is(err, ErrMechanism) ||
		errors.Is(err, ErrUnencrypted) || errors.Is(err, ErrLoginHeld)
}

// greeted reports whether the relay sent its greeting; a client must not speak before
// it (RFC 5321 section 4.3.1).
func (s *session) greeted() bool {
	return slices.ContainsFunc(s.result.Stages, func(r StageResult) bool { return r.Stage == StageGreeting })
}
