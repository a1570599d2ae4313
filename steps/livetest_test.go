package steps

import (
	"crypto/x509"
	"testing"

	"smtp-wizard/smtpcheck"
)

// Enter alone leads to the cure; where it is not to be had here, to another try.
func TestFirstChoiceOfARefusal(t *testing.T) {
	t.Parallel()
	certificate := func(err error) *smtpcheck.Failure {
		return &smtpcheck.Failure{Stage: smtpcheck.StageTLS, Err: &smtpcheck.CertificateError{Host: relayHost, Err: err}}
	}
	reply := func(stage smtpcheck.Stage, code int) *smtpcheck.Failure {
		return &smtpcheck.Failure{Stage: stage, Reply: &smtpcheck.Reply{Code: code, Lines: []string{"no"}}}
	}
	for name, tt := range map[string]struct {
		failure *smtpcheck.Failure
		want    string
	}{
		"an unknown CA":    {certificate(x509.UnknownAuthorityError{}), actRetry},
		"another's name":   {certificate(x509.HostnameError{Certificate: &x509.Certificate{}, Host: relayHost}), actFix},
		"a busy relay":     {reply(smtpcheck.StageGreeting, 421), actRetry},
		"a wrong password": {reply(smtpcheck.StageAuth, 535), actFix},
		"a refused EHLO":   {reply(smtpcheck.StageEHLO, 550), actBetter},
		"a refused sender": {reply(smtpcheck.StageMail, 550), actFix},
		"a closed port":    {&smtpcheck.Failure{Stage: smtpcheck.StageConnect, Err: smtpcheck.ErrTimeout}, actFix},
	} {
		a := sceneAnswers()
		list := livetest{sceneWorld()}.refusalChoices(View{Answers: a}, failedTest(a, nil, tt.failure))
		if list[0].Value != tt.want {
			t.Errorf("%s: %+v", name, list)
		}
	}
}
