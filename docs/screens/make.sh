#!/usr/bin/env bash
# Makes the pictures in this directory from the real program, on its practice
# relay. Needs tmux and pngquant, and Go for the rest.
set -euo pipefail
cd "$(dirname "$0")"
out=$PWD
work=$(mktemp -d)
socket=smtp-wizard-screens-$$
mux() { tmux -L "$socket" "$@"; }
trap 'mux kill-server 2>/dev/null || true; rm -rf "$work"' EXIT

go build -o "$work/smtp-wizard" ../..
GOBIN="$work" go install github.com/charmbracelet/freeze@v0.2.2

# start WIDTHxHEIGHT COMMAND... runs a command in a terminal of that size.
start() {
  local size=$1; shift
  mux kill-server 2>/dev/null || true
  rm -rf "$work/install"; mkdir "$work/install"
  mux -f /dev/null new-session -d -s s -x "${size%x*}" -y "${size#*x}" \
    "cd $work/install && env TERM=xterm-256color LANG=C.UTF-8 XDG_STATE_HOME=$work/state PATH=$work:\$PATH $*; sleep 60"
  mux set -g status off
}

# see TEXT waits until the screen shows it.
see() {
  for _ in $(seq 100); do
    mux capture-pane -p -t s | grep -qF -- "$1" && { sleep 0.3; return; }
    sleep 0.1
  done
  echo "never saw: $1" >&2; mux capture-pane -p -t s >&2; exit 1
}

key() { for k in "$@"; do mux send-keys -t s "$k"; sleep 0.15; done; }

# picture NAME keeps the screen as a PNG.
picture() {
  mux capture-pane -e -p -t s >"$work/$1.ansi"
  "$work/freeze" "$work/$1.ansi" --language ansi --font.size 5 -o "$work/$1.png" >/dev/null
  pngquant --force --output "$out/$1.png" 16 "$work/$1.png"
}

# to_identity presses enter as far as the identity page.
to_identity() {
  see 'Where is Pocket ID?'; key Enter Enter Enter Enter
  see 'Who sends the mail?'; key Enter
  see 'Where is the relay?'; key Enter Enter Enter
  see 'Who is the sender?';  key Enter Enter Enter Enter
  see 'accepted'
  sleep 1 # keys are not taken in the moment in which a page opens by itself
}

start 80x24 smtp-wizard demo
see 'APP_URL';             picture install;  key Enter Enter Enter Enter
see 'Practice relay';      picture provider; key Enter
see 'open, tls';           picture relay;    key Enter Enter Enter
see 'Test mail to';        picture sender;   key Enter Enter Enter Enter
see 'accepted here';       picture identity; key Enter
see 'took a message';      picture livetest; key Enter
see 'Lock the UI';         picture write;    key Enter; see 'Write it'; key Enter
see 'Run next';            picture done

start 80x24 smtp-wizard demo
to_identity
until mux capture-pane -p -t s | grep -q '› ✗ localhost'; do key Down; done
key Enter
see 'Do this';             picture refusal;  key Enter
see 'Then back to Test';   picture cure

start 40x12 smtp-wizard demo
see 'Where is'; key Enter Enter Enter Enter; see 'Practice'; key Enter
see 'Where is'; key Enter Enter Enter; see 'sender'; key Enter Enter Enter Enter
see 'accepted';            picture small

start 80x24 NO_COLOR=1 smtp-wizard demo
to_identity;               picture no-color

start 110x30 smtp-wizard demo
to_identity;               picture wide

start 80x24 smtp-wizard demo --plain
see '.env ['; key Enter Enter Enter Enter; see 'Provider ['; key Enter; see 'Host ['; key Enter Enter Enter
see 'From ['; key Enter Enter Enter Enter
see 'Name [1';             picture plain
