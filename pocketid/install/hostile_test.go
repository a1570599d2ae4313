package install_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/internal/layouttest"
	"smtp-wizard/pocketid"
	"smtp-wizard/pocketid/install"
)

const service = "services:\n  pocket-id:\n    image: pocketid/pocket-id:v2.9.0\n    env_file: .env\n"

// hostileProjects are compose files that would cost a loader without bounds time,
// memory or an answer. Each ends with a word that says why.
var hostileProjects = []struct {
	name, says string
	files      map[string]string
}{
	{"too large", "larger than 1 MiB", map[string]string{"compose.yaml": service + strings.Repeat("# x\n", 1<<18)}},
	{"too large when included", "larger than 1 MiB", map[string]string{
		"compose.yaml": "include: [big.yaml]\n" + service, "big.yaml": strings.Repeat("# x\n", 1<<19)}},
	{"too large when extended", "larger than 1 MiB", map[string]string{
		"compose.yaml": service + "    extends: {file: big.yaml, service: a}\n", "big.yaml": strings.Repeat("# x\n", 1<<19)}},
	{"include of what is no file", "not a regular file", map[string]string{"compose.yaml": "include: [{path: a.yaml, env_file: pipe/}]\n" + service, "a.yaml": service, "pipe/x": ""}},
	{"what is no file is extended", "not a regular file", map[string]string{"compose.yaml": service + "    extends: {file: pipe, service: a}\n", "pipe/x": ""}},
	{"include cycle", "leads back to itself", map[string]string{
		"compose.yaml": "include: [a.yaml]\n" + service, "a.yaml": "include: [b.yaml]\n", "b.yaml": "include: [a.yaml]\n"}},
	{"include of itself", "leads back to itself", map[string]string{"compose.yaml": "include: [compose.yaml]\n" + service}},
	{"extends cycle", "ircular", map[string]string{
		"compose.yaml": service + "    extends: {file: a.yaml, service: pocket-id}\n",
		"a.yaml":       service + "    extends: {file: compose.yaml, service: pocket-id}\n"}},
	{"include from elsewhere", "", map[string]string{"compose.yaml": "include: [https://example.com/compose.yaml]\n" + service}},
	{"anchor bomb", "anchors come to more", map[string]string{"compose.yaml": service + anchorBomb()}},
	{"anchor that holds itself", "", map[string]string{"compose.yaml": service + "x-a: &a\n  b: *a\n"}},
	{"deep", "", map[string]string{"compose.yaml": service + "x-a: " + strings.Repeat("[", 200000) + "\n"}},
	{"many references", "more than 200", map[string]string{"compose.yaml": service + "x-a: " + strings.Repeat("${a", 1000) + "\n"}},
	{"many files", "more than 60 files", manyIncludes()},
	{"each file includes the next one twice", "more than 60 files", diamonds()},
}

func anchorBomb() string {
	var out strings.Builder
	out.WriteString("x-a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n")
	for _, n := range "123456789" {
		item := "*a" + string(n-1)
		out.WriteString("x-a" + string(n) + ": &a" + string(n) + " [" + strings.Repeat(item+", ", 8) + item + "]\n")
	}
	return out.String()
}

func manyIncludes() map[string]string {
	files := map[string]string{}
	main := "include:\n"
	for i := range 100 {
		name := "f" + strings.Repeat("x", i) + ".yaml"
		files[name] = "services: {}\n"
		main += "  - " + name + "\n"
	}
	files["compose.yaml"] = main + service
	return files
}

func diamonds() map[string]string {
	files := map[string]string{"compose.yaml": "include: [a.yaml]\n" + service, strings.Repeat("a", 41) + ".yaml": "services: {}\n"}
	for i := range 40 {
		next := strings.Repeat("a", i+2) + ".yaml"
		files[next[1:]] = "include: [" + next + ", " + next + "]\n"
	}
	return files
}

func TestHostileProjects(t *testing.T) {
	for _, h := range hostileProjects {
		t.Run(h.name, func(t *testing.T) {
			root := t.TempDir()
			write(t, root, "/srv/id/.env", "SMTP_HOST=smtp.example.com\n")
			for name, data := range h.files {
				write(t, root, "/srv/id/"+name, data)
			}
			in := install.Discover(install.Machine{Files: install.Disk{Root: root}, Dir: "/srv/id"}, ".env")
			if in.Runs != pocketid.RuntimeCompose || in.Refused == "" || !strings.Contains(in.Refused, h.says) || strings.Contains(in.Refused, "%!") {
				t.Errorf("runs %q, refused %q; want %q", in.Runs, in.Refused, h.says)
			}
			if len(in.Refused) > 1000 {
				t.Errorf("%d bytes", len(in.Refused))
			}
		})
	}
}

func write(t *testing.T, root, path, data string) {
	t.Helper()
	path = filepath.Join(root, path)
	casetest.Must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	casetest.Must(t, os.WriteFile(path, []byte(data), 0o600))
}

// TestHostileScripts are start scripts that would not end, or would grow.
func TestHostileScripts(t *testing.T) {
	for name, script := range map[string]string{
		"endless loop":    "while true; do :; done\n",
		"grows":           "a=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n" + strings.Repeat("a=$a$a\n", 60),
		"recursive":       "f() { f; f; f; }\nf\n",
		"sources itself":  ". ./start.sh\n. ./start.sh\n",
		"starts itself":   "./start.sh\n./start.sh\n",
		"nested loops":    strings.Repeat("for i in 1 2 3 4 5 6 7 8 9; do\n", 40) + "docker run -e A=$i x\n" + strings.Repeat("done\n", 40),
		"deep quoting":    strings.Repeat("$(echo ", 2000) + strings.Repeat(")", 2000) + "\n",
		"deep subshells":  strings.Repeat("(", 5000) + strings.Repeat(")", 5000) + "\n",
		"reads a device":  ". /dev/zero\n",
		"removes nothing": "rm -rf /\n> .env\n",
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			write(t, root, "/srv/id/.env", "SMTP_HOST=smtp.example.com\n")
			write(t, root, "/srv/id/start.sh", "#!/bin/sh\n"+script+"set -a\n. ./.env\n./pocket-id\n")
			install.Discover(install.Machine{Files: install.Disk{Root: root}, Dir: "/srv/id"}, ".env")
			if data, err := os.ReadFile(filepath.Join(root, "/srv/id/.env")); err != nil || len(data) == 0 {
				t.Errorf("the file is %q, %v", data, err)
			}
		})
	}
}

// TestNoSecretLeaves looks for the passwords of all layouts in what is shown.
func TestNoSecretLeaves(t *testing.T) {
	for _, l := range layouttest.All(t, "testdata") {
		r := install.Discover(machine(t, l), l.EnvFile).Result()
		shown := words(r)
		for _, w := range r.Warnings {
			shown += w.Text + w.File
			if strings.Contains(w.Text, "%!") {
				t.Errorf("%s: %s", l.Name, w.Text)
			}
		}
		for _, part := range l.Archive.Files {
			for line := range strings.Lines(string(part.Data)) {
				_, secret, found := strings.Cut(strings.TrimSpace(line), "_PASSWORD=")
				if _, key, isKey := strings.Cut(line, "ENCRYPTION_KEY="); isKey {
					secret, found = strings.TrimSpace(key), true
				}
				if secret = strings.Trim(secret, `"'`); found && len(secret) > 3 && strings.Contains(shown, secret) {
					t.Errorf("%s: a secret of %s is shown", l.Name, part.Name)
				}
			}
		}
	}
}

// A file of many keys takes no longer than it is long.
func TestManyKeys(t *testing.T) {
	casetest.GrowsEvenly(t, "keys", 1000, func(n int) {
		var file strings.Builder
		for i := range n {
			fmt.Fprintf(&file, "KEY_%d=1\n", i)
		}
		files := memory{"/srv/id/.env": []byte(file.String()), "/srv/id/compose.yaml": []byte(service)}
		in := install.Discover(install.Machine{Files: files, Home: "/root", Dir: "/srv/id"}, ".env")
		if keys := in.Keys(); len(keys) < n {
			t.Errorf("%d keys arrive", len(keys))
		}
	})
}

func fuzzFile(f *testing.F, path string, seeds ...string) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		files := memory{"/srv/id/.env": []byte("SMTP_HOST=smtp.example.com\nSMTP_PASSWORD=Tr0ub4dor-kettle\n"), path: data}
		in := install.Discover(install.Machine{Files: files, Home: "/root", Dir: "/srv/id"}, ".env")
		if r := in.Result(); strings.Contains(words(r)+strings.Join(r.EnvFiles, ""), "Tr0ub4dor-kettle") {
			t.Error("the password is shown")
		}
	})
}

// memory is a file system of a few files.
type memory map[string][]byte

func (m memory) Read(path string) ([]byte, error) {
	if data, ok := m[path]; ok {
		return data, nil
	}
	return nil, fs.ErrNotExist
}

func (m memory) Glob(pattern string) (out []string, err error) {
	for path := range m {
		if fits, err := filepath.Match(pattern, path); err == nil && fits {
			out = append(out, path)
		}
	}
	return out, nil
}

func (m memory) Local(path string) string { return "/nowhere" + path }

func FuzzUnit(f *testing.F) {
	fuzzFile(f, "/etc/systemd/system/pocket-id.service",
		"[Service]\nEnvironment=\"A=b c\" D=%i\nEnvironmentFile=-/srv/id/.env\nExecStart=@/opt/pocket-id/pocket-id x ${A} $D\n",
		"[Service]\nExecStart=/bin/sh -c 'set -a; . /srv/id/.env; exec pocket-id'\nLoadCredential=a:b\n")
}

func FuzzQuadlet(f *testing.F) {
	fuzzFile(f, "/etc/containers/systemd/pocket-id.container",
		"[Container]\nImage=pocketid/pocket-id:v2.9.0\nEnvironmentFile=/srv/id/.env\nEnvironment=A=b \"C=d e\"\nSecret=x,type=env,target=SMTP_PASSWORD\nPodmanArgs=--hostname x\n",
		"[Container]\nImage=a.image\nPod=b.pod\nNetwork=c.container\nVolume=/srv/id/.env:/app/.env\n")
}

func FuzzRunLine(f *testing.F) {
	fuzzFile(f, "/srv/id/start.sh",
		"#!/bin/sh\ndocker run -d -e A=b --env-file=.env -h x -v ./.env:/app/.env pocketid/pocket-id:v2.9.0 serve\n",
		"#!/bin/sh\npodman run --secret=a,type=env -e SMTP_* --network host --env-file /srv/id/.env pocketid/pocket-id\n",
		"#!/bin/sh\nexport $(cat .env | xargs)\ncase $1 in start) ./pocket-id;; esac\n")
}

func FuzzCompose(f *testing.F) {
	fuzzFile(f, "/srv/id/compose.yaml", service,
		"include: [a.yaml]\nservices:\n  pocket-id:\n    image: ${A:-pocketid/pocket-id}\n    environment: [A=b, C]\n    env_file: [{path: .env, format: raw}]\n",
		"x-a: &a {A: $B}\nservices:\n  id:\n    extends: {file: b, service: c}\n    environment: {<<: *a, SMTP_PASSWORD: Tr0ub4dor-kettle}\n")
}
