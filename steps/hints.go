package steps

import (
	"context"
	"net"
	"strings"
	"time"

	"smtp-wizard/presets"
	"smtp-wizard/smtpcheck/deliverability"
	"smtp-wizard/wizard"
)

// The DNS is asked while the relay is spoken to. What has not come hintsGrace
// after the relay took the message, or hintsBound after the beginning, is not
// waited for.
const (
	hintsBound = 5 * time.Second
	hintsGrace = time.Second
)

// consult begins to ask the DNS what receivers will think of the mail of a
// test. The function that it returns ends that, and returns what was found if
// the relay took the mail.
func (w World) consult(ctx context.Context, s Setup) func(taken bool) []deliverability.Hint {
	q, ok := w.query(s)
	if !ok {
		return func(bool) []deliverability.Hint { return nil }
	}
	ctx, cancel := context.WithTimeout(ctx, hintsBound)
	found := make(chan []deliverability.Hint, 1)
	go func() { found <- deliverability.Look(ctx, w.dns(), q) }()
	return func(taken bool) []deliverability.Hint {
		defer cancel()
		if !taken {
			return nil
		}
		defer time.AfterFunc(hintsGrace, cancel).Stop()
		return <-found
	}
}

func (w World) dns() deliverability.Resolver {
	if w.DNS != nil {
		return w.DNS
	}
	return net.DefaultResolver
}

// query is what to ask about the mail of a test. Nothing is to be asked about
// names that the real DNS does not have, about a relay that delivers nowhere, or
// about a mailbox at its own provider.
func (w World) query(s Setup) (deliverability.Query, bool) {
	domain := s.From[strings.LastIndex(s.From, "@")+1:]
	p, known := w.preset(s.Preset)
	if !known || p.ID == Custom {
		p, known = presets.ByHost(s.Host)
	}
	if w.DNS == nil && deliverability.Reserved(domain) || p.Category == "local-test" {
		return deliverability.Query{}, false
	}
	q := deliverability.Query{
		Domain: domain, Host: s.Host, Includes: p.SPF, Source: w.Source,
		Own:    !known || p.Category == "local",
		Direct: s.Port == 25 && s.User == "",
	}
	if known && (!q.Own || len(p.SPF) > 0) {
		q.Provider = p.Name
	}
	if strings.Contains(s.Hostname, ".") {
		q.Name = s.Hostname
	}
	if owner, owned := presets.ForAddress(s.From); owned {
		q.Owner = owner.Name
		return q, p.Category == "transactional"
	}
	return q, true
}

// hintBlocks shows what to do first, then what is not known; what is in order
// takes one line.
func hintBlocks(hints []deliverability.Hint) []wizard.Block {
	var advice, rest []wizard.Block
	var good []string
	for _, h := range hints {
		switch h.Level {
		case deliverability.Advice:
			advice = append(advice, wizard.Text{Tone: wizard.Warn, Label: "Advice", Body: h.Text})
		case deliverability.Good:
			good = append(good, strings.ReplaceAll(strings.ToUpper(h.ID), "-", " "))
		default:
			rest = append(rest, wizard.Text{Tone: wizard.Quiet, Label: "DNS", Body: h.Text})
		}
	}
	if len(good) > 0 {
		rest = append(rest, wizard.Text{Tone: wizard.Quiet, Label: "DNS", Body: "In good order: " + strings.Join(good, ", ") + "."})
	}
	return append(advice, rest...)
}
