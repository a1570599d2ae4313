package install

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// quadletPlace is one generator's set of directories, the most important first.
type quadletPlace struct {
	dirs []string
	user *account
}

// quadletPlaces are the directories of podman-systemd.unit(5), with everything
// below them; the system's generator leaves out users/.
func (f *finder) quadletPlaces() []quadletPlace {
	adminUsers, distroUsers := "/etc/containers/systemd/users", "/usr/share/containers/systemd/users"
	system := quadletPlace{}
	for _, dir := range []string{"/run/containers/systemd", "/etc/containers/systemd", "/usr/share/containers/systemd"} {
		system.dirs = append(system.dirs, f.below(dir, func(d string) bool { return d != adminUsers && d != distroUsers })...)
	}
	places := []quadletPlace{system}
	for _, a := range f.accounts(f.envFile) {
		uid := strconv.Itoa(a.uid)
		user := quadletPlace{user: &a}
		config := filepath.Join(a.home, ".config")
		if own := os.Getenv("XDG_CONFIG_HOME"); own != "" && a.home == f.Home {
			config = own
		}
		for _, dir := range []string{"/run/user/" + uid + "/containers/systemd", filepath.Join(config, "containers/systemd")} {
			user.dirs = append(user.dirs, f.below(dir, func(string) bool { return true })...)
		}
		for _, users := range []string{adminUsers, distroUsers} {
			// Directories that are named by a number are another user's.
			user.dirs = append(user.dirs, f.below(users, func(d string) bool {
				own, _, _ := strings.Cut(strings.TrimPrefix(d, users+"/"), "/")
				return d == users || own == uid || !numeric.MatchString(own)
			})...)
		}
		places = append(places, user)
	}
	return places
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
	for _, place := range f.quadletPlaces() {
		seen := map[string]bool{}
		for _, dir := range place.dirs {
			for _, path := range f.glob(filepath.Join(dir, "*.container")) {
				if name := filepath.Base(path); !seen[name] {
					seen[name] = true
					f.quadlet(path, place)
				}
			}
		}
	}
}

// quadlet reads one .container file, for each instance of a template.
func (f *finder) quadlet(path string, place quadletPlace) {
	u := unitFile{name: filepath.Base(path), path: path, scope: rootAccount, user: place.user}
	if place.user != nil {
		u.scope = *place.user
	}
	u, ok := f.readUnit(u, place.dirs)
	if !ok {
		return
	}
	f.eachInstance(u, "Container", place.dirs, func(u unitFile) {
		line := f.quadletLine(u, place)
		in := Install{Runs: RunsQuadlet, Found: path, Unit: path, Service: u.title(), User: u.scope.name}
		if service := u.text("Container", "ServiceName"); service != "" {
			in.Service = service
		}
		started, err := f.unitEnvironment(u)
		if in, ok := f.container(in, line, filepath.Dir(path), started); ok {
			in.refuse("systemd does not start "+in.Service, err)
			f.keep(in)
		}
	})
}

// quadletLine is the podman command line that podman's generator makes.
func (f *finder) quadletLine(u unitFile, place quadletPlace) runLine {
	r := runLine{program: "podman", workDir: u.text("Container", "WorkingDir")}
	one := func(key string) word {
		o, _ := u.last("Container", key)
		return word{text: u.text("Container", key), source: o.source}
	}
	r.image, r.hostname = one("Image"), one("HostName")
	switch filepath.Ext(r.image.text) {
	case ".image", ".build":
		r.image.text = f.quadletImage(r.image.text, u, place)
	}
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
		f.quadletPod(&r, u, place)
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
func (f *finder) quadletFile(name string, u unitFile, place quadletPlace) (unitFile, bool) {
	for _, dir := range place.dirs {
		other := unitFile{name: name, path: filepath.Join(dir, name), scope: u.scope, user: u.user}
		if read, ok := f.readUnit(other, place.dirs); ok {
			return read, true
		}
	}
	return unitFile{}, false
}

// quadletImage is the image that a .image or .build unit makes.
func (f *finder) quadletImage(name string, u unitFile, place quadletPlace) string {
	other, ok := f.quadletFile(name, u, place)
	switch {
	case !ok:
		return name
	case strings.HasSuffix(name, ".build"):
		return other.text("Build", "ImageTag")
	case other.text("Image", "ImageTag") != "":
		return other.text("Image", "ImageTag")
	}
	return other.text("Image", "Image")
}

// quadletPod takes the pod's hostname, which its containers share.
func (f *finder) quadletPod(r *runLine, u unitFile, place quadletPlace) {
	r.hostname = word{}
	pod, ok := f.quadletFile(r.pod.text, u, place)
	if !ok {
		return
	}
	args := runLine{program: "podman"}
	args.takeFlags(append(pod.splits("Pod", "PodmanArgs"), word{text: "pod"}))
	if r.hostname = args.hostname; r.hostname.text == "" {
		r.hostname.text = pod.text("Pod", "HostName")
	}
	r.pod.text = pod.text("Pod", "PodName")
	if r.pod.text == "" {
		r.pod.text = "systemd-" + pod.title()
	}
}
