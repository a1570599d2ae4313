package pocketid

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"

	"smtp-wizard/internal/lazy"
)

// NewKey makes an ENCRYPTION_KEY: 32 random bytes in base64.
func NewKey() (string, error) {
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("no random bytes for ENCRYPTION_KEY: %w", err)
	}
	return base64.StdEncoding.EncodeToString(raw), nil
}

// Template is a new .env for version v with the keys of Pocket ID's own .env.example,
// in its order, without mail. The values are written bare: it is an error if appURL or
// key has spaces, quotes or dollar signs.
func Template(v Version, appURL, key string) ([]byte, error) {
	v = orNewest(v)
	urlName := KeyName("APP_URL", v)
	appURL = strings.TrimRight(appURL, "/")
	if err := Validate(urlName, appURL, v); err != nil {
		return nil, err
	}
	if !bare.MatchString(appURL) {
		return nil, fmt.Errorf("%s has characters that are not allowed in a URL", urlName)
	}
	var b strings.Builder
	b.WriteString("# Pocket ID reads this file when it starts.\n" +
		"# All variables: https://pocket-id.org/docs/configuration/environment-variables\n\n" +
		"# The address in the browser, without a path.\n")
	fmt.Fprintf(&b, "%s=%s\n", urlName, appURL)
	if v.AtLeast(1, 6, 0) {
		if err := Validate("ENCRYPTION_KEY", key, v); err != nil {
			return nil, err
		}
		if !bare.MatchString(key) {
			return nil, fmt.Errorf("ENCRYPTION_KEY must be base64")
		}
		b.WriteString("\n# Protects the stored data. Keep a copy: without it the data cannot be read.\n")
		fmt.Fprintf(&b, "ENCRYPTION_KEY=%s\n", key)
	}
	b.WriteString("\n# true only behind a reverse proxy that sets X-Forwarded-For itself.\n" +
		"TRUST_PROXY=false\n" +
		"\n# For the location of sign-ins in the audit log; get the key from MaxMind.\n" +
		"MAXMIND_LICENSE_KEY=\n" +
		"\n# The user and group that own the data directory.\n" +
		"PUID=1000\nPGID=1000\n")
	return []byte(b.String()), nil
}

// bare is a value that every reader of a .env takes literally.
var bare = lazy.Compile(`^[A-Za-z0-9_@%+=:,./^!?*{}[\]-]*$`)
