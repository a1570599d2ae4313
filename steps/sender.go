package steps

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"smtp-wizard/envwriter"
	"smtp-wizard/internal/lazy"
	"smtp-wizard/internal/text"
	"smtp-wizard/pocketid"
	"smtp-wizard/presets"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/deliverability"
	"smtp-wizard/wizard"
)

// sender asks who writes, who logs in, and who gets the test.
type sender struct{ world World }

func (sender) ID() wizard.ID     { return Sender }
func (sender) Name() string      { return "Sender" }
func (sender) Skip(Answers) bool { return false }

// Wants asks DNS what receivers will think of the From address, while the page is
// filled in.
func (s sender) Wants(v View) wizard.Job {
	a := v.Answers
	from, err := smtpcheck.ParseAddress(v.Text("from", a.From))
	setup := Setup{MailAnswers: MailAnswers{Preset: a.Preset, Hostname: a.Hostname, Settings: smtpcheck.Settings{
		Host: a.Host, Port: a.Port, From: from, User: v.Text("user", a.User)}}}
	if _, ask := s.world.query(setup); err != nil || !ask || a.Unattended || a.Offline || s.world.Offline {
		return wizard.Job{}
	}
	return wizard.Job{Task: "dns", For: setup}
}

// Work returns the hints that are advice, each with the record to publish.
func (s sender) Work(ctx context.Context, job wizard.Job, _ View, _ func(any)) any {
	ctx, cancel := context.WithTimeout(ctx, hintsBound)
	defer cancel()
	query, _ := s.world.query(job.For.(Setup))
	return slices.DeleteFunc(deliverability.Check(ctx, s.world.dns(), query),
		func(h deliverability.Hint) bool { return h.Level != deliverability.Advice })
}

func (s sender) Page(v View) wizard.Page {
	a := v.Answers
	p, _ := s.world.preset(a.Preset)
	from := cmp.Or(a.From, suggestFrom(a, p))
	typedFrom := v.Text("from", from)
	user, to := userField(v, p, typedFrom), a.To
	if a.Unattended {
		to = cmp.Or(to, typedFrom)
	}
	fromField, toField := field(Sender, "from", wizard.TextField, from), field(Sender, "to", wizard.TextField, to)
	fromField.Note, fromField.Missing = p.From, typedFrom == ""
	toField.Missing = to == "" && unasked(v, "to")
	hints, _ := result[[]deliverability.Hint](v, Sender)
	return wizard.Page{
		After: hintBlocks(hints),
		Title: "Who is the sender?",
		Why: "The address that Pocket ID's mail comes from, the login at " + cmp.Or(a.Host, "the relay") +
			" if it requires one, and where to send the test.",
		Field: []wizard.Field{fromField, user, passwordField(v, p, v.Text("user", user.Default)), toField},
	}
}

const passwordAlone = "There is a password but no user; few relays accept such a login."

func userField(v View, p presets.Preset, from string) wizard.Field {
	a := v.Answers
	f := field(Sender, "user", wizard.TextField, cmp.Or(a.User, p.UserLiteral))
	f.Note, f.Help.Example = p.Username, cmp.Or(p.UserLiteral, f.Help.Example)
	f.Help.Where = cmp.Or(p.DocURL, f.Help.Where)
	// At a mailbox provider the login is the mailbox's own address.
	if f.Default == "" && p.Category == "mailbox" && p.Login == presets.LoginRequired {
		f.Default = from
	}
	f.Missing = f.Default == "" && a.From == "" && p.Login != presets.LoginNone && unasked(v, "user")
	return f
}

// noLogin reports whether the user was emptied, or left empty although a login was
// refused for it: then there is to be no login any more, and the earlier password
// goes too.
func noLogin(v View, user string) bool {
	refused := v.Fault.Field == "user" && v.Fault.Tone == wizard.Bad
	return user == "" && (v.Answers.User != "" || refused)
}

func passwordField(v View, p presets.Preset, user string) wizard.Field {
	a := v.Answers
	f := field(Sender, "password", wizard.SecretField, "")
	f.Kept, f.Note = !a.passwordOf(user).Empty(), p.Password
	f.Help.Where = cmp.Or(p.DocURL, f.Help.Where)
	f.Missing = !f.Kept && user != "" && unasked(v, f.Name)
	if f.Kept && noLogin(v, strings.TrimSpace(v.Text("user", a.User))) {
		f.Kept, f.Note = false, "Without a user there is no login, so the earlier password is dropped."
	}
	return f
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

// Check looks at an answer when its field is left. A secret that was typed into the
// field of the user goes where secrets are.
func (s sender) Check(v View, field string) Intent {
	a, text := v.Answers, strings.TrimSpace(v.Input[field])
	p, _ := s.world.preset(a.Preset)
	password, typed := v.Secret("password")
	switch {
	case a.Unattended:
	case field == "from" || field == "to":
		if _, err := smtpcheck.ParseAddress(text); err != nil && text != "" {
			return wizard.Stay(a, errorAt(field, err.Error()))
		}
	case field == "user" && looksSecret(p, text):
		user := p.UserLiteral
		if typed && smtpcheck.CheckAddress(password.Reveal()) == nil {
			user = password.Reveal() // they were swapped
		}
		return wizard.Correct(a, wizard.Input{"user": user}, noticeAt("user",
			"That looks like a password, so it was moved to Password. "+cmp.Or(p.Username, "Which user is it for?"))).
			WithSecret("password", withoutSpaces(p, secret.New(text)))
	case field == "password" && smtpcheck.CheckAddress(password.Reveal()) == nil && !strings.Contains(v.Text("user", a.User), "@"):
		return wizard.Stay(a, warnAt("password", "That password looks like an address. Is it the user?"))
	case field == "password":
		return stay(a).WithSecret("password", withoutSpaces(p, password))
	}
	return stay(a)
}

func (s sender) Take(v View) Intent {
	a := v.Answers
	from, err := smtpcheck.ParseAddress(v.Input["from"])
	if err != nil {
		return wizard.Stay(a, errorAt("from", err.Error()))
	}
	if o, refused := pocketid.ObjectionTo("SMTP_FROM", from, a.version()); refused {
		return wizard.Stay(a, errorAt("from", o.String()+" "+o.Cure))
	}
	user := strings.TrimSpace(v.Input["user"])
	if err := text.Printable(user); err != nil {
		return wizard.Stay(a, errorAt("user", err.Error()))
	}
	to, err := smtpcheck.ParseAddress(v.Input["to"])
	if err != nil && strings.TrimSpace(v.Input["to"]) != "" {
		return wizard.Stay(a, errorAt("to", err.Error()))
	}
	password, typed := v.Secret("password")
	if err := secret.Check(password.Reveal()); err != nil {
		return wizard.Stay(a, errorAt("password", sentence(err.Error())))
	}
	if !typed && !noLogin(v, user) {
		password = a.passwordOf(user)
	}
	p, _ := s.world.preset(a.Preset)
	password = withoutSpaces(p, password)
	a.From, a.User, a.Password, a.To = from, user, password, to
	s.world.Masker.Add(user, password.Reveal())
	if f := loginFault(v, a, typed); f != (wizard.Fault{}) {
		return wizard.Stay(v.Answers, f)
	}
	a.PasswordTyped = !password.Empty() && (typed || a.PasswordTyped)
	if a.Kept {
		return wizard.NextAt(a, LiveTest)
	}
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
	case a.Password.Empty() && discovered(v).NoPassword != "":
		if a.Offline { // it stays where it is, and is not needed
			return wizard.Fault{}
		}
		return errorAt("password", discovered(v).NoPassword+" It has to be given, so that the relay can be tested with it.")
	case a.Password.Empty():
		return errorAt("password",
			"A user without a password cannot log in. If the relay asks for no login, leave the user empty.")
	}
	if err := envwriter.CheckValue(a.Password.Reveal(), namedReaders(a.readers())); err != nil {
		return errorAt("password", err.Error())
	}
	if text := ClearText(a.Settings); text != "" {
		return warn(text)
	}
	return wizard.Fault{}
}

// ClearText says that the password goes where anybody on the way could read it,
// or nothing.
func ClearText(s smtpcheck.Settings) string {
	if s.User == "" || s.TLS != smtpcheck.TLSNone || isLoopback(s.Host) {
		return ""
	}
	return "Without TLS the password goes to " + s.Host + " in clear text, and anybody on the way can read it."
}

// login is what was given for one relay. It is kept in memory alone.
type login struct {
	host, user string
	password   secret.Value
	typed      bool
}

// atRelay goes to another relay, whose password is another one: what was given for it
// before, if anything.
func (a Answers) atRelay(host string) Answers {
	if host == a.Host {
		return a
	}
	if a.Host != "" {
		a.Logins = append(slices.Clone(a.Logins), login{a.Host, a.User, a.Password, a.PasswordTyped})
	}
	a.Host, a.Password, a.PasswordTyped = host, secret.Value{}, false
	a.SkipVerify, a.Untested = false, false // they were said of another relay
	for _, known := range slices.Backward(a.Logins) {
		if known.host == host {
			a.User, a.Password, a.PasswordTyped = known.user, known.password, known.typed
			break
		}
	}
	return a
}

// passwordOf is the password that was given for a user of this relay.
func (a Answers) passwordOf(user string) secret.Value {
	if user == a.User || a.User == "" { // it came alone
		return a.Password
	}
	for _, known := range slices.Backward(a.Logins) {
		if known.host == a.Host && known.user == user {
			return known.password
		}
	}
	return secret.Value{}
}

// pasted is a relay as a URL, or with a login before it.
type pasted struct {
	relay, user string
	tls         smtpcheck.TLSMode
	password    secret.Value
}

var schemes = map[string]smtpcheck.TLSMode{"smtps": smtpcheck.TLSImplicit, "ssl": smtpcheck.TLSImplicit,
	"tls": smtpcheck.TLSImplicit, "submissions": smtpcheck.TLSImplicit, "smtp": "", "submission": ""}

// takeApart understands smtps://user:password@host:port/ and the same without a
// scheme; false where the text is neither.
func takeApart(text string) (p pasted, ok bool) {
	scheme, rest, isURL := strings.Cut(strings.TrimSpace(text), "://")
	if !isURL {
		rest = scheme
	} else if p.tls, ok = schemes[strings.ToLower(scheme)]; !ok {
		return p, false
	}
	at := strings.LastIndexByte(rest, '@')
	if p.relay = rest[at+1:]; isURL {
		p.relay, _, _ = strings.Cut(p.relay, "/")
		p.relay, _, _ = strings.Cut(p.relay, "?")
	}
	if at < 0 {
		return p, isURL
	}
	user, password, both := strings.Cut(rest[:at], ":")
	if isURL {
		user, password = unescaped(user), unescaped(password)
	}
	if isURL || both { // else it is an address, or half of a login
		p.user, p.password = user, secret.New(password)
	}
	return p, true
}

func unescaped(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

var (
	apiKey      = lazy.Compile(`^(SG\.|re_|xsmtpsib-|xkeysib-)[\w.-]{8,}$`)
	appPassword = lazy.Compile(`^[a-z]{4}([\s\x{a0}-]?[a-z]{4}){3}$`)
)

// looksSecret reports whether a text is one that this provider gives out as a
// password.
func looksSecret(p presets.Preset, text string) bool {
	return apiKey.MatchString(text) || givesAppPasswords(p) && appPassword.MatchString(text)
}

func givesAppPasswords(p presets.Preset) bool {
	return strings.Contains(strings.ToLower(p.Password), "app password")
}

// withoutSpaces is an app password without the spaces that it is shown with.
func withoutSpaces(p presets.Preset, s secret.Value) secret.Value {
	if text := strings.TrimSpace(s.Reveal()); givesAppPasswords(p) && appPassword.MatchString(text) {
		return secret.New(strings.Join(strings.Fields(text), ""))
	}
	return s
}
