package install

import (
	"path"
	"path/filepath"
	"strings"

	"smtp-wizard/internal/lazy"
	"smtp-wizard/pocketid"
)

// splitImage parts repository, tag and digest.
func splitImage(image string) (repository, tag string, digest bool) {
	image, _, digest = strings.Cut(image, "@")
	if i := strings.LastIndex(image, ":"); i > strings.LastIndex(image, "/") {
		return image[:i], image[i+1:], digest
	}
	return image, "", digest
}

// isPocketID recognizes an image by its name, from whatever registry or mirror.
func isPocketID(image string) bool {
	repository, _, _ := splitImage(image)
	base := strings.ToLower(path.Base(repository))
	return base == "pocket-id" || base == "pocketid" || strings.HasPrefix(base, "pocket-id-") || strings.HasPrefix(base, "pocketid-")
}

// pathVersion is the release in the path of a store, or of an admin.
var pathVersion = lazy.Compile(`pocket-?id(?:-unwrapped|-backend)?[-_/]v?([0-9]+\.[0-9]+\.[0-9]+)`)

// findVersion tells the release: from the image's tag, a store's path, the note
// that an installer left, or a name that 1.0 changed.
func (f *finder) findVersion(in *Install) {
	defer f.below1(in)
	if in.InContainer() {
		in.Version = imageVersion(in.Image)
		return
	}
	if found := pathVersion.FindStringSubmatch(in.Image); found != nil {
		in.Version.Release, _ = pocketid.ParseVersion(found[1])
		in.Version.From = "path " + in.Image
		return
	}
	notes := append(f.glob("/opt/*ocket*_version.txt"), filepath.Join(f.Home, ".pocket-id"), "/root/.pocket-id", "/root/.pocketid",
		filepath.Join(filepath.Dir(in.Image), "version.txt"), filepath.Join(filepath.Dir(in.Image), ".version"))
	for _, file := range notes {
		data, err := f.Files.Read(file)
		text := strings.TrimSpace(string(data))
		if err != nil || !exactVersion.MatchString(text) {
			continue
		}
		in.Version.Release, _ = pocketid.ParseVersion(text)
		in.Version.From = file
		return
	}
}

var exactVersion = lazy.Compile(`^v?[0-9]+\.[0-9]+\.[0-9]+$`)

var exactTag = lazy.Compile(`^v?[0-9]+\.[0-9]+\.[0-9]+`)

// imageVersion reads a tag. One that moves, and a digest alone, tell no release.
func imageVersion(image string) Version {
	_, tag, digest := splitImage(image)
	release, err := pocketid.ParseVersion(tag)
	switch {
	case image == "":
		return Version{}
	case tag == "" && digest:
		return Version{From: "image digest"}
	case err != nil:
		return Version{From: "image tag " + tag}
	case tag == "":
		tag = "latest"
	}
	release.Exact = exactTag.MatchString(tag) // v2.9 moves with each patch
	return Version{Release: release, From: "image tag " + tag}
}

// below1 tells an old release by PUBLIC_APP_URL, which became APP_URL in 1.0.0.
func (f *finder) below1(in *Install) {
	_, old := in.env.lookup("PUBLIC_APP_URL")
	_, current := in.env.lookup("APP_URL")
	_, tag, _ := splitImage(in.Image)
	if in.Version.Known() || !old || current || in.InContainer() && strings.HasPrefix(strings.TrimPrefix(tag, "v"), "2") {
		return
	}
	s, _ := in.env.get("PUBLIC_APP_URL")
	in.Version.Below, in.Version.From = "1.0.0", "PUBLIC_APP_URL in "+s.Source.File
}
