package suspend

import (
	"bytes"
	"os"
	"strconv"
)

// parentOf is the parent of a process; 0 when it cannot be told. The name in
// proc_pid_stat(5) may hold spaces and brackets, so the fields are counted from
// its last bracket.
func parentOf(pid int) int {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 2 {
		return 0
	}
	parent, _ := strconv.Atoi(string(fields[1])) // no number is no parent
	return parent
}
