package diagnosis

import (
	"strings"

	"smtp-wizard/diagnosis/reading"
	"smtp-wizard/internal/lazy"
)

// Logs have more lines in which nothing failed, or something else than mail, than
// lines to explain. What they say stays out of the rules.

// trouble are words of which a line that tells of a failure has one, where no code
// does it. The weak ones count only where nothing went well.
const (
	trouble = failing + "|not |n't|exceed|too |unencrypted|suspend|expired|missing|must|unknown|unauth|unverif|illegal|malformed|wrong|mismatch|forbid|prohibit|disallow|" +
		"undeliver|bogus|forged|unsolicited|insufficient|exhaust|bounced|" +
		"échec|échou|erreur|impossib|refusé|fehl|nicht|konnte|ungültig|abgelehnt|mindestens|au moins|al menos|almeno|minst|imposib|no se|no acept|rechaz|fall|inválid|erro|não|falh|pelo menos|" +
		"mislukt|niet|fout|błąd|nie |niepraw|co najmn|chyba|selhal|neby|nelze|nespráv|alespo|fejl|mislyk|ikke|forkert|mindst|virhe|epäonn|vähint|hiba|siker|legal|feil|fel:|inte |missly|felakt|hata|başarıs|" +
		"madı|en az|ошибк|не |невер|невозм|помилк|невір|неможл|хоча б|хотя бы|отказ|无法|無法|失败|失敗|错误|錯誤|拒绝|至少|未知|不|エラー|ませんでした|少なく|非|오류|실패|없|이상의|eroare|eșuat|cel puțin"
	weak = "no |only |unrout|unreach|duplicate|improper|error|badrcpt|badrecip|unavaiable|delayed|giving up|attempts will|black|reputation|poor|inactiv|deactivat|frozen|terminated|moved|archiv|violation|confirm|dynamic|resolve|notfound|no such|protected|over |potential|gateway|relay|died|used up|at maximum|numerous|suspicious|archiv|restricted|dnsbl|pleine|trop de|inconnu|no existe|nessun|bad |command failed|command died|command output|purported|mass mailer|low priority|reached|block|blacklist|listed|banned|disabled|locked|requir|need|please|bad |spam|virus|infected|greylist|graylist|defer|throttl|retry|try again|unexpected|abort|lost|drop|" +
		"loop|quota|full|down|busy|unavailable|empty|blank|null|without|differ|does |policy|set the|discard|overload|over limit|over the limit"
	success = "=pass|accepted|success|updated|=sent|delivered|enabled|started|loaded|established|mb used|connected to|listening|field added"
)

// settled are settings and counts that look like a failure and are none.
var settled = lazy.Compile(`(?i)\b[\w.]*(?:timeout|retries|retry|delay|interval|max\w*|limit)[\w.]*(?: ?[=:] ?| set to | is | )\d+ ?\w*|\b(?:reject|permit|deny|check)_\w+|` +
	`\bno (?:errors?|failures?|issues|problems)\b|\b(?:0|zero) (?:failed|errors?|failures?|bounced|rejected|deferred)|\b(?:failed|errors?|failures?|rejected|bounced|deferred) ?[=:] ?0\b|` +
	`\bwithout errors?\b|\bnot required$|\bretry\w* (?:is )?disabled\b|\bp=(?:reject|quarantine)|\(no (?:encryption|auth|tls)\)`)

// elsewhere are words of other services than mail, and their ports; ofMail are
// those that keep such a line.
const (
	elsewhere = "postgres|psql|pq: |redis|mysql|mariadb|mongo|sqlstate|sqlite|ldap|ssh:|imap_|imap error|pop3|upstream|docker|registry|npm |acme|certbot|fatal: auth|" +
		"oauth|webauthn|kernel|jdbc|amqp|rabbitmq|elastic|kafka|memcache|:5432|:6379|:3306|:27017|:443|:80 |:80:|:8080|:389|:636|:9200|port 22|port 80|port 443|port 5432|port 3306|overlay|urn:ietf|access denied for user|https://git|runtime error|nil pointer|panic: |many open files|certificates already|" +
		"pull rate|git@|publickey|websocket|graphql|s3:"
	ofMail         = "smtp|mail|postfix|exim|relay|sender|recipient|rcpt|ehlo|helo|starttls|sasl|mx|:25|:465|:587|:2525|port 25|port 465|port 587|variable is not set"
	otherProtocols = "imap|pop3|ldap|http/1|http/2|proxy|webdav|xmpp"
)

// tellsOfMail: something failed, and it can be mail.
func tellsOfMail(m reading.Message) bool {
	words := strings.ToLower(m.Words)
	if says(words, elsewhere) && !says(words, ofMail) && m.Code == 0 {
		return false
	}
	return m.Code != 0 || m.Kind != "" || m.Enhanced != "" || says(words+" ", trouble) || says(words+" ", weak) && !says(words, success)
}

// foreign: words of another protocol stand beside these, so that they may be its own.
func (e evidence) foreign() bool { return says(strings.ToLower(e.whole), otherProtocols) }
