package steps

import (
	"net/netip"
	"strings"

	"smtp-wizard/presets"
	"smtp-wizard/secret"
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
	from := orElse(a.From, s.suggestFrom(a, p))
	typedFrom := v.Text("from", from)
	if bare, _, err := parseAddress(typedFrom); err == nil {
		typedFrom = bare
	}
	page := wizard.Page{
		Title: "Who is the sender?",
		Why:   "The address that Pocket ID's mail comes from, the login at " + orElse(a.Host, "the relay") + " if it wants one, and where the test message shall go.",
		Field: []wizard.Field{fromField(from, p), userField(a, p, typedFrom), passwordField(v, p)},
	}
	if loginUnnamed(v, p, typedFrom) {
		page.Field = append(page.Field, loginField())
	}
	page.Field = append(page.Field, toField(orElse(a.To, typedFrom)))
	return page
}

// loginUnnamed reports whether a password is kept for which there never was a
// user: an empty answer keeps it, so another one has to let it go.
func loginUnnamed(v View, p presets.Preset, from string) bool {
	_, typed := v.Secret("password")
	user := v.Text("user", userField(v.Answers, p, from).Default)
	return v.Answers.User == "" && !v.Answers.Password.Empty() && !typed && strings.TrimSpace(user) == ""
}

const (
	dropPassword  = "drop"
	passwordAlone = "There is a password and no user; few relays take such a login."
)

// unnamed warns of a password that was typed where a user was left out.
func unnamed(user string, password secret.Value, typed bool) wizard.Fault {
	if user != "" || !typed || password.Empty() {
		return wizard.Fault{}
	}
	return doubt("user", passwordAlone)
}

func loginField() wizard.Field {
	return wizard.Field{
		Name: "login", Label: "Login", Kind: wizard.ChoiceField, Default: "keep",
		Note: passwordAlone, NoteTone: wizard.Warn,
		Choices: []wizard.Choice{
			{Value: "keep", Cells: []string{"with the password alone"}},
			{Value: dropPassword, Cells: []string{"none: drop the password"}},
		},
		Help: wizard.Help{What: "Up to 2.9 Pocket ID logs in when there is a password, also without a user. A relay that asks for no login may refuse that."},
	}
}

func fromField(from string, p presets.Preset) wizard.Field {
	return wizard.Field{
		Name: "from", Label: "From", Default: from, Flag: "--from", Note: p.From,
		Help: wizard.Help{
			What:    "SMTP_FROM, a bare address. The name that readers see is Pocket ID's APP_NAME.",
			Example: "id@example.com",
			Where:   "An address of a domain that this provider may send for.",
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
	if f.Default == "" && usesAddress(p) {
		f.Default = from
	}
	return f
}

// noLogin reports whether the user was emptied: then there is to be no login any
// more, and a password from before goes too.
func noLogin(a Answers, user string) bool {
	return user == "" && a.User != ""
}

func passwordField(v View, p presets.Preset) wizard.Field {
	a := v.Answers
	f := wizard.Field{
		Name: "password", Label: "Password", Kind: wizard.SecretField, Kept: !a.Password.Empty(),
		Flag: "--password-stdin or --password-file", Note: p.Password,
		Help: wizard.Help{
			What:    "SMTP_PASSWORD. It goes to the relay and into the .env, or into a file of its own where no .env can hold it, and nowhere else.",
			Example: "an app password, or an API key",
			Where:   orElse(p.DocURL, "In the provider's SMTP settings."),
		},
	}
	if f.Kept && noLogin(a, strings.TrimSpace(v.Text("user", a.User))) {
		f.Kept, f.Note = false, "Without a user there is no login, and the password from before is dropped."
	}
	return f
}

func toField(to string) wizard.Field {
	return wizard.Field{
		Name: "to", Label: "Test mail to", Default: to, Flag: "--to",
		Note: "One message goes there in the live test.",
		Help: wizard.Help{
			What:    "A mailbox that you can open, best at another provider: it shows that mail arrives, and where.",
			Example: "you@example.org",
		},
	}
}

// usesAddress reports whether the login is the mailbox's own address, as it is at
// mailbox providers.
func usesAddress(p presets.Preset) bool {
	return p.Category == "mailbox" && p.Login == presets.LoginRequired && p.UserLiteral == ""
}

// suggestFrom is an address of Pocket ID's own domain, where the provider sends
// for whole domains; a mailbox provider wants the mailbox's address.
func (s sender) suggestFrom(a Answers, p presets.Preset) string {
	if p.Category == "mailbox" {
		return ""
	}
	domain := mailDomain(a.AppURL)
	if domain == "" {
		return ""
	}
	return "noreply@" + domain
}

func (s sender) Take(v View) Intent {
	a := v.Answers
	from, named, err := parseAddress(v.Input["from"])
	if err != nil {
		return wizard.Stay(a, wrong("from", err))
	}
	if named {
		return wizard.Correct(a, wizard.Input{"from": from},
			note("from", "SMTP_FROM is a bare address, so "+from+" was taken. The name that readers see is APP_NAME."))
	}
	user := strings.TrimSpace(v.Input["user"])
	if err := printable(user); err != nil {
		return wizard.Stay(a, wrong("user", err))
	}
	to, named, err := parseAddress(v.Input["to"])
	if err != nil {
		return wizard.Stay(a, wrong("to", err))
	}
	if named {
		return wizard.Correct(a, wizard.Input{"to": to}, note("to", "The bare address "+to+" was taken."))
	}
	password, typed := v.Secret("password")
	if !typed && !noLogin(a, user) && (user != "" || v.Input["login"] != dropPassword) {
		password = a.Password
	}
	if f := s.login(v, user, password); f != (wizard.Fault{}) {
		return wizard.Stay(a, f)
	}
	if f := unnamed(user, password, typed); f != (wizard.Fault{}) && !v.Warned(f) {
		return wizard.Stay(a, f)
	}
	if f := clearText(a, user); f != (wizard.Fault{}) && !v.Warned(f) {
		return wizard.Stay(a, f)
	}
	a.From, a.User, a.Password, a.To = from, user, password, to
	a.PasswordTyped = !password.Empty() && (typed || a.PasswordTyped)
	return wizard.Next(a)
}

// clearText warns of a password that anybody on the way could read.
func clearText(a Answers, user string) wizard.Fault {
	text := Setup{Settings: smtpcheck.Settings{Host: a.Host, TLS: a.TLS, User: user}}.ClearText()
	if text == "" {
		return wizard.Fault{}
	}
	return doubt("user", text)
}

// ClearText says that the password goes where anybody on the way could read it,
// or nothing.
func (s Setup) ClearText() string {
	address, err := netip.ParseAddr(s.Host)
	near := s.Host == "localhost" || err == nil && address.IsLoopback()
	if s.User == "" || s.TLS != smtpcheck.TLSNone || near {
		return ""
	}
	return "Without TLS the password goes to " + s.Host + " in clear text, and anybody on the way can read it."
}

// login checks user and password against each other and against the readers of
// the file.
func (s sender) login(v View, user string, password secret.Value) wizard.Fault {
	if user == "" {
		return wizard.Fault{}
	}
	if password.Empty() {
		return wizard.Fault{Field: "password", Tone: wizard.Bad,
			Text: "A user without a password cannot log in. If the relay asks for no login, empty the user."}
	}
	if err := s.world.checkValue(password.Reveal(), v.Answers); err != nil {
		return wrong("password", err)
	}
	return wizard.Fault{}
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
