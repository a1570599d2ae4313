package pocketid

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fakeMachine is a Machine made of a map from path to content.
func fakeMachine(files map[string]string) Machine {
	return Machine{
		Home:     "/root",
		Hostname: func() (string, error) { return "vps-4711.example.net", nil },
		ReadFile: func(p string, limit int64) ([]byte, error) {
			data, ok := files[p]
			if !ok || int64(len(data)) > limit {
				return nil, fs.ErrNotExist
			}
			return []byte(data), nil
		},
		Glob: func(pattern string) ([]string, error) {
			var out []string
			for p := range files {
				if ok, err := path.Match(pattern, p); err != nil {
					return nil, err
				} else if ok {
					out = append(out, p)
				}
			}
			return out, nil
		},
	}
}

const officialCompose = `
services:
  pocket-id:
    image: pocketid/pocket-id:v2.9.0
    env_file: .env
`

const proxmoxUnit = `
[Service]
Type=simple
User=root
WorkingDirectory=/opt/pocket-id
EnvironmentFile=/opt/pocket-id/.env
ExecStart=/opt/pocket-id/pocket-id
`

// What environment: hands on from the very file does not win over it.
func TestMailOverrides(t *testing.T) {
	t.Parallel()
	const services = "services: {pocket-id: {image: 'pocketid/pocket-id:v2.9.0', env_file: %s, volumes: ['./data:/app/data'], " +
		"environment: {SMTP_HOST: '${SMTP_HOST}', SMTP_PORT: 25, TZ: UTC}}}"
	for env, want := range map[string][]string{".env": {"SMTP_PORT"}, "pid.env": {"SMTP_HOST", "SMTP_PORT"}} {
		in := Detect(fakeMachine(map[string]string{"/srv/id/compose.yml": fmt.Sprintf(services, env)}), "/srv/id/"+env)
		if !slices.Equal(in.MailOverrides, want) {
			t.Errorf("%s: %q", env, in.MailOverrides)
		}
	}
}

func TestDetect(t *testing.T) {
	t.Parallel()
	const vps = "vps-4711.example.net"
	tests := []struct {
		name     string
		files    map[string]string
		env      string
		runtime  Runtime
		version  string
		hostname string
		from     string // part of HostnameFrom
		service  string
		readers  []string
		readBy   string
		note     string // part of the notes
	}{
		{"official compose", map[string]string{"/srv/id/docker-compose.yml": officialCompose}, "/srv/id/.env",
			RuntimeCompose, "2.9.0", "", "container id", "pocket-id", []string{"compose"}, "", ""},
		{"compose with hostname", map[string]string{"/srv/id/compose.yaml": officialCompose + "    hostname: id.example.com\n"},
			"/srv/id/.env", RuntimeCompose, "2.9.0", "id.example.com", "hostname: in compose.yaml", "pocket-id", []string{"compose"}, "", ""},
		{"compose with override", map[string]string{"/srv/id/compose.yml": officialCompose,
			"/srv/id/compose.override.yaml": "services: {pocket-id: {hostname: id.example.org}}"}, "/srv/id/.env",
			RuntimeCompose, "2.9.0", "id.example.org", "in compose.override.yaml", "pocket-id", []string{"compose"}, "", ""},
		{"compose on the host network", map[string]string{"/srv/id/compose.yml": officialCompose + "    network_mode: host\n"},
			"/srv/id/.env", RuntimeCompose, "2.9.0", vps, "network_mode: host", "pocket-id", []string{"compose"}, "", ""},
		{"compose, tag from .env", map[string]string{
			"/srv/id/compose.yml": "services: {pocket-id: {image: 'pocketid/pocket-id:$TAG', env_file: pid.env}}",
			"/srv/id/.env":        "TAG=v2.10.0\n"}, "/srv/id/pid.env",
			RuntimeCompose, "2.10.0", "", "container id", "pocket-id", []string{"compose"}, "", ""},
		{"compose, raw env file", map[string]string{
			"/srv/id/compose.yml": "services: {pocket-id: {image: 'pocketid/pocket-id:v2.9', env_file: [{path: .env, format: raw}]}}"},
			"/srv/id/.env", RuntimeCompose, "2.9", "", "container id", "pocket-id", []string{"docker", "compose"}, "", ""},
		{"compose, mounted", map[string]string{
			"/srv/id/compose.yml": "services: {pocket-id: {image: 'pocketid/pocket-id:v2.9', volumes: ['./.env:/app/.env']}}"},
			"/srv/id/.env", RuntimeCompose, "2.9", "", "container id", "pocket-id", []string{"pocket-id", "compose"}, "", ""},
		{"compose that does not pass the file on", map[string]string{
			"/srv/id/compose.yml": "services: {pocket-id: {image: 'pocketid/pocket-id:v2', environment: {SMTP_HOST: x}}}"},
			"/srv/id/.env", RuntimeCompose, "2.14.0", "", "container id", "pocket-id", []string{"compose"}, "", "does not name .env under env_file:, so it gets from this file only what its environment: passes on"},
		{"compose keys that win", map[string]string{
			"/srv/id/compose.yml": "services: {pocket-id: {image: 'pocketid/pocket-id:v2.9.0', env_file: .env, environment: {SMTP_HOST: x}}}"},
			"/srv/id/.env", RuntimeCompose, "2.9.0", "", "container id", "pocket-id", []string{"compose"}, "", "wins over this file: SMTP_HOST"},
		{"foreign compose file", map[string]string{"/srv/id/compose.yml": "services: {web: {image: nginx}}"}, "/srv/id/.env",
			RuntimeManual, "", vps, "this machine", "", []string{"pocket-id"}, "", ""},
		{"Proxmox helper script", map[string]string{"/etc/systemd/system/pocketid.service": proxmoxUnit,
			"/root/.pocket-id": "2.9.0\n"}, "/opt/pocket-id/.env",
			RuntimeSystemd, "2.9.0", vps, "this machine", "pocketid", []string{"pocket-id", "systemd"}, "root", ""},
		{"Proxmox helper script, unit gone", map[string]string{"/opt/PocketID_version.txt": "0.53.0"}, "/opt/pocket-id/.env",
			RuntimeSystemd, "0.53.0", vps, "this machine", "", []string{"pocket-id", "systemd"}, "root", ""},
		{"unit with drop-in", map[string]string{
			"/etc/systemd/system/pocket-id.service":               "[Service]\nExecStart=/usr/bin/pocket-id\nUser=pocketid\n",
			"/etc/systemd/system/pocket-id.service.d/mail.conf":   "[Service]\nEnvironmentFile=-/etc/pocket-id/mail.env\n",
			"/etc/systemd/system/pocket-id-other.service.ignored": proxmoxUnit}, "/etc/pocket-id/mail.env",
			RuntimeSystemd, "", vps, "this machine", "pocket-id", []string{"systemd"}, "pocketid", ""},
		{"unit with the working directory only", map[string]string{
			"/lib/systemd/system/pocket-id.service": "[Service]\nWorkingDirectory=/var/lib/pid\nUser=pid"}, "/var/lib/pid/.env",
			RuntimeSystemd, "", vps, "this machine", "pocket-id", []string{"pocket-id"}, "pid", ""},
		{"unit that runs docker", map[string]string{
			"/etc/systemd/system/pocket-id.service": "[Service]\nExecStart=/usr/bin/docker run \\\n  --env-file=/etc/pid.env pocketid/pocket-id\n"},
			"/etc/pid.env", RuntimeDocker, "", "", "container id", "pocket-id", []string{"docker"}, "root", ""},
		{"unit for another file", map[string]string{"/etc/systemd/system/pocketid.service": proxmoxUnit}, "/srv/id/.env",
			RuntimeManual, "", vps, "this machine", "", []string{"pocket-id"}, "", ""},
		{"quadlet", map[string]string{"/etc/containers/systemd/id.container": "[Container]\nImage=ghcr.io/pocket-id/pocket-id:v2.9.0\n" +
			"EnvironmentFile=id.env\nHostName=id.example.com\n"}, "/etc/containers/systemd/id.env",
			RuntimePodman, "2.9.0", "id.example.com", "HostName=", "id", []string{"podman"}, "", ""},
		{"quadlet of the user, without hostname", map[string]string{
			"/root/.config/containers/systemd/pid.container": "[Container]\nImage=docker.io/pocketid/pocket-id:v1\nEnvironmentFile=%h/pid.env\n"},
			"/root/pid.env", RuntimePodman, "1.16.0", "", "container id", "pid", []string{"podman"}, "", ""},
		{"a unit that names the file beats a compose file that does not", map[string]string{
			"/opt/pocket-id/compose.yml":           "services: {pocket-id: {image: pocketid/pocket-id}}",
			"/etc/systemd/system/pocketid.service": proxmoxUnit}, "/opt/pocket-id/.env",
			RuntimeSystemd, "", vps, "this machine", "pocketid", []string{"pocket-id", "systemd"}, "root", ""},
		{"nothing", nil, "/srv/id/.env", RuntimeManual, "", vps, "this machine", "", []string{"pocket-id"}, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := Detect(fakeMachine(tt.files), tt.env)
			if in.Runtime != tt.runtime || in.Version.String() != tt.version || in.Hostname != tt.hostname ||
				!strings.Contains(in.HostnameFrom, tt.from) || in.Service != tt.service || in.ReadBy != tt.readBy ||
				!slices.Equal(in.Readers, tt.readers) || !strings.Contains(strings.Join(in.Notes, " "), tt.note) {
				t.Errorf("%+v", in)
			}
			if in.RuntimeFrom == "" || (in.Version.Known() && in.VersionFrom == "") {
				t.Errorf("a finding does not say where it came from: %+v", in)
			}
			if in.InContainer != in.Runtime.InContainer() {
				t.Errorf("%s in a container: %v", in.Runtime, in.InContainer)
			}
		})
	}
}

func TestRuntimes(t *testing.T) {
	t.Parallel()
	labels := map[string]bool{}
	for _, r := range Runtimes {
		labels[r.Label()] = true
		how := map[Runtime]string{RuntimeCompose: "Set `hostname: x.example` in compose", RuntimeDocker: "--hostname x.example",
			RuntimePodman: "HostName="}[r]
		if set := r.HostnameSetting("x.example"); !strings.Contains(set, cmp.Or(how, "hostnamectl set-hostname x.example")) ||
			len(r.Readers()) == 0 || len(r.Restart("")) == 0 {
			t.Errorf("%s is incomplete: %s", r, set)
		}
		for _, line := range r.Restart("id") { // it is pasted into a shell
			if !strings.HasPrefix(line, "# ") && !strings.HasPrefix(line, "docker compose up ") && !strings.HasPrefix(line, "systemctl restart ") {
				t.Errorf("%s: %q is neither a comment nor a harmless command", r, line)
			}
		}
	}
	if len(labels) != len(Runtimes) {
		t.Errorf("labels: %v", labels)
	}
}

func TestReadRegular(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, pipe := filepath.Join(dir, "file"), filepath.Join(dir, "pipe")
	if err := os.WriteFile(file, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	if data, err := readRegular(file, 5); err != nil || string(data) != "12345" {
		t.Errorf("%q, %v", data, err)
	}
	if err := exec.Command("mkfifo", pipe).Run(); err != nil {
		t.Skip("no named pipes here")
	}
	for path, limit := range map[string]int64{file: 4, dir: 5, pipe: 5} { // nobody writes into the pipe
		if data, err := readRegular(path, limit); err == nil {
			t.Errorf("%s is read: %q", path, data)
		}
	}
}

// The .env of a compose project may be anything: variables that double each
// other are not put in, nor is a long one, which the compose file could repeat.
func TestDotenvIsBounded(t *testing.T) {
	t.Parallel()
	doubling := "A0=xxxxxxxxxx\n"
	for i := range 40 {
		doubling += fmt.Sprintf("A%d=${A%d}${A%d}\n", i+1, i, i)
	}
	long := "TAG=v2\nLONG=" + strings.Repeat("x", maxVariable+1) + "\n"
	m := fakeMachine(map[string]string{"/doubling": doubling, "/long": long})
	if env := m.dotenv("/doubling"); env != nil {
		t.Errorf("%d variables", len(env))
	}
	if env := m.dotenv("/long"); len(env) != 1 || env["TAG"] != "v2" {
		t.Errorf("%d variables", len(env))
	}
}
