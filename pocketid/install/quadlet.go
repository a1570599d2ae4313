package install

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"smtp-wizard/pocketid"
)

// quadletDirs are the directories of podman-systemd.unit(5), with everything below
// them; the system's generator leaves out users/, and a user's those of others.
func (f *finder) quadletDirs(a account, user bool) (out []string) {
	forUsers := []string{"/etc/containers/systemd/users", "/usr/share/containers/systemd/users"}
	dirs := []string{"/run/containers/systemd", "/etc/containers/systemd", "/usr/share/containers/systemd"}
	uid := strconv.Itoa(a.uid)
	if user {
		config := filepath.Join(a.home, ".config")
		if own := os.Getenv("XDG_CONFIG_HOME"); own != "" && a.home == f.Home {
			config = own
		}
		dirs = append([]string{"/run/user/" + uid + "/containers/systemd", config + "/containers/systemd"}, forUsers...)
	}
	for _, dir := range dirs {
		out = append(out, f.below(dir)...)
	}
	return slices.DeleteFunc(out, func(dir string) bool {
		for _, users := range forUsers {
			if rest, inside := strings.CutPrefix(dir+"/", users+"/"); inside {
				owner, _, _ := strings.Cut(rest, "/")
				_, err := strconv.Atoi(owner)
				return !user || err == nil && owner != uid
			}
		}
		return false
	})
}

// below lists a directory and what is in it, but for drop-ins.
func (f *finder) below(dir string) []string {
	const deepest, most = 6, 200
	out, pattern := []string{dir}, dir
	for range deepest {
		pattern = filepath.Join(pattern, "*")
		for _, path := range f.glob(pattern) {
			if !strings.HasSuffix(path, ".d") && len(out) < most {
				out = append(out, path)
			}
		}
	}
	return out
}

// quadlets looks for .container files about Pocket ID or the file.
func (f *finder) quadlets() {
	for _, m := range f.managers(f.quadletDirs) {
		for _, path := range f.firstOfName(m.dirs, "*.container") {
			f.quadlet(unitFile{name: filepath.Base(path), path: path, manager: m})
		}
	}
}

// quadlet reads one .container file, for each instance of a template.
func (f *finder) quadlet(u unitFile) {
	u, ok := f.readUnit(u)
	if !ok {
		return
	}
	f.eachInstance(u, "Container", func(u unitFile) {
		in := Install{Runs: pocketid.RuntimeQuadlet, Found: u.path, Unit: u.path, User: u.account.name}
		in.Service = cmp.Or(u.text("Container", "ServiceName"), u.title())
		started, _, err := f.unitEnvironment(u)
		if in, ok := f.container(in, f.quadletLine(u), filepath.Dir(u.path), started); ok {
			in.refuse("systemd does not start "+in.Service, err)
			f.keep(in)
		}
	})
}

// quadletLine is the podman command line that podman's generator makes.
func (f *finder) quadletLine(u unitFile) runLine {
	r := runLine{program: "podman", workDir: u.text("Container", "WorkingDir")}
	one := func(key string) word {
		o, _ := u.last("Container", key)
		return word{text: u.text("Container", key), source: o.source}
	}
	r.image, r.hostname = one("Image"), one("HostName")
	r.image.text = f.quadletImage(r.image.text, u)
	for _, o := range u.all("Container", "Network") {
		name, _, _ := strings.Cut(o.value, ":")
		if r.network = u.specifiers(o.value); strings.HasSuffix(name, ".container") {
			r.network = "container:" + strings.TrimSuffix(name, ".container")
		}
	}
	r.envFiles = u.splits("Container", "EnvironmentFile")
	r.env = u.splits("Container", "Environment")
	// Environment= knows no name without a value.
	r.env = slices.DeleteFunc(r.env, func(w word) bool { return !strings.Contains(w.text, "=") })
	r.secrets = u.splits("Container", "Secret")
	r.envHost = isTrue(u.text("Container", "EnvironmentHost"))
	for _, v := range u.all("Container", "Volume") {
		r.take("v", word{text: u.specifiers(v.value)})
	}
	for _, m := range u.splits("Container", "Mount") {
		r.take("mount", m)
	}
	if pod := one("Pod"); pod.text != "" {
		r.pod = pod
		f.quadletPod(&r, u)
	}
	r.takeFlags(append(u.splits("Container", "PodmanArgs"), r.image))
	return r
}

// isTrue reads a boolean as systemd does.
func isTrue(text string) bool {
	switch strings.ToLower(text) {
	case "1", "yes", "y", "true", "t", "on":
		return true
	}
	return false
}

// quadletFile reads another quadlet of the same generator.
func (f *finder) quadletFile(name string, u unitFile) (unitFile, bool) {
	for _, dir := range u.dirs {
		other := unitFile{name: name, path: filepath.Join(dir, name), manager: u.manager}
		if read, ok := f.readUnit(other); ok {
			return read, true
		}
	}
	return unitFile{}, false
}

// quadletImage is the image itself, or the one that a .image or .build unit makes.
func (f *finder) quadletImage(name string, u unitFile) string {
	if ext := filepath.Ext(name); ext != ".image" && ext != ".build" {
		return name
	}
	other, _ := f.quadletFile(name, u)
	return cmp.Or(other.text("Build", "ImageTag"), other.text("Image", "ImageTag"), other.text("Image", "Image"), name)
}

// quadletPod takes the pod's hostname, which its containers share.
func (f *finder) quadletPod(r *runLine, u unitFile) {
	r.hostname = word{}
	pod, ok := f.quadletFile(r.pod.text, u)
	if !ok {
		return
	}
	args := runLine{program: "podman"}
	args.takeFlags(append(pod.splits("Pod", "PodmanArgs"), word{text: "pod"}))
	if r.hostname = args.hostname; r.hostname.text == "" {
		r.hostname.text = pod.text("Pod", "HostName")
	}
	r.pod.text = cmp.Or(pod.text("Pod", "PodName"), "systemd-"+pod.title())
}
