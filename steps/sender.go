package steps

import (
	"strings"

	"smtp-wizard/envwriter"
	"smtp-wizard/presets"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/wizard"
)

// sender asks who writes, who logs in, and who gets the test.
type sender struct{ world World }

func (sender) ID() wizard.ID     { return Sender }
func (sender) Name() string      { return "Sender" }
func (sender) Skip(Answers) bool { return false }

func (s sender) Page(v View) wizard.Page {
	a := v.Answers
	p, _ := s.world.preset(a.Preset)
	from := orElse(a.From, suggestFrom(a, p))
	typedFrom := v.Text("from", from)
	if bare, _, err := ParseAddress(typedFrom); err == nil {
		typedFrom = bare
	}
	user := userField(a, p, typedFrom)
	page := wizard.Page{
		Title: "Who is the sender?",
		Why: "The address that Pocket ID's mail comes from, the login at " + orElse(a.Host, "the relay") +
			" if it requires one, and where to send the test.",
		Field: []wizard.Field{fromField(from, p), user, passwordField(v, p)},
	}
	if loginUnnamed(v, user.Default) {
		page.Field = append(page.Field, loginField())
	}
	page.Field = append(page.Field, toField(orElse(a.To, typedFrom)))
	return page
}

// loginUnnamed reports whether a password is kept for which there never was a
// user: an empty answer keeps it, so another one has to drop it.
func loginUnnamed(v View, user string) bool {
	_, typed := v.Secret("password")
	return v.Answers.User == "" && !v.Answers.Password.Empty() && !typed && strings.TrimSpace(v.Text("user", user)) == ""
}

const (
	dropPassword  = "drop"
	passwordAlone = "There is a password but no user; few relays accept such a login."
)

func loginField() wizard.Field {
	return wizard.Field{
		Name: "login", Label: "Login", Kind: wizard.ChoiceField, Default: "keep",
		Note: passwordAlone, NoteTone: wizard.Warn,
		Choices: []wizard.Choice{
			choice("keep", "with the password alone"),
			choice(dropPassword, "none: drop the password"),
		},
		Help: wizard.Help{What: "Up to 2.9 Pocket ID logs in when there is a password, even without a user. " +
			"A relay that asks for no login may refuse that."},
	}
}

func fromField(from string, p presets.Preset) wizard.Field {
	return wizard.Field{
		Name: "from", Label: "From", Default: from, Flag: "--from", Note: p.From,
		Help: wizard.Help{
			What:    "SMTP_FROM, a bare address. The name that recipients see is Pocket ID's APP_NAME.",
			Example: "id@example.com",
			Where:   "An address in a domain that this provider may send for.",
		},
	}
}

func userField(a Answers, p presets.Preset, from string) wizard.Field {
	f := wizard.Field{
		Name: "user", Label: "User", Default: orElse(a.User, p.UserLiteral), Flag: "--user", Note: p.Username,
		Help: wizard.Help{
			What:    "SMTP_USER, the name to log in with; empty when the relay asks for none.",
			Example: orElse(p.UserLiteral, "id@example.com"),
			Where:   orElse(p.DocURL, "In the provider's SMTP settings."),
		},
	}
	// At a mailbox provider the login is the mailbox's own address.
	if f.Default == "" && p.Category == "mailbox" && p.Login == presets.LoginRequired {
		f.Default = from
	}
	return f
}

// noLogin reports whether the user was emptied: then there is to be no login any
// more, and the earlier password goes too.
func noLogin(a Answers, user string) bool { return user == "" && a.User != "" }

func passwordField(v View, p presets.Preset) wizard.Field {
	a := v.Answers
	f := wizard.Field{
		Name: "password", Label: "Password", Kind: wizard.SecretField, Kept: !a.Password.Empty(),
		Flag: "--password-stdin or --password-file", Note: p.Password,
		Help: wizard.Help{
			What: "SMTP_PASSWORD. It goes to the relay and into the .env, or into a file of its own " +
				"where no .env can hold it, and nowhere else.",
			Example: "an app password, or an API key",
			Where:   orElse(p.DocURL, "In the provider's SMTP settings."),
		},
	}
	if f.Kept && noLogin(a, strings.TrimSpace(v.Text("user", a.User))) {
		f.Kept, f.Note = false, "Without a user there is no login, so the earlier password is dropped."
	}
	return f
}

func toField(to string) wizard.Field {
	return wizard.Field{
		Name: "to", Label: "Send test to", Default: to, Flag: "--to",
		Note: "The live test sends one message there.",
		Help: wizard.Help{
			What: "The mailbox that gets the test. Use one that you can open, preferably at another provider: " +
				"it shows that mail arrives, and where.",
			Example: "you@example.org",
		},
	}
}

// suggestFrom is an address of Pocket ID's own domain, where the provider sends
// for whole domains; a mailbox provider wants the mailbox's address.
func suggestFrom(a Answers, p presets.Preset) string {
	domain := mailDomain(a.AppURL)
	if domain == "" || p.Category == "mailbox" {
		return ""
	}
	return "noreply@" + domain
}

func (s sender) Take(v View) Intent {
	a := v.Answers
	from, named, err := ParseAddress(v.Input["from"])
	if err != nil {
		return wizard.Stay(a, errorAt("from", err.Error()))
	}
	if named {
		return wizard.Correct(a, wizard.Input{"from": from},
			noticeAt("from", "SMTP_FROM is a bare address, so "+from+" was taken. The name that recipients see is APP_NAME."))
	}
	user := strings.TrimSpace(v.Input["user"])
	if err := printable(user); err != nil {
		return wizard.Stay(a, errorAt("user", err.Error()))
	}
	to, named, err := ParseAddress(v.Input["to"])
	if err != nil {
		return wizard.Stay(a, errorAt("to", err.Error()))
	}
	if named {
		return wizard.Correct(a, wizard.Input{"to": to}, noticeAt("to", "The bare address "+to+" was taken."))
	}
	password, typed := v.Secret("password")
	if !typed && !noLogin(a, user) && (user != "" || v.Input["login"] != dropPassword) {
		password = a.Password
	}
	a.From, a.User, a.Password, a.To = from, user, password, to
	if f := loginFault(v, a, typed); f != (wizard.Fault{}) {
		return wizard.Stay(v.Answers, f)
	}
	a.PasswordTyped = !password.Empty() && (typed || a.PasswordTyped)
	return wizard.Next(a)
}

// loginFault checks user and password against each other, the readers of the file
// and the connection.
func loginFault(v View, a Answers, typed bool) wizard.Fault {
	warn := func(text string) wizard.Fault {
		if f := warnAt("user", text); !v.Warned(f) {
			return f
		}
		return wizard.Fault{}
	}
	switch {
	case a.User == "" && typed:
		return warn(passwordAlone)
	case a.User == "":
		return wizard.Fault{}
	case a.Password.Empty():
		return errorAt("password",
			"A user without a password cannot log in. If the relay asks for no login, leave the user empty.")
	}
	if err := envwriter.CheckValue(a.Password.Reveal(), namedReaders(a.readers())); err != nil {
		return errorAt("password", err.Error())
	}
	if text := clearText(a.Settings); text != "" {
		return warn(text)
	}
	return wizard.Fault{}
}

// clearText says that the password goes where anybody on the way could read it,
// or nothing.
func clearText(s smtpcheck.Settings) string {
	if s.User == "" || s.TLS != smtpcheck.TLSNone || isLoopback(s.Host) {
		return ""
	}
	return "Without TLS the password goes to " + s.Host + " in clear text, and anybody on the way can read it."
}
