package command

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestVersion(t *testing.T) {
	checkout := func(version, modified string) debug.BuildInfo {
		return debug.BuildInfo{Main: debug.Module{Version: version}, Settings: []debug.BuildSetting{
			{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.time", Value: "2026-11-26T08:00:00Z"},
			{Key: "vcs.modified", Value: modified},
		}}
	}
	for _, tt := range []struct {
		info                  debug.BuildInfo
		release, commit, date string
		want                  string
	}{
		{checkout("(devel)", "false"), "1.2.3", "fedcba9876543210", "2026-12-01T08:00:00Z", "1.2.3 (commit fedcba9, 2026-12-01, "},
		{checkout("v1.2.3", "false"), "", "", "", "1.2.3 (commit 0123456, 2026-11-26, "},
		{checkout("v1.2.3+dirty", "true"), "", "", "", "1.2.3 (commit 0123456 with changes, 2026-11-26, "},
		{checkout("v1.2.4-0.20261126080000-0123456789ab", "false"), "", "", "", "unreleased (commit 0123456, 2026-11-26, "},
		{checkout("(devel)", "true"), "", "", "", "unreleased (commit 0123456 with changes, 2026-11-26, "},
		{debug.BuildInfo{Main: debug.Module{Version: "v2.0.0-rc.1"}}, "", "", "", "2.0.0-rc.1 ("},
		{debug.BuildInfo{}, "", "", "", "unreleased ("},
	} {
		release, commit, date = tt.release, tt.commit, tt.date
		if got, want := version(tt.info), tt.want+runtime.Version()+")"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	release, commit, date = "", "", ""
}
