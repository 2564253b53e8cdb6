#!/bin/sh
# Sets up this host for the service, or brings its units and HAProxy's configuration up to those of this folder. As root:
#
#   deploy/systemd/install.sh
#
# It starts no replica: roll.sh does, which is installed as <% name_label %>-roll. The settings of the host and the credentials
# are never changed. Everything is checked first; a second run changes nothing.
set -eu
umask 022
cd "$(dirname "$0")"

name=<% name_label %>
home=/opt/$name settings=/etc/$name/settings.env units=/etc/systemd/system commands=/usr/local/sbin

say() { echo "install.sh: $*" >&2; }
fail() {
  say "$1"
  exit "${2:-1}"
}

[ "$#" = 0 ] || fail 'it takes no argument' 2
[ "$(id -u)" = 0 ] || fail 'run it as root' 2
for program in systemctl haproxy curl flock; do
  command -v "$program" >/dev/null || fail "install $program first" 2
done
release=$(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
[ "${release:-0}" -ge 250 ] || fail "systemd is $release; 250 or later is needed" 2
for folder in /usr/lib/systemd/system /lib/systemd/system; do
  [ ! -e "$folder/$name@.service" ] || fail "a package has a unit $name@.service, which this would replace" 2
done
# Units with a directory for data take over the one of that name.
for folder in "/var/lib/$name" "/etc/$name"; do
  ! dpkg-query --search "$folder" >/dev/null 2>&1 || fail "a package has the directory $folder, which this would take over" 2
done

tls=$(sed -n 's/^TLS=//p' "$settings" 2>/dev/null) || true
TLS=${tls:-off} haproxy -c -q -f haproxy.cfg || fail "HAProxy refuses its configuration, see above; nothing has changed"

install -d -m 755 "/etc/$name" "$home" "$home/releases" "$home/replicas" "$units/haproxy.service.d"
install -d -m 700 "/etc/$name/credentials" /etc/haproxy/tls
[ -e "$settings" ] || install -m 644 settings.env "$settings"
install -m 644 fixed.env "$home/fixed.env"
#~ for port in ports
ln -sfn ../current "$home/replicas/<% port %>"
#~ endfor
# The spare.
ln -sfn ../next "$home/replicas/<% spare_port %>"

install -m 644 app@.service "$units/$name@.service"
install -m 755 roll.sh "$commands/$name-roll"
install -m 755 run.sh "$commands/$name-run"
#= units

# HAProxy reads its environment only when it starts.
haproxy=reload-or-restart
cmp -s haproxy.conf "$units/haproxy.service.d/$name.conf" || haproxy=restart
install -m 644 haproxy.conf "$units/haproxy.service.d/$name.conf"
if ! cmp -s haproxy.cfg /etc/haproxy/haproxy.cfg; then
  [ ! -e /etc/haproxy/haproxy.cfg ] || cp -p /etc/haproxy/haproxy.cfg /etc/haproxy/haproxy.cfg.before
  install -m 644 haproxy.cfg /etc/haproxy/haproxy.cfg
fi
systemctl daemon-reload
systemctl --quiet enable haproxy.service
systemctl "$haproxy" haproxy.service || fail 'HAProxy neither starts nor reloads, see: journalctl --unit haproxy'
#= timers
say "installed; replicas have changes of their unit after the next $name-roll"
