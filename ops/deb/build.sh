#!/usr/bin/env bash
# A package for Debian and its relatives: the environment in /opt/regie, units, a user, settings that are explained.
#
#   ops/deb/build.sh [OUT]       OUT: dist by default. For the Python of this system: build on what you install on.
set -euo pipefail

out=${1:-dist}
python=/usr/bin/python3 # the one that the package depends on
version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
architecture=$(dpkg --print-architecture)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"

ops/deb/environment.sh "$root/opt/regie" "$python"
system=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')

install -d "$root/DEBIAN" "$root/usr/bin" "$root/lib/systemd/system" "$root/usr/lib/sysusers.d" "$root/usr/lib/sysctl.d" \
  "$root/usr/share/doc/regie" "$root/etc/regie"
install -d -m 0700 "$root/etc/regie/credentials"
ln -s /opt/regie/bin/regie "$root/usr/bin/regie"
install -m 0644 ops/systemd/*.service "$root/lib/systemd/system/"
install -m 0644 ops/deb/sysusers.conf "$root/usr/lib/sysusers.d/regie.conf"
install -m 0644 ops/deb/sysctl.conf "$root/usr/lib/sysctl.d/60-regie.conf"
install -m 0644 ops/README.md LICENSE "$root/usr/share/doc/regie/"
cp -r ops/prometheus ops/grafana ops/runbooks ops/nginx ops/caddy ops/coturn "$root/usr/share/doc/regie/"
REGIE_LANG=en "$root/opt/regie/bin/regie" config default >"$root/etc/regie/node.toml"
# Where the units keep things, so that `regie check`, `backup` and `restore` find them too.
sed -i 's|^#data_dir = ""|data_dir = "/var/lib/regie"|; s|^#run_dir = ""|run_dir = "/run/regie"|' "$root/etc/regie/node.toml"
grep -q '^run_dir = "/run/regie"' "$root/etc/regie/node.toml"
install -m 0755 ops/deb/postinst ops/deb/prerm "$root/DEBIAN/"
echo /etc/regie/node.toml >"$root/DEBIAN/conffiles"
cat >"$root/DEBIAN/control" <<CONTROL
Package: regie
Version: $version
Architecture: $architecture
Maintainer: Régie <regie@example.org>
Depends: python3 (>= $system), python3 (<< ${system%.*}.$((${system#*.} + 1))), systemd, adduser
Section: comm
Priority: optional
Description: webinars and conferences that you run yourself
 A node carries the rooms, its media plane the packets; one console in a terminal
 supervises all nodes.
CONTROL
mkdir -p "$out"
dpkg-deb --root-owner-group -Zzstd -z5 --build "$root" "$out/regie_${version}_$architecture.deb"
