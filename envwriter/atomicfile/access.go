package atomicfile

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// A User is who has to read a file.
type User struct {
	UID, GID int
	Groups   []int // supplementary ones
}

// canRead reports whether the user may read a file of that mode and owner. ACLs
// are not looked at.
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

// An access is owner, mode and attributes of a file that is to be made.
type access struct {
	uid, gid   int
	mode       fs.FileMode
	attributes map[string][]byte
}

// decideAccess settles who will own and read the new file.
func (r *replacement) decideAccess() (access, error) {
	if !r.old.Exists {
		return r.newAccess(), nil
	}
	a := access{uid: r.old.UID, gid: r.old.GID, mode: r.old.Mode}
	var err error
	if a.attributes, err = r.oldAttributes(); err != nil {
		return a, err
	}
	by, acl := r.file.ReadBy, a.hasACL() // where there is one, the mode says too little about who can read
	if by != nil && !acl && !by.canRead(a.mode, a.uid, a.gid) {
		if r.file.Secret { // whoever named the path could have named any file of root's
			return a, errUnreadable
		}
		r.warn(fmt.Sprintf("user %d has to read %s and cannot: it belongs to user %d and has mode %04o",
			by.UID, r.saved.Path, a.uid, a.mode))
	}
	switch {
	case a.mode&0o004 == 0, r.file.NewMode&0o004 != 0: // not meant to be secret
	case r.file.Close && !acl:
		a.mode = a.tightest(by)
	default:
		r.warn(fmt.Sprintf("everybody on this machine can read %s; chmod o= closes it", r.saved.Path))
	}
	return a, nil
}

// tightest drops what everybody may do, and what the group may when the reader
// does not need it.
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
	case !by.canRead(a.mode, a.uid, -1): // not root: the group is all that can be given
		a.gid, a.mode = by.GID, a.mode|0o040
	}
	return a
}

// madeFromContents are attributes that would be wrong on other contents.
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

// apply gives the access to a file that was made at 0600. The mode comes last:
// until owner and group are right nobody else may read. What the directory hands
// down to new files goes first: the mode would let those in whom it names.
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

// copyAttributes leaves alone what the file got by itself, such as a security
// label that only the system may set.
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
