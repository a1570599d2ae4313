package envwriter

import (
	"strings"
	"testing"
)

// A password in a value whose key is no secret's, and keys that are secret by a
// shorter name, are masked too.
func TestMaskOfOtherSecrets(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		`DB_CONNECTION_STRING="host=db user=u password=sekrit dbname=x"`,
		`DB_CONNECTION_STRING=host=db;Pwd=sekrit;x=y`,
		`DB_CONNECTION_STRING="host=db password='it\\'s sekrit' dbname=x"`,
		`DB_CONNECTION_STRING=postgres://db/x?user=u&password=sekrit&sslmode=off`,
		`DB_CONNECTION_STRING=postgres://u:sekrit@db/x`,
		`OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer sekrit"`,
		`LDAP_BIND_PW=sekrit`,
		`HASH_SALT=sekrit`,
	} {
		shown := strings.Join(View([]byte(line+"\n"), nil), "\n")
		if strings.Contains(shown, "sekrit") || !strings.Contains(shown, mask) {
			t.Errorf("%s is shown as %s", line, shown)
		}
	}
	for _, line := range []string{`APP_URL=https://id.example.com`, `DB_CONNECTION_STRING="host=db dbname=x"`} {
		if shown := View([]byte(line+"\n"), nil); shown[0] != line {
			t.Errorf("%s is shown as %s", line, shown)
		}
	}
}
