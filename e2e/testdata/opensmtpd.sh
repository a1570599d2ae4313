# OpenSMTPD has its paths compiled in, so it runs in a mount namespace where they are
# its own.
set -e
mount --make-rprivate /
for dir in /var/lib /var/spool /run; do mount -t tmpfs none $dir; done
mkdir -p /var/lib/opensmtpd/empty /var/spool/smtpd
chmod 711 /var/spool/smtpd
exec "$1" -d -f "$2"
