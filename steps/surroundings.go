package steps

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"smtp-wizard/envwriter"
	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/pocketid"
	"smtp-wizard/secret"
	"smtp-wizard/wizard"
)

// Surroundings is what was found beside a .env and on this machine.
type Surroundings struct {
	EnvFile  string
	Absolute string // EnvFile as a whole path
	Exists   bool
	Values   map[string]string // what Pocket ID gets from the file, but for secrets
	Password secret.Value      // SMTP_PASSWORD, or what its file holds
	// PasswordFile is the file that Password was read from, or "".
	PasswordFile string
	text         secret.Value // the file, mended where it can be
	passwordLine bool         // there is an SMTP_PASSWORD line, perhaps an empty one
	owner        int          // the user to whom the file belongs
	Notes        []string
	Problems     []envwriter.Problem
	// Curable says that all that keeps a reader from the file can be mended
	// without changing what any other key means.
	Curable  bool
	Install  pocketid.Install
	Hostname string // os.Hostname() of this machine
	FQDN     string // its name by DNS, or ""
	// Err is why the file cannot be used.
	Err error
}

// lookBound is how long a look at the files may take: one of them may be on a
// file system that does not answer, or be a device that never ends.
const lookBound = 15 * time.Second

// LookRound finds out what it can about the Pocket ID that reads envFile. It ends
// with ctx, and after 15 s.
func (w World) LookRound(ctx context.Context, envFile string) Surroundings {
	looked := make(chan Surroundings, 1)
	go func() { looked <- w.lookRound(ctx, envFile) }()
	late := Surroundings{EnvFile: envFile}
	select {
	case found := <-looked:
		return found
	case <-ctx.Done():
		late.Err = ctx.Err()
	case <-time.After(lookBound):
		late.Err = fmt.Errorf("%s, or a file beside it, could not be read within %.0f s", envFile, lookBound.Seconds())
	}
	return late
}

func (w World) lookRound(ctx context.Context, envFile string) Surroundings {
	found := Surroundings{EnvFile: envFile, Install: w.Detect(envFile)}
	found.Absolute, _ = filepath.Abs(envFile) // "" where the directory is gone
	found.Hostname, _ = w.Hostname()
	ctx, cancel := context.WithTimeout(ctx, 1500*time.Millisecond)
	defer cancel()
	found.FQDN = w.fullName(ctx, found.Hostname)
	snapshot, err := atomicfile.Load(envFile)
	if err != nil {
		found.Err = err
		return found
	}
	if found.Err = w.spare(snapshot); found.Err != nil {
		return found
	}
	found.Exists, found.owner = snapshot.Exists, snapshot.UID
	found.read(snapshot.Bytes)
	return found
}

// spare refuses a file that is not for practice: a .env, by its own name or by
// that of a link to it.
func (w World) spare(s atomicfile.Snapshot) error {
	if w.Practice && filepath.Base(s.Target) == ".env" {
		return errors.New("the demo never writes a .env; give the file another name")
	}
	return nil
}

// Blank reports whether there is nothing in the file: it is then begun anew.
func (f Surroundings) Blank() bool { return strings.TrimSpace(f.text.Reveal()) == "" }

// readAs is what the first of those readers takes from the same file. A $ or a
// quote can make another value of the same line.
func (f Surroundings) readAs(readers []string) Surroundings {
	f.Password, f.PasswordFile, f.passwordLine, f.Values = secret.Value{}, "", false, nil
	f.Notes = nil
	f.take([]byte(f.text.Reveal()), readers)
	return f
}

// Recall takes the password that a draft lacks from the file again; false when it
// is not to be had there: it was typed, or the file has none for that user.
func (w World) Recall(ctx context.Context, a Answers) (Answers, bool) {
	if a.PasswordTyped {
		return a, false
	}
	found := w.LookRound(ctx, a.EnvFile).readAs(w.readers(a))
	if found.Password.Empty() || found.Value("SMTP_USER") != a.User {
		return a, false
	}
	a.Password = found.Password
	return a, true
}

// fullName is FQDN, which may go on asking after ctx has ended.
func (w World) fullName(ctx context.Context, hostname string) string {
	names := make(chan string, 1)
	go func() { names <- w.FQDN(ctx, hostname) }()
	select {
	case name := <-names:
		return name
	case <-ctx.Done():
		return ""
	}
}

// read finds what is wrong with the file, and takes the values out of it.
func (f *Surroundings) read(data []byte) {
	readers := namedReaders(f.Install.Readers)
	f.Problems = envwriter.Lint(data, readers)
	if mended, cured := envwriter.Fix(data, readers); cured > 0 && len(fatal(envwriter.Lint(mended, readers))) == 0 {
		f.Curable, data = true, mended
	}
	f.text = secret.New(string(data))
	f.take(data, f.Install.Readers)
}

// take takes the values as the first reader hands them to Pocket ID.
func (f *Surroundings) take(data []byte, names []string) {
	readers := namedReaders(append(slices.Clone(names), "pocket-id"))
	values, err := readers[0].Read(data)
	if err != nil {
		return
	}
	f.Values = map[string]string{}
	for key, value := range values {
		switch key {
		case "SMTP_PASSWORD":
			f.Password, f.passwordLine = secret.New(value), true
		case "ENCRYPTION_KEY":
		default:
			f.Values[key] = value
		}
	}
	f.readPasswordFile()
}

// fatal are the problems for which a reader takes nothing from the file at all.
func fatal(problems []envwriter.Problem) []envwriter.Problem {
	var list []envwriter.Problem
	for _, p := range problems {
		if p.Fatal {
			list = append(list, p)
		}
	}
	return list
}

func namedReaders(names []string) []envwriter.Reader {
	var readers []envwriter.Reader
	for _, name := range names {
		if r, err := envwriter.ReaderNamed(name); err == nil {
			readers = append(readers, r)
		}
	}
	return readers
}

// Value is a variable of the file under its present or its older name.
func (f Surroundings) Value(key string) string {
	if value, ok := f.Values[key]; ok {
		return value
	}
	return f.Values["PUBLIC_"+key]
}

// report says what was found, and what is wrong with the file.
func (f Surroundings) report() []wizard.Block {
	var blocks []wizard.Block
	if f.Err != nil {
		blocks = append(blocks, wizard.Text{Tone: wizard.Bad, Body: sentence(f.Err.Error())})
	}
	for _, p := range f.Problems {
		tone, text := wizard.Warn, p.Reader+": "+sentence(p.What)
		if p.Fatal {
			tone = wizard.Bad
		}
		if p.Fix != "" {
			text += " Cure: " + sentence(p.Fix)
		}
		blocks = append(blocks, wizard.Text{Tone: tone, Label: fmt.Sprintf("line %d", p.Line), Body: text})
	}
	if f.Install.ComposeFile != "" {
		blocks = append(blocks, wizard.Text{Tone: wizard.Good, Label: "Found",
			Body: "service " + f.Install.Service + " in " + filepath.Base(f.Install.ComposeFile)})
	}
	for _, n := range append(f.Notes, f.Install.Notes...) {
		blocks = append(blocks, wizard.Text{Tone: wizard.Quiet, Label: "Note", Body: n})
	}
	return blocks
}
