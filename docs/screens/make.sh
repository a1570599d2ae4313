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
  mux kill-server 2>/dev/null && sleep 0.5 || true
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

# key NAME... presses keys, slowly enough not to be taken for a paste.
key() { for k in "$@"; do mux send-keys -t s "$k"; sleep 0.15; done; }

# picture NAME keeps the screen as a PNG.
picture() {
  mux capture-pane -e -p -t s | sed "s/\x1b\[39m/\x1b[0m/g" >"$work/$1.ansi" # freeze does not know 39
  "$work/freeze" "$work/$1.ansi" --language ansi --font.size 5 -o "$work/$1.png" >/dev/null
  pngquant --force --output "$out/$1.png" 32 "$work/$1.png"
}

# until_seen TEXT presses enter until the screen shows it, no faster than a person.
until_seen() {
  for _ in $(seq 40); do
    mux capture-pane -p -t s | grep -qF -- "$1" && { sleep 0.6; return; }
    mux send-keys -t s Enter
    sleep 0.7
  done
  echo "never came to: $1" >&2; mux capture-pane -p -t s >&2; exit 1
}

start 80x24 smtp-wizard demo
see 'https://id.example.com'; sleep 0.6; picture install
until_seen 'Practice relay';  picture provider
until_seen 'open, tls';       picture relay
until_seen 'Send test to';    picture sender
until_seen 'accepted here';   picture identity
until_seen 'took a message';  picture livetest
until_seen 'Lock the UI';     picture write
until_seen 'Run next';        picture done

start 80x24 smtp-wizard demo
until_seen 'accepted here'
for _ in $(seq 6); do
  mux capture-pane -p -t s | grep -q '› ✗ localhost' && break
  key Down
done
until_seen 'Do this';           picture refusal
until_seen 'Then back to Test'; picture cure

start 40x12 smtp-wizard demo
until_seen 'accepted';      picture small

start 80x24 NO_COLOR=1 smtp-wizard demo
until_seen 'accepted here'; picture no-color

start 80x24 smtp-wizard demo --plain
until_seen 'Name [1';       picture plain
