package asowner

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"smtp-wizard/envwriter/atomicfile"
)

// process is a second instance of this program, with another user's privileges.
type process struct {
	mu      sync.Mutex // held for a request and its answer
	command *exec.Cmd
	in      io.WriteCloser
	from    *json.Decoder
	files   *net.UnixConn // for receiving open files
	owner   *atomicfile.User
	readers []atomicfile.User // who may be given a new file
	groups  []int             // of the user's files that were opened
}

// programs are paths of this program: the first works even if the file was replaced,
// the second without /proc.
var programs = func() []string {
	out := []string{"/proc/self/exe"}
	if found, err := exec.LookPath(os.Args[0]); err == nil {
		out = append(out, found)
	}
	return out
}

// start starts the process, as root because the user may not be able to execute the
// program; it becomes the user before it does anything else.
func start(owner *atomicfile.User, folder *os.File, path string) (*process, error) {
	var failed error
	for _, program := range programs() {
		p, err := startProgram(program, owner, folder, path)
		if err == nil {
			return p, nil
		}
		failed = err
	}
	return nil, failed
}

func startProgram(program string, owner *atomicfile.User, folder *os.File, path string) (p *process, err error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "files"), os.NewFile(uintptr(pair[1]), "files")
	defer ours.Close()
	defer theirs.Close()
	p = &process{owner: owner}
	conn, err := net.FileConn(ours)
	if err != nil {
		return nil, err
	}
	p.files = conn.(*net.UnixConn)
	p.command = &exec.Cmd{Path: program, Args: []string{os.Args[0], Argument}, Env: []string{}, Dir: "/",
		ExtraFiles:  []*os.File{theirs},
		Stderr:      theirs,                             // discarded; there may be no /dev/null
		SysProcAttr: &syscall.SysProcAttr{Setsid: true}} // no signals from the terminal
	if folder != nil {
		p.command.ExtraFiles = append(p.command.ExtraFiles, folder)
	}
	if p.in, err = p.command.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.command.Start(); err != nil {
		_ = p.files.Close()
		return nil, err
	}
	p.from = json.NewDecoder(out)
	a, _, err := p.ask(request{Op: opBecome, User: *owner, Path: path, Known: folder != nil})
	if err == nil && !slices.Equal(a.IDs, idsOf(*owner)) {
		err = fmt.Errorf("it has the ids %v", a.IDs)
	}
	if err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

// idsOf are the real, effective and saved ids of a user, and the groups, sorted.
func idsOf(u atomicfile.User) []int {
	groups := slices.Clone(u.Groups)
	slices.Sort(groups)
	return append([]int{u.UID, u.UID, u.UID, u.GID, u.GID, u.GID}, groups...)
}

// stop ends the process, which is idle or hangs.
func (p *process) stop() {
	_ = p.in.Close()
	_ = p.files.Close()
	_ = p.command.Process.Kill()
	go func() { _ = p.command.Wait() }() // may block on a dead file system
}

// ask sends one request. The file is that of a successful opOpen.
func (p *process) ask(r request) (a answer, file *os.File, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	err = send(p.in, r)
	if err == nil {
		err = receive(p.from, &a)
	}
	if err == nil && r.Op == opOpen && !a.Failed {
		file, err = p.receiveFile(r.Path)
	}
	if err != nil {
		return a, nil, fmt.Errorf("the process with the rights of user %d failed: %w", p.owner.UID, err)
	}
	return a, file, a.err(r)
}

// receiveFile receives an open file from the socket.
func (p *process) receiveFile(path string) (*os.File, error) {
	one, control := make([]byte, 1), make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := p.files.ReadMsgUnix(one, control)
	if err != nil {
		return nil, err
	}
	messages, err := unix.ParseSocketControlMessage(control[:n])
	if err != nil || len(messages) != 1 {
		return nil, errors.Join(err, io.ErrUnexpectedEOF)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return nil, errors.Join(err, io.ErrUnexpectedEOF)
	}
	unix.CloseOnExec(fds[0])
	return os.NewFile(uintptr(fds[0]), path), nil
}

// Open opens a file with the user's privileges.
func (p *process) Open(path string, flags int, mode fs.FileMode) (*os.File, error) {
	_, file, err := p.ask(request{Op: opOpen, Path: path, Flags: flags, Mode: mode})
	if err != nil {
		return nil, err
	}
	var s unix.Stat_t
	if unix.Fstat(int(file.Fd()), &s) == nil && int(s.Uid) == p.owner.UID {
		p.groups = append(p.groups, int(s.Gid))
	}
	return file, nil
}

// Lstat is os.Lstat.
func (p *process) Lstat(path string) (fs.FileInfo, error) {
	f, err := p.Open(path, unix.O_PATH|unix.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Stat()
}

// Resolve is filepath.EvalSymlinks.
func (p *process) Resolve(path string) (string, error) {
	a, _, err := p.ask(request{Op: opResolve, Path: path})
	return a.Path, err
}

// Remove is os.Remove.
func (p *process) Remove(path string) error {
	_, _, err := p.ask(request{Op: opRemove, Path: path})
	return err
}

// Rename renames a file.
func (p *process) Rename(from, to string, how atomicfile.Renaming) error {
	_, _, err := p.ask(request{Op: opRename, Path: from, To: to, How: how})
	return err
}

// mayGiveTo allows Chown to a user who is to read a new file.
func (p *process) mayGiveTo(u *atomicfile.User) { p.readers = append(p.readers, *u) }

// Chown only gives away files that the user owns: to a group that other files of the
// user have, or to the user who is to read them.
func (p *process) Chown(f *os.File, uid, gid int) error {
	made, ok := uidOf(f.Stat())
	keeps := uid == p.owner.UID && slices.Contains(p.groups, gid)
	reads := slices.ContainsFunc(append(p.readers, *p.owner), func(u atomicfile.User) bool {
		return u.UID == uid && (gid == u.GID || slices.Contains(u.Groups, gid) || u.GID < 0)
	})
	if !ok || made != p.owner.UID || !keeps && !reads {
		return &fs.PathError{Op: "chown", Path: f.Name(), Err: syscall.EPERM}
	}
	return f.Chown(uid, gid)
}

func (f *Files) rootCalls() atomicfile.Calls {
	return atomicfile.Folder{Dir: f.folder, Path: filepath.Dir(f.env)}
}
