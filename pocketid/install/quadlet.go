package install

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// quadletDirs are the directories of podman-systemd.unit(5), with everything below
// them; the system's generator leaves out users/.
func (f *finder) quadletDirs(a account, user bool) (out []string) {
	users := []string{"/etc/containers/systemd/users", "/usr/share/containers/systemd/users"}
	if !user {
		for _, dir := range []string{"/run/containers/systemd", "/etc/containers/systemd", "/usr/share/containers/systemd"} {
			out = append(out, f.below(dir, func(d string) bool { return !slices.Contains(users, d) })...)
		}
		return out
	}
	uid := strconv.Itoa(a.uid)
	config := filepath.Join(a.home, ".config")
	if own := os.Getenv("XDG_CONFIG_HOME"); own != "" && a.home == f.Home {
		config = own
	}
	for _, dir := range []string{"/run/user/" + uid + "/containers/systemd", filepath.Join(config, "containers/systemd")} {
		out = append(out, f.below(dir, func(string) bool { return true })...)
	}
	for _, users := range users {
		// Directories that are named by a number are another user's.
		out = append(out, f.below(users, func(d string) bool {
			own, _, _ := strings.Cut(strings.TrimPrefix(d, users+"/"), "/")
			return d == users || own == uid || !numeric.MatchString(own)
		})...)
	}
	return out
}

var numeric = regexp.MustCompile(`^[0-9]*$`)

// below lists a directory and all those in it, but for drop-ins and what keep
// leaves out.
func (f *finder) below(dir string, keep func(string) bool) []string {
	const deepest, most = 6, 200
	out, next := []string{dir}, []string{dir}
	for range deepest {
		var found []string
		for _, parent := range next {
			for _, child := range f.glob(filepath.Join(parent, "*", ".")) {
				child = filepath.Clean(child)
				if !strings.HasSuffix(child, ".d") && keep(child) && len(out) < most {
					found = append(found, child)
				}
			}
		}
		out, next = append(out, found...), found
	}
	return out
}

// quadlets looks for .container files about Pocket ID or the file.
func (f *finder) quadlets() {
	for _, m := range f.managers(f.quadletDirs) {
		for _, path := range f.firsts(m.dirs, "*.container") {
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
		in := Install{Runs: RunsQuadlet, Found: u.path, Unit: u.path, User: u.account.name}
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
