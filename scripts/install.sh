#!/usr/bin/env bash
# Installs what `make build` built, the systemd units and an example configuration.
#
#   install.sh DESTDIR PREFIX
#
# Below DESTDIR (for packages) or, if that is empty, into the system. Starts and enables nothing.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
(($# == 2)) || die "usage: install.sh DESTDIR PREFIX"
prefix=$2 target=$1$2

for program in rinda rinda-worker rinda-scheduler; do
    [[ -x bin/$program ]] || die "bin/$program is not there; run 'make build' first"
    install -D -m 0755 "bin/$program" "$target/bin/$program"
done
install -d "$target/lib/systemd/system"
for unit in rinda-worker.service rinda-scheduler.service; do
    # The units name the default prefix; systemd wants absolute paths.
    sed "s|/usr/local/|$prefix/|g" "deploy/$unit" >"$target/lib/systemd/system/$unit"
    chmod 0644 "$target/lib/systemd/system/$unit"
done
install -D -m 0644 deploy/sysusers.conf "$target/lib/sysusers.d/rinda.conf"
install -D -m 0644 deploy/rinda.conf.yaml "$target/share/doc/rinda/rinda.conf.yaml"
say "Installed below $target; deploy/README.md tells how to go on."
