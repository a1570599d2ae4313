package asowner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/internal/casetest"
	"smtp-wizard/pocketid/install"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == Argument {
		os.Exit(Serve())
	}
	os.Exit(m.Run())
}

// Users of the tests: one with a name, and two of whom nobody knows more than the
// number.
const (
	him   = 65534
	third = 54321
)

const rootsSecret = "only-root-may-read-this"

// site is a directory of his, and one of root's beside it.
type site struct {
	t           *testing.T
	base        string
	his, roots  string
	env, secret string // in his, in roots
}

func newSite(t *testing.T) *site {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can give files to others")
	}
	base, err := os.MkdirTemp("/tmp", "asowner-") // t.TempDir's parent lets only root in
	casetest.Must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(base) })
	casetest.Must(t, os.Chmod(base, 0o755))
	s := &site{t: t, base: base, his: filepath.Join(base, "his"), roots: filepath.Join(base, "roots")}
	casetest.Must(t, os.Mkdir(s.his, 0o755), os.Mkdir(s.roots, 0o755), os.Chown(s.his, him, him))
	s.env, s.secret = filepath.Join(s.his, ".env"), filepath.Join(s.roots, "secret")
	s.file(s.secret, rootsSecret, 0, 0, 0o600)
	return s
}

// again empties the directories for another case: to start a process takes long.
func (s *site) again(t *testing.T) {
	t.Helper()
	s.t = t
	casetest.Must(t, os.Chmod(s.base, 0o755))
	for _, pattern := range []string{"*", "his/*", "his/.*", "roots/*"} {
		found, _ := filepath.Glob(filepath.Join(s.base, pattern))
		for _, path := range found {
			if path != s.his && path != s.roots {
				casetest.Must(t, os.RemoveAll(path))
			}
		}
	}
	s.file(s.secret, rootsSecret, 0, 0, 0o600)
}

func (s *site) file(path, text string, uid, gid int, mode fs.FileMode) string {
	s.t.Helper()
	casetest.Must(s.t, os.WriteFile(path, []byte(text), 0o600), os.Chown(path, uid, gid), os.Chmod(path, mode))
	return path
}

func (s *site) dir(path string, uid int, mode fs.FileMode) string {
	s.t.Helper()
	casetest.Must(s.t, os.Mkdir(path, 0o755), os.Chown(path, uid, uid), os.Chmod(path, mode))
	return path
}

func (s *site) link(target, path string) string {
	s.t.Helper()
	casetest.Must(s.t, os.Symlink(target, path), os.Lchown(path, him, him))
	return path
}

func (s *site) open() *Files {
	s.t.Helper()
	f, err := Open(s.env)
	casetest.Must(s.t, err)
	s.t.Cleanup(f.Close)
	if f.Warning != "" || f.Owner() == nil || f.Owner().UID != him {
		s.t.Fatalf("not with his rights: %+v", f)
	}
	return f
}

// is checks a file.
func (s *site) is(path, text string, uid, gid int, mode fs.FileMode) {
	s.t.Helper()
	got, err := os.ReadFile(path)
	casetest.Must(s.t, err)
	info, err := os.Stat(path)
	casetest.Must(s.t, err)
	st := info.Sys().(*syscall.Stat_t)
	if string(got) != text || int(st.Uid) != uid || int(st.Gid) != gid || info.Mode().Perm() != mode {
		s.t.Errorf("%s is %q of %d:%d, mode %o; want %q of %d:%d, mode %o", path, got, st.Uid, st.Gid,
			info.Mode().Perm(), text, uid, gid, mode)
	}
}

// TestCloseLeavesNothingOpen compares the descriptors of this process.
func TestCloseLeavesNothingOpen(t *testing.T) {
	s := newSite(t)
	s.file(s.env, "", him, him, 0o600)
	open := func() int { all, _ := os.ReadDir("/proc/self/fd"); return len(all) }
	round := func() { f, err := Open(s.env); casetest.Must(t, err); f.Close() }
	round() // what stays open from the first time on
	before := open()
	for range 6 {
		round()
	}
	if after := open(); after > before+4 {
		t.Errorf("%d descriptors are open, %d before", after, before)
	}
}

// TestReadsWithHisRights reads what his .env may name: the kernel says what he may.
func TestReadsWithHisRights(t *testing.T) {
	s := newSite(t)
	f := s.open()
	for name, c := range map[string]struct {
		path  func(s *site) string
		reads bool
	}{
		"root's":         {path: func(s *site) string { return s.secret }},
		"root's by ..":   {path: func(s *site) string { return s.his + "/../roots/secret" }},
		"through a link": {path: func(s *site) string { return s.link(s.secret, s.his+"/l") }},
		"through links": {path: func(s *site) string {
			return s.link(s.link(s.link(s.roots, s.his+"/a"), s.his+"/b")+"/secret", s.his+"/c")
		}},
		"in a linked dir":   {path: func(s *site) string { return s.link("../roots", s.his+"/l") + "/secret" }},
		"in a closed dir":   {path: func(s *site) string { return s.file(s.dir(s.base+"/shut", 0, 0o700)+"/f", "x", 0, 0, 0o644) }},
		"in closed by mode": {path: func(s *site) string { return s.file(s.dir(s.base+"/shut", third, 0o750)+"/f", "x", him, him, 0o644) }},
		"not his group":     {path: func(s *site) string { return s.file(s.roots+"/g", "x", 0, him, 0o604) }},
		"an ACL":            {path: func(s *site) string { return shutOut(s, s.file(s.roots+"/a", "x", 0, 0, 0o644)) }},
		"a third user's":    {path: func(s *site) string { return s.file(s.roots+"/3", "x", third, third, 0o600) }},
		"by /proc":          {path: func(s *site) string { return "/proc/self/fd/0" }},
		"his parent's":      {path: func(s *site) string { return fmt.Sprintf("/proc/%d/environ", os.Getpid()) }},
		"his group's":       {reads: true, path: func(s *site) string { return s.file(s.roots+"/g", "x", 0, him, 0o640) }},
		"everybody's":       {reads: true, path: func(s *site) string { return s.file(s.roots+"/e", "x", 0, 0, 0o644) }},
		"below root's": {reads: true, path: func(s *site) string {
			casetest.Must(s.t, os.Chmod(s.base, 0o700))
			return s.file(s.his+"/f", "x", him, him, 0o600)
		}},
		"his own by a link": {reads: true, path: func(s *site) string { return s.link(s.file(s.his+"/f", "x", him, him, 0o600), s.his+"/l") }},
	} {
		t.Run(name, func(t *testing.T) {
			s.again(t)
			path := c.path(s)
			s.file(s.env, "SMTP_HOST=relay.example.test\nSMTP_PASSWORD_FILE="+path+"\n", him, him, 0o600)
			s.file(s.his+"/pocket-id", "", him, him, 0o755)
			got, err := f.Load(path)
			if c.reads != (err == nil) || c.reads && string(got.Bytes) != "x" {
				t.Errorf("%q, %v", got.Bytes, err)
			}
			in, err := f.Discover(install.Machine{Dir: s.his, Home: s.his}, nil)
			if err != nil || in.Runs == "" || in.Password.Readable != c.reads || c.reads != (in.Password.Reveal() == "x") {
				t.Errorf("%s, %+v, %v", in.Runs, in.Password, err)
			}
		})
	}
}

// shutOut gives a file an ACL by which he may not read it.
func shutOut(s *site, path string) string {
	s.t.Helper()
	entry := func(tag, perm uint16, id uint32) []byte {
		return []byte{byte(tag), 0, byte(perm), 0, byte(id), byte(id >> 8), byte(id >> 16), byte(id >> 24)}
	}
	const none = 0xffffffff
	acl := slices.Concat([]byte{2, 0, 0, 0}, entry(1, 6, none), entry(2, 0, him), entry(4, 4, none), entry(16, 4, none), entry(32, 4, none))
	if err := unix.Setxattr(path, "system.posix_acl_access", acl, 0); err != nil {
		s.t.Skip("no ACLs here:", err)
	}
	return path
}

// TestSavesNothingOfOthers saves a password where his .env says: nothing that he
// could not write changes.
func TestSavesNothingOfOthers(t *testing.T) {
	s := newSite(t)
	around := s.open()
	for name, path := range map[string]func(s *site) string{
		"root's":             func(s *site) string { return s.secret },
		"root's by ..":       func(s *site) string { return s.his + "/../roots/secret" },
		"in a linked dir":    func(s *site) string { return s.link(s.roots, s.his+"/l") + "/secret" },
		"through a link":     func(s *site) string { return s.link(s.secret, s.his+"/l") },
		"by /proc":           func(s *site) string { return "/proc/self/cwd/../roots/secret" },
		"a new one":          func(s *site) string { return s.roots + "/new" },
		"a dangling link":    func(s *site) string { return s.link(s.roots+"/new", s.his+"/l") },
		"new in a link":      func(s *site) string { return s.link(s.roots, s.his+"/l") + "/new" },
		"readable, of root":  func(s *site) string { return s.file(s.roots+"/open", "x", 0, 0, 0o644) },
		"a link to such one": func(s *site) string { return s.link(s.file(s.roots+"/open", "x", 0, 0, 0o666), s.his+"/l") },
		"a third user's":     func(s *site) string { return s.file(s.dir(s.base+"/3", third, 0o755)+"/f", "x", third, third, 0o644) },
		"a hard link": func(s *site) string {
			casetest.Must(s.t, os.Link(s.secret, s.his+"/h"))
			return s.his + "/h"
		},
	} {
		for _, secret := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, secret %v", name, secret), func(t *testing.T) {
				s.again(t)
				file := path(s)
				before := s.all()
				if secret { // or the .env itself, which his link leads to
					_, err := around.SaveAll([]atomicfile.File{{Path: file, Bytes: []byte("pw"), Secret: true}})
					if err == nil {
						t.Error("saved")
					}
				} else {
					f, err := Open(file)
					casetest.Must(t, err)
					defer f.Close()
					if f.Owner() == nil || f.Owner().UID != him {
						return // what root names himself
					}
					if _, err := f.SaveAll([]atomicfile.File{{Path: file, Bytes: []byte("pw")}}); err == nil {
						t.Error("saved")
					}
				}
				if after := s.all(); after != before {
					t.Errorf("before\n%safter\n%s", before, after)
				}
			})
		}
	}
}

// all are the files with their contents and owners.
func (s *site) all() string {
	var out strings.Builder
	casetest.Must(s.t, filepath.WalkDir(s.base, func(path string, _ fs.DirEntry, _ error) error {
		info, err := os.Lstat(path)
		if err != nil {
			return err
		}
		text := ""
		if info.Mode().IsRegular() {
			data, _ := os.ReadFile(path)
			text = string(data)
		}
		fmt.Fprintf(&out, "%s %v %d %q\n", path, info.Mode(), info.Sys().(*syscall.Stat_t).Uid, text)
		return nil
	}))
	return out.String()
}

// TestEditsThePlainEnv: the .env right in his directory is edited, whoever owns it,
// and keeps owner, group, mode and ACL.
func TestEditsThePlainEnv(t *testing.T) {
	for name, c := range map[string]struct {
		uid, gid int
		mode     fs.FileMode
	}{
		"root's":            {0, 0, 0o600},
		"his":               {him, him, 0o600},
		"his, root's group": {him, 0, 0o640},
		"a service's":       {third, 4242, 0o640},
		"read only":         {third, third, 0o400},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.file(s.env, "old", c.uid, c.gid, c.mode)
			f := s.open()
			before, err := f.Load(s.env)
			casetest.Must(t, err)
			reader := &atomicfile.User{UID: c.uid, GID: c.gid}
			saved, err := f.SaveAll([]atomicfile.File{
				{Path: s.his + "/smtp-password", Bytes: []byte("pw"), Secret: true, MustBeNew: true},
				{Path: s.env, Bytes: []byte("new"), Before: &before, ReadBy: reader}})
			if err != nil || len(saved) != 2 {
				t.Fatal(err)
			}
			s.is(s.env, "new", c.uid, c.gid, c.mode)
			s.is(saved[1].Backup, "old", c.uid, c.gid, 0o600)
			s.is(s.his+"/smtp-password", "pw", him, him, 0o600)
		})
	}
}

// TestNewEnvBelongsToItsReader makes a .env in his directory.
func TestNewEnvBelongsToItsReader(t *testing.T) {
	for name, c := range map[string]struct {
		reader *atomicfile.User
		uid    int
		closed bool
	}{
		"his":                         {uid: him},
		"a unit's user reads it":      {reader: &atomicfile.User{UID: third, GID: third}, uid: third},
		"where only root finds a way": {uid: him, closed: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			if c.closed {
				casetest.Must(t, os.Chmod(s.base, 0o700))
			}
			if _, err := s.open().SaveAll([]atomicfile.File{{Path: s.env, Bytes: []byte("new"), ReadBy: c.reader}}); err != nil {
				t.Fatal(err)
			}
			s.is(s.env, "new", c.uid, c.uid, 0o600)
		})
	}
}

// TestLinkedEnvIsSavedWhereItIs follows his symlink with his rights.
func TestLinkedEnvIsSavedWhereItIs(t *testing.T) {
	s := newSite(t)
	target := s.file(s.dir(s.base+"/data", him, 0o755)+"/real.env", "old", him, 4242, 0o640)
	s.link("../data/real.env", s.env)
	if _, err := s.open().SaveAll([]atomicfile.File{{Path: s.env, Bytes: []byte("new")}}); err != nil {
		t.Fatal(err)
	}
	s.is(target, "new", him, 4242, 0o640)
	if names, _ := os.ReadDir(s.base + "/data"); len(names) != 2 {
		t.Errorf("%v", names) // the file and its backup
	}
}

// TestLinkToRootsDirectory: his symlink to a directory of root's is followed with his
// rights, root's own with root's.
func TestLinkToRootsDirectory(t *testing.T) {
	s := newSite(t)
	s.file(s.roots+"/.env", "A=1\n", 0, 0, 0o600)
	s.env = s.link(s.roots, s.his+"/app") + "/.env"
	if _, err := s.open().Load(s.env); !errors.Is(err, fs.ErrPermission) {
		t.Error(err)
	}
	casetest.Must(t, os.Lchown(filepath.Dir(s.env), 0, 0)) // he can still replace it
	s.open()
	own := s.base + "/own"
	casetest.Must(t, os.Symlink(s.roots, own))
	f, err := Open(own + "/.env")
	casetest.Must(t, err)
	defer f.Close()
	if _, err := f.Load(own + "/.env"); err != nil || f.Owner() != nil {
		t.Error(err, f.Owner())
	}
}

// TestRootsDirectoryInHis: he can put another directory in the place of root's, so only
// what is root's right in it is reached with root's rights.
func TestRootsDirectoryInHis(t *testing.T) {
	s := newSite(t)
	s.env = s.file(s.dir(s.dir(s.his+"/a", 0, 0o755)+"/b", 0, 0o755)+"/.env", "old", 0, 0, 0o600)
	f := s.open()
	if _, err := f.Load(s.secret); !errors.Is(err, fs.ErrPermission) {
		t.Error("elsewhere:", err)
	}
	own := s.file(filepath.Dir(s.env)+"/smtp-password", "pw", 0, 0, 0o600)
	if snapshot, err := f.Load(own); err != nil || string(snapshot.Bytes) != "pw" {
		t.Error("beside it:", err)
	}
	if _, err := f.SaveAll([]atomicfile.File{{Path: s.env, Bytes: []byte("new")}, {Path: filepath.Dir(s.env) + "/n", Bytes: []byte("x")}}); err != nil {
		t.Fatal(err)
	}
	s.is(s.env, "new", 0, 0, 0o600)
	s.is(filepath.Dir(s.env)+"/n", "x", 0, 0, 0o600)
}

// TestHisEnvInRootsDirectory: whoever can write the .env names the files around it, so
// they are reached with his rights. What is new there, and his, root replaces.
func TestHisEnvInRootsDirectory(t *testing.T) {
	s := newSite(t)
	s.env = s.file(s.roots+"/.env", "old", him, him, 0o600)
	if _, err := s.open().Load(s.secret); !errors.Is(err, fs.ErrPermission) {
		t.Error(err)
	}
	open, password := s.file(s.roots+"/open", "root's", 0, 0, 0o644), s.roots+"/smtp-password"
	if _, err := s.open().SaveAll([]atomicfile.File{{Path: open, Bytes: []byte("pw"), Secret: true}}); err == nil {
		t.Error("saved")
	}
	s.is(open, "root's", 0, 0, 0o644)
	for _, pw := range []string{"first", "second"} {
		if _, err := s.open().SaveAll([]atomicfile.File{{Path: password, Bytes: []byte(pw), Secret: true},
			{Path: s.env, Bytes: []byte(pw)}}); err != nil {
			t.Fatal(err)
		}
		s.is(password, pw, him, him, 0o600)
		s.is(s.env, pw, him, him, 0o600)
	}
}

// TestWithoutTheProgram: where this program cannot be started again all is as it was,
// and said so.
func TestWithoutTheProgram(t *testing.T) {
	s := newSite(t)
	kept := programs
	defer func() { programs = kept }()
	programs = func() []string { return []string{"/nonexistent/smtp-wizard", "/bin/true"} }
	f, err := Open(s.env)
	casetest.Must(t, err)
	defer f.Close()
	if !strings.Contains(f.Warning, "read and written as root") {
		t.Errorf("%q", f.Warning)
	}
	if got, err := f.Load(s.secret); err != nil || string(got.Bytes) != rootsSecret {
		t.Error(err)
	}
	programs = func() []string { return append([]string{"/nonexistent/smtp-wizard"}, kept()[1:]...) } // as without /proc
	s.open()
}

// TestDirectoryExchanged lets him exchange his directory for a symlink to root's, over
// and over, while root saves there.
func TestDirectoryExchanged(t *testing.T) {
	s := newSite(t)
	app, trap := s.dir(s.his+"/app", him, 0o755), s.link(s.roots, s.his+"/trap")
	s.file(s.roots+"/.env", "ROOT=1\n", 0, 0, 0o600)
	s.file(s.roots+"/smtp-password", rootsSecret, 0, 0, 0o600)
	s.env = s.file(app+"/.env", "A=1\n", him, him, 0o600)
	before := (&site{t: t, base: s.roots}).all()
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				_ = unix.Renameat2(unix.AT_FDCWD, app, unix.AT_FDCWD, trap, unix.RENAME_EXCHANGE)
			}
		}
	}()
	for range 3000 {
		f := &Files{env: s.env}
		if f.findOwner() == 0 {
			t.Error("as root")
		}
		f.Close()
	}
	saved := 0
	for i := range 5 {
		f, err := Open(s.env)
		casetest.Must(t, err)
		_, err = f.SaveAll([]atomicfile.File{{Path: app + "/smtp-password", Bytes: []byte("pw"), Secret: true},
			{Path: s.env, Bytes: fmt.Appendf(nil, "A=%d\n", i)}})
		if err == nil {
			saved++
		}
		f.Close()
	}
	close(stop)
	<-stopped
	if after := (&site{t: t, base: s.roots}).all(); after != before {
		t.Errorf("before\n%safter\n%s", before, after)
	}
	t.Logf("%d of 5 saved", saved)
}

// TestDiscoversWithHisRights hands a file of root's to his Pocket ID in every way:
// nothing of it arrives.
func TestDiscoversWithHisRights(t *testing.T) {
	secret := "SMTP_PASSWORD=" + rootsSecret + "\nSMTP_FROM=" + rootsSecret + "@example.test\n"
	s := newSite(t)
	f := s.open()
	for name, files := range casetest.Read[map[string]map[string]string](t, "discoverswithhisrights") {
		t.Run(name, func(t *testing.T) {
			s.again(t)
			s.file(s.secret, secret, 0, 0, 0o600)
			s.file(s.env, "SMTP_HOST=relay.example.test\nUI_CONFIG_DISABLED=true\n", 0, 0, 0o600)
			for file, text := range files {
				casetest.Must(t, os.MkdirAll(filepath.Dir(filepath.Join(s.his, file)), 0o755))
				text = strings.NewReplacer("SECRET", s.secret, "HERE", s.his).Replace(text)
				s.file(filepath.Join(s.his, file), text, him, him, 0o755)
			}
			in, err := f.Discover(install.Machine{Dir: s.his, Home: s.his, Env: []string{"ROOTS_COMPOSE_TOKEN=" + rootsSecret}}, nil)
			refused := name == "include" || name == "included" || name == "extends" // compose reads nothing at all
			if err != nil || in.Runs == "" && !refused {
				t.Fatalf("%+v, %v", in, err)
			}
			if found := fmt.Sprintf("%#v", in); strings.Contains(found, rootsSecret) || strings.Contains(in.Password.Reveal(), rootsSecret) {
				t.Errorf("root's file arrived: %s", found)
			}
			if host, _ := in.Value("SMTP_HOST"); host != "relay.example.test" && !refused {
				t.Errorf("the .env, which root may read, did not arrive: %+v", in)
			}
		})
	}
}

// TestProcessTellsNothing looks at the process from outside.
func TestProcessTellsNothing(t *testing.T) {
	t.Setenv("SMTP_WIZARD_PASSWORD", rootsSecret)
	s := newSite(t)
	f := s.open()
	if _, err := f.Load(s.env); err != nil {
		t.Fatal(err)
	}
	proc := fmt.Sprintf("/proc/%d/", f.process.command.Process.Pid)
	line, err := os.ReadFile(proc + "cmdline")
	casetest.Must(t, err)
	env, err := os.ReadFile(proc + "environ")
	casetest.Must(t, err)
	status, err := os.ReadFile(proc + "status")
	casetest.Must(t, err)
	if string(line) != os.Args[0]+"\x00"+Argument+"\x00" || len(env) > 0 {
		t.Errorf("%q, %q", line, env)
	}
	for _, want := range []string{"Uid:\t65534\t65534\t65534\t65534\n", "Gid:\t65534\t65534\t65534\t65534\n",
		"CapPrm:\t0000000000000000\n", "CapEff:\t0000000000000000\n"} {
		if !strings.Contains(string(status), want) {
			t.Errorf("no %q in %s", want, status)
		}
	}
}

// TestGroups compares with what id says of everybody here.
func TestGroups(t *testing.T) {
	passwd, err := os.ReadFile("/etc/passwd")
	casetest.Must(t, err)
	for line := range strings.Lines(string(passwd)) {
		fields := strings.Split(line, ":")
		if len(fields) < 4 {
			continue
		}
		out, err := exec.Command("id", "-G", fields[0]).Output()
		if err != nil {
			continue
		}
		uid, gid := 0, 0
		_, err1 := fmt.Sscan(fields[2], &uid)
		_, err2 := fmt.Sscan(fields[3], &gid)
		casetest.Must(t, err1, err2)
		want := strings.Fields(string(out))
		u := account(uid)
		got := []string{fmt.Sprint(u.GID)}
		for _, g := range u.Groups {
			got = append(got, fmt.Sprint(g))
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) || u.GID != gid {
			t.Errorf("%s: %v, id says %v", fields[0], got, want)
		}
	}
	if u := account(third); u.GID != nogroup || len(u.Groups) > 0 {
		t.Errorf("%+v", u)
	}
}
