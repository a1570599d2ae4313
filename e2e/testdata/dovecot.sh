# Dovecot has its paths compiled in, so it runs in a mount namespace where they are its
# own.
set -e
mount --make-rprivate /
mount -t overlay overlay -o lowerdir="$1/usr":/usr /usr
exec /usr/sbin/dovecot -F -c "$2"
