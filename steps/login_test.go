package steps

import (
	"fmt"
	"testing"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck/practice"
	"smtp-wizard/wizard"
)

// What is pasted as a host is taken apart.
func TestTakeApart(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"smtp.example.com":                                 "false smtp.example.com ",
		"smtp.example.com:587":                             "false smtp.example.com:587 ",
		"me@example.com:sec:ret@smtp.example.com:587":      "true smtp.example.com:587 me@example.com sec:ret ",
		"smtps://me%40example.com:p%2Fw@smtp.example.com/": "true smtp.example.com me@example.com p/w tls",
		"smtp://smtp.example.com:2525?x=1":                 "true smtp.example.com:2525 ",
		"me@example.com":                                   "true example.com ",
		"https://example.com":                              "false  ",
	} {
		p, ok := takeApart(text)
		got := fmt.Sprintf("%v %s ", ok, p.relay)
		if p.user != "" {
			got += fmt.Sprintf("%s %s ", p.user, p.password.Reveal())
		}
		if got += string(p.tls); got != want {
			t.Errorf("%q: %q, not %q", text, got, want)
		}
	}
}

// What is typed in the wrong field, or as it is shown, is put right when the field is
// left.
func TestFieldsAreLookedAtWhenLeft(t *testing.T) {
	t.Parallel()
	for _, c := range casetest.Read[[]struct {
		Preset, Field, Typed, Before string
		User, Password               string
		Faulted                      string
	}](t, "fieldsarelookedatwhenleft") {
		w := newWalk(t, "open", practice.Options{})
		w.state.Answers.Preset, w.state.At = c.Preset, Sender
		if c.Before != "" {
			w.apply(wizard.TypedSecret{Field: "password", Secret: secret.New(c.Before)})
		}
		if c.Field == "password" {
			w.apply(wizard.TypedSecret{Field: c.Field, Secret: secret.New(c.Typed)})
		} else {
			w.answer(c.Field, c.Typed)
		}
		in := w.state.Inputs[Sender]
		if password := w.state.Secrets[Sender]["password"].Reveal(); in["user"] != c.User || password != c.Password ||
			w.state.Fault.Field != c.Faulted {
			t.Errorf("%s %s %q: user %q, password %q, %+v", c.Preset, c.Field, c.Typed, in["user"], password, w.state.Fault)
		}
	}
}

// A password is for one relay and one user, and is there again when one comes back.
func TestPasswordBelongsToRelayAndUser(t *testing.T) {
	t.Parallel()
	a := Answers{}.atRelay("one.example")
	a.User, a.Password = "me", secret.New("first")
	b := a.atRelay("two.example")
	if !b.Password.Empty() || !b.passwordOf("me").Empty() {
		t.Error("another relay gets the password")
	}
	b.User, b.Password = "other", secret.New("second")
	c := b.atRelay("one.example")
	if c.User != "me" || c.Password.Reveal() != "first" || !c.passwordOf("other").Empty() {
		t.Errorf("back at the first: %s, %s", c.User, c.Password.Reveal())
	}
}
