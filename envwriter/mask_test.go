package envwriter

import (
	"strings"
	"testing"
)

func TestSecretsAreMasked(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`DB_CONNECTION_STRING="host=db user=u password=sekrit dbname=x"`,
		`DB_CONNECTION_STRING=host=db;Pwd=sekrit;x=y`,
		`DB_CONNECTION_STRING="host=db password='it\\'s sekrit' dbname=x"`,
		`DB_CONNECTION_STRING=postgres://db/x?user=u&password=sekrit&sslmode=off`,
		`DB_CONNECTION_STRING=postgres://u:sekrit@db/x`,
		`OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer sekrit"`,
		"LDAP_BIND_PW=sekrit", "HASH_SALT=sekrit",
		"# Google app password: abcd efgh sekrit",
		"#- SMTP_PASSWORD: sekrit",
		"# old: SMTP_PASSWORD=sekrit",
		"# SMTP_PASSWORD = 'ab sekrit'",
		"# password = ab cd sekrit",
		"# pw: sekrit",
		"# my API key: ab-sekrit",
		"# Passwort: sekrit",
		"#SMTP_PASSWORD_FILE=sekrit",
		"SMTP_USER=bob # password: sekrit",
		"SMTP_USER='bob' # app-password = ab sekrit",
		"NOTE='bob # password: sekrit'",
		"SMTP_URL=smtp://bob@example.com:sekrit@h:587",
		"SMTP_URL=smtp://bob:a@sekrit@h:587",
		"MYSQL_DSN=bob:sekrit@tcp(db:3306)/x",
		"MYSQL_DSN='bob:a@sekrit@unix(/run/mysql)/x'",
		"DB_CONNECTION_STRING=host=db pass=sekrit",
		"DB_CONNECTION_STRING=\"host=db password=a\\ sekrit\"",
		"JDBC=jdbc:sqlserver://h;user=x;password={a;sekrit}",
		"CONFIG={\"user\":\"u\",\"password\":\"a sekrit\"}",
		"GEOLITE_DB_URL=https://download.maxmind.com/app/x?license_key=sekrit&suffix=tar.gz",
		"WEBHOOK=https://hooks.example.com/x?a=1&token=sekrit",
		"# curl https://hooks.example.com/x?sig=sekrit",
		"TLS=\"-----BEGIN PRIVATE KEY-----\nsekrit\n-----END PRIVATE KEY-----\"",
		"TLS=-----BEGIN RSA PRIVATE KEY-----\nsekrit=\nsekrit\n-----END RSA PRIVATE KEY-----",
		"TLS=\"-----BEGIN EC PRIVATE KEY-----\\nsekrit\\n-----END EC PRIVATE KEY-----\"",
		"# -----BEGIN OPENSSH PRIVATE KEY-----\n# sekrit\n# -----END OPENSSH PRIVATE KEY-----",
		"APIKEY1=sekrit", "API_KEY2=sekrit", "JWT=sekrit", "ADMIN_JWT=sekrit", "PIN=sekrit", "SESSION_COOKIE=sekrit", "SMTP_KENNWORT=sekrit",
		"SMTP_PASSWORD_FILE=sekrit", "SMTP_PASSWORD_FILE='sekrit'",
	} {
		shown := strings.Join(View([]byte(text+"\nA=1\n"), nil), "\n")
		if strings.Contains(shown, "sekrit") || !strings.Contains(shown, mask) || !strings.HasSuffix(shown, "\nA=1") {
			t.Errorf("%q is shown as %q", text, shown)
		}
	}
}

func TestOrdinaryLinesAreShown(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"# the password is in the vault",
		"# Set SMTP_PASSWORD below, or SMTP_PASSWORD_FILE.",
		"# Passkeys: users sign in with them",
		"# passkey = a key on a device",
		"# Format: KEY=value",
		"# see https://pocket-id.org/docs/configuration#password",
		"# Places of sign-ins in the audit log; a MaxMind account gives the key.",
		"# password:",
		"# SMTP_PASSWORD=",
		"#SMTP_PASSWORD_FILE=/run/secrets/smtp",
		"# or set SMTP_PASSWORD_FILE: /run/secrets/smtp",
		"SMTP_PASSWORD_FILE=/run/secrets/smtp",
		"EMAIL_ONE_TIME_ACCESS_TOKEN_ENABLED=true",
		"SMTP_USER=bob@example.com # the login, not the e-mail address",
		"APP_URL=https://id.example.com:8443/x?lang=en#top",
		"SMTP_FROM=\"Pocket ID <id@example.com>\"",
		"SMTP_TLS=starttls # or: tls, none",
		"SHIPPING=fast", "APP_URL=https://id.example.com", `DB_CONNECTION_STRING="host=db dbname=x"`,
		"TZ=Europe/Berlin",
	} {
		if shown := View([]byte(line+"\n"), nil); len(shown) != 1 || shown[0] != line {
			t.Errorf("%s is shown as %q", line, shown)
		}
	}
}
