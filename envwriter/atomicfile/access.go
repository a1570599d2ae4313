package atomicfile

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// User is the user who must be able to read a file.
type User struct {
	UID, GID int
	Groups   []int // supplementary ones
}

// canRead reports whether the user may read a file of that mode and owner, ignoring
// ACLs.
func (u User) canRead(mode fs.FileMode, uid, gid int) bool {
	switch {
	case u.UID == 0:
		return true
	case u.UID == uid:
		return mode&0o400 != 0
	case u.GID == gid || slices.Contains(u.Groups, gid):
		return mode&0o040 != 0
	}
	return mode&0o004 != 0
}

// access is owner, mode and attributes of a file to be created.
type access struct {
	uid, gid   int
	mode       fs.FileMode
	attributes map[string][]byte
}

// decideAccess determines who will own and read the new file.
func (r *replacement) decideAccess() (access, error) {
	if !r.old.Exists {
		return r.newAccess(), nil
	}
	a := access{uid: r.old.UID, gid: r.old.GID, mode: r.old.Mode}
	var err error
	if a.attributes, err = r.oldAttributes(); err != nil {
		return a, err
	}
	by, acl := r.file.ReadBy, a.hasACL() // with an ACL, the mode alone does not say who can read
	if by != nil && !acl && !by.canRead(a.mode, a.uid, a.gid) {
		if r.file.Secret { // whoever chose the path could have chosen any of root's files
			return a, errUnreadable
		}
		r.warn(fmt.Sprintf("user %d must be able to read %s but cannot: it belongs to user %d and has mode %04o",
			by.UID, r.saved.Path, a.uid, a.mode))
	}
	switch {
	case a.mode&0o004 == 0, r.file.NewMode&0o004 != 0: // not meant to be secret
	case r.file.Close && !acl:
		a.mode = a.tightest(by)
	default:
		r.warn(fmt.Sprintf("everyone on this machine can read %s; chmod o= prevents that", r.saved.Path))
	}
	return a, nil
}

// tightest removes everyone else's permissions, and the group's if the reader does not
// need them.
func (a access) tightest(by *User) fs.FileMode {
	if by == nil {
		return a.mode & 0o640
	}
	for _, mode := range []fs.FileMode{a.mode & 0o600, a.mode & 0o640} {
		if by.canRead(mode, a.uid, a.gid) {
			return mode
		}
	}
	return a.mode
}

// newAccess is for a file that does not exist yet: it belongs to its reader.
func (r *replacement) newAccess() access {
	a := access{uid: r.uid(), gid: -1, mode: 0o600}
	if r.file.NewMode != 0 {
		a.mode = r.file.NewMode
	}
	if r.file.Group != 0 {
		a.gid = r.file.Group
		return a
	}
	by := r.file.ReadBy
	switch {
	case by == nil || by.UID == a.uid:
	case a.uid == 0:
		a.uid, a.gid = by.UID, by.GID
	case !by.canRead(a.mode, a.uid, -1): // only root can change the owner too
		a.gid, a.mode = by.GID, a.mode|0o040
	}
	return a
}

// madeFromContents are attributes that depend on the contents.
var madeFromContents = []string{"security.ima", "security.evm", "security.capability"}

func (r *replacement) oldAttributes() (map[string][]byte, error) {
	f, err := r.open(r.old.Target, openRead, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all, err := f.attributes()
	maps.DeleteFunc(all, func(name string, _ []byte) bool { return slices.Contains(madeFromContents, name) })
	return all, err
}

func (a access) hasACL() bool {
	for name := range a.attributes {
		if strings.HasPrefix(name, "system.posix_acl") || strings.HasPrefix(name, "system.nfs4_acl") {
			return true
		}
	}
	return false
}

// apply sets the access of a file that was created with 0600. The mode comes last, so
// that nobody else can read before owner and group are right. The ACL inherited from
// the directory goes first: with the new mode it would let in whom it names.
func (a access) apply(f handle) error {
	if err := f.dropACL(); err != nil {
		return err
	}
	made, err := f.stat()
	if err != nil {
		return err
	}
	if a.uid < 0 {
		a.uid = made.uid
	}
	if a.gid < 0 {
		a.gid = made.gid
	}
	if a.uid != made.uid || a.gid != made.gid {
		if err := f.Chown(a.uid, a.gid); err != nil {
			return errOwner
		}
	}
	if err := a.copyAttributes(f); err != nil {
		return err
	}
	if a.mode == made.mode && !a.hasACL() { // not so with a umask of 0777
		return nil
	}
	return f.Chmod(a.mode)
}

// copyAttributes skips attributes that are already right, such as a security label that
// only the system may set.
func (a access) copyAttributes(f handle) error {
	if len(a.attributes) == 0 {
		return nil
	}
	have, err := f.attributes()
	if err != nil {
		return err
	}
	for name, value := range a.attributes {
		if string(have[name]) == string(value) {
			continue
		}
		if err := f.setAttribute(name, value); err != nil {
			return err
		}
	}
	return nil
}
