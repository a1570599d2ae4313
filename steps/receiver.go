package steps

import (
	"context"
	"fmt"
	"time"

	"smtp-wizard/presets"
	"smtp-wizard/smtpcheck/deliverability"
	"smtp-wizard/wizard"
)

// receiverBound is how long the DNS may take to say who receives a domain's mail.
const receiverBound = 3 * time.Second

// Wants looks up who receives the mail of the sender's domain while the page is
// read: that one is likely to send for it too. Nothing is looked up where there
// is a better guess, or nobody to read it.
func (s provider) Wants(v View) wizard.Job {
	a := v.Answers
	domain := s.senderDomain(a)
	_, owned := presets.ForAddress(a.From)
	if domain == "" || owned || a.Host != "" || a.Preset != "" || len(s.world.Presets) > 0 || a.Unattended || a.Offline ||
		s.world.DNS == nil && deliverability.Reserved(domain) {
		return wizard.Job{}
	}
	return wizard.Job{Task: "receiver", For: domain}
}

// senderDomain is that of the From address, else the one that mail of APP_URL's
// owner is likely to come from.
func (s provider) senderDomain(a Answers) string {
	return orElse(presets.DomainOf(a.From), mailDomain(a.AppURL))
}

// Work returns a presets.Receiver, or nothing.
func (s provider) Work(ctx context.Context, job wizard.Job, _ View, _ func(any)) any {
	ctx, cancel := context.WithTimeout(ctx, receiverBound)
	defer cancel()
	if r, ok, err := presets.ReceiverOf(ctx, s.world.dns(), job.For.(string)); ok && err == nil {
		return r
	}
	return nil
}

// receiver is what was found out, for the domain of these answers.
func (s provider) receiver(v View) (presets.Receiver, bool) {
	f := v.Found[Provider]
	r, ok := f.Result.(presets.Receiver)
	return r, ok && f.Job == s.Wants(v)
}

// receives says why a preset is suggested.
func receives(r presets.Receiver, domain string) string {
	return fmt.Sprintf("Suggested: it receives the mail of %s (MX %s).", domain, r.MX)
}
