package steps

import (
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"smtp-wizard/envwriter/atomicfile"
)

// ownerOfDirectory is who a file's directory belongs to, or nil.
func ownerOfDirectory(path string) *atomicfile.User {
	info, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return nil
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	return userNumbered(strconv.FormatUint(uint64(stat.Uid), 10))
}
