package between_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"smtp-wizard/between"
	"smtp-wizard/internal/casetest"
	"smtp-wizard/internal/steptest"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
)

func relay(change func(r *between.Relay)) between.Relay {
	r := between.Relay{Name: "id.example.com", Settings: smtpcheck.Settings{Host: "smtp.example.com", Port: 587, TLS: smtpcheck.TLSStartTLS,
		User: "id@example.com", Password: secret.New(`a"b' $c\`), From: "id@example.com", To: "you@example.org"}}
	if change != nil {
		change(&r)
	}
	return r
}

// What is written, as golden files have it, is read back the same, by which check knows
// the relay behind.
func TestRelays(t *testing.T) {
	t.Parallel()
	relays := map[string]func(*between.Relay){
		"login":           nil,
		"LOGIN alone":     func(r *between.Relay) { r.Mechanism = "LOGIN" },
		"implicit":        func(r *between.Relay) { r.TLS, r.Port = smtpcheck.TLSImplicit, 465 },
		"no login":        func(r *between.Relay) { r.User, r.Password = "", secret.Value{} },
		"clear text":      func(r *between.Relay) { r.TLS, r.Port, r.User, r.Password = smtpcheck.TLSNone, 25, "", secret.Value{} },
		"not verified":    func(r *between.Relay) { r.SkipVerify = true },
		"quoted password": func(r *between.Relay) { r.Password = secret.New(`"in quotes"`) },
		"spaces":          func(r *between.Relay) { r.User, r.Password = "50% \"me\"", secret.New(" a b ") },
	}
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(relays)) {
		want := relay(relays[name])
		typed := want.Password.Reveal()
		settings, login := want.PostfixLines(typed)
		main := map[string]string{"myhostname": "other.example.com"}
		for _, s := range settings {
			key, value, _ := strings.Cut(s, " = ")
			main[key] = value
		}
		m := between.Machine{Root: t.TempDir()}
		casetest.Must(t, os.MkdirAll(filepath.Join(m.Root, "/etc/postfix"), 0o755))
		casetest.Must(t, os.WriteFile(filepath.Join(m.Root, between.SASLMap), []byte("[other]:1 a:b\n"+login+"\n"), 0o600))
		variables := map[string]string{}
		for _, v := range want.Variables() {
			variables[v[0]] = v[1]
		}
		back := func(way between.Kind, got between.Relay, password string, ok bool) {
			got.From, got.To, got.Password = want.From, want.To, secret.New(password)
			if !ok || got != want {
				t.Errorf("%s by %s: %+v", name, way, got)
			}
		}
		if got, password, ok := between.ReadMsmtprc(want.Msmtprc(typed)); true {
			back(between.Msmtpd, got, password, ok)
		}
		if got, password, ok := m.ReadPostfix(func(key string) (string, error) { return main[key], nil }); !strings.Contains(typed, " ") {
			back(between.Postfix, got, password, ok)
		}
		got, ok := between.FromVariables(func(key string) string { return variables[key] })
		back(between.Sidecar, got, between.PasswordIn(append(want.SecretFile(), "\r\n"...)), ok)
		settings, login = want.PostfixLines(between.Masked)
		fmt.Fprintf(&out, "# %s\n%s%s\n%s\n%q\n%s\n%s\n%s\n", name, want.Msmtprc(between.Masked), strings.Join(settings, "\n"), login, want.Variables(),
			want.RunLines("docker", "", "/secret", strconv.Quote), want.RunLines("podman", "mail", "/secret", strconv.Quote), want.Units("/secret"))
	}
	for _, way := range []string{"", " MSMTPD", "postfix", "sidecar", "exim"} {
		w, err := between.ParseKind(way)
		fmt.Fprintf(&out, "%q: %q %v, %s, %+v\n", way, w, err, w.Title(), w.ForClient(smtpcheck.Settings{From: "a@example.com", User: "none"}))
	}
	steptest.Golden(t, "testdata/relays.txt", out.String())
	plain := "defaults\ntls on\naccount other\nhost other.example.com\naccount default\nhost smtp.example.com\n"
	if got, _, ok := between.ReadMsmtprc([]byte(plain)); !ok || got.Host != "smtp.example.com" || got.Name != "localhost" {
		t.Errorf("%+v", got)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*between.Relay)
		says   string
	}{
		"fine":          {},
		"letters":       {func(r *between.Relay) { r.From = "o'neill@example.com" }, "refuses the address o'neill@example.com"},
		"recipient":     {func(r *between.Relay) { r.To = "jürgen@example.com" }, "refuses the address"},
		"an option":     {func(r *between.Relay) { r.To = "-t@example.com" }, "refuses the address -t@"},
		"long password": {func(r *between.Relay) { r.Password = secret.New(strings.Repeat("x", 500)) }, "the line for password is longer"},
		"line end":      {func(r *between.Relay) { r.User = "a\nhost evil" }, "line break"},
		"no name":       {func(r *between.Relay) { r.Name = "localhost" }, "full name"},
	} {
		r := relay(c.change)
		err := between.Msmtpd.Check(r)
		if err == nil && c.says != "" || err != nil && (c.says == "" || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), r.Password.Reveal()) {
			t.Errorf("%s: has the password in it", name)
		}
	}
	if err := between.Postfix.Check(relay(func(r *between.Relay) { r.From = "o'neill@example.com" })); err != nil {
		t.Errorf("Postfix takes any address: %v", err)
	}
}

// What is there already stays.
func TestFiles(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	put := func(path, text string) {
		path = filepath.Join(root, path)
		casetest.Must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		casetest.Must(t, os.WriteFile(path, []byte(text), 0o644))
	}
	m := between.Machine{Root: root}
	put("/usr/bin/msmtpd", "")
	put("/etc/group", "root:x:0:\nmsmtp:x:"+strconv.Itoa(4711)+":\n")
	files, err := m.Files(relay(nil))
	if err != nil || len(files) != 2 || files[0].Mode != 0o640 || files[0].Group != 4711 || !m.HasMsmtpd() {
		t.Fatalf("%v: %+v", err, files)
	}
	if listens := string(files[1].Bytes); !strings.Contains(listens, "INTERFACE=127.0.0.1\n") {
		t.Error(listens)
	}
	for _, f := range files {
		put(strings.TrimPrefix(f.Path, root), string(f.Bytes))
	}
	if files, err = m.Files(relay(nil)); err != nil || len(files) != 0 {
		t.Errorf("a second time: %v, %+v", err, files)
	}
	if _, err = m.Files(relay(func(r *between.Relay) { r.Host = "other.example.com" })); err == nil || !strings.Contains(err.Error(), between.Undo) {
		t.Errorf("another file is there: %v", err)
	}
	for _, c := range [][2]string{{"/usr/sbin/sendmail", "another mail server"}, {"/usr/sbin/exim4", "Exim"}, {"/usr/sbin/postfix", "Postfix"}} {
		put(c[0], "")
		if m.MTA() != c[1] {
			t.Errorf("%s: %q", c[0], m.MTA())
		}
	}
}
