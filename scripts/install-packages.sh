#!/usr/bin/env bash
# Installs what is missing of Debian's packages, and nothing that is there already.
#
#   install-packages.sh GROUP...      build | run | test | lint | model
#
# build: what the Swift package links to. run: the servers of demo and tests. test: what only tests need.
# lint: the checkers. model: the model checker and a compiler for what it writes.
# Quick, and needs no rights, when nothing is missing.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# PostgreSQL counts as present in any version from 15 on, from Debian or from elsewhere.
has_postgresql() {
    "$root/scripts/postgresql-programs.sh" >/dev/null 2>&1
}

is_installed() {
    case $1 in
    postgresql) has_postgresql ;;
    *) [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]] ;;
    esac
}

missing=()
for group in "$@"; do
    case $group in
    build) wanted=(libpq-dev libcurl4-openssl-dev pkg-config tzdata) ;;
    run) wanted=(postgresql python3 python3-aiosmtpd) ;;
    lint) wanted=(python3 python3-aiosmtpd shellcheck) ;;
    test) wanted=(pgbouncer) ;;
    model) wanted=(spin gcc libc6-dev) ;;
    *) die "no group of packages is called '$group'; there are build, run, test, lint and model" ;;
    esac
    for package in "${wanted[@]}"; do
        is_installed "$package" || missing+=("$package")
    done
done

command -v swift >/dev/null ||
    die "swift is not in PATH; install Swift 6.3 from https://www.swift.org/install/ and try again"
((${#missing[@]} > 0)) || exit 0

command -v apt-get >/dev/null ||
    die "please install these packages (by their Debian names) and try again: ${missing[*]}"

privileged=()
if ((EUID != 0)); then
    # Without a terminal sudo must not wait for a password that nobody can type.
    if command -v sudo >/dev/null && { [[ -t 0 ]] || sudo --non-interactive true 2>/dev/null; }; then
        privileged=(sudo)
    else
        die "these packages are missing; please run as root: apt-get install ${missing[*]}"
    fi
fi

# Debian's postgresql makes and starts a cluster 'main' of its own, which this project does not need.
# A drop-in forbids that while this script installs; it goes afterwards, so the machine's settings stay as they were.
drop_in=/etc/postgresql-common/createcluster.d/rinda-no-main-cluster.conf
without_main_cluster() {
    "${privileged[@]}" mkdir -p "${drop_in%/*}"
    echo 'create_main_cluster = false' | "${privileged[@]}" tee "$drop_in" >/dev/null
    trap '"${privileged[@]}" rm -f "$drop_in"; "${privileged[@]}" rmdir --ignore-fail-on-non-empty "${drop_in%/*}"' EXIT
}

install_missing() {
    "${privileged[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
        install --yes --no-install-recommends "${missing[@]}"
}

say "Installing ${missing[*]} (log: var/log/apt.log)."
[[ " ${missing[*]} " != *" postgresql "* ]] || without_main_cluster
# An old package index names versions that the archive has dropped; a new machine has none at all.
logged apt-update "${privileged[@]}" apt-get -o DPkg::Lock::Timeout=300 update ||
    say "The package index could not be renewed; trying with the one that is there."
logged apt install_missing ||
    die "apt-get could not install ${missing[*]}; its own words stand above"

# The tests start a PgBouncer of their own; the service that comes with the package is not wanted.
if [[ " ${missing[*]} " == *" pgbouncer "* ]] && [[ -d /run/systemd/system ]]; then
    "${privileged[@]}" systemctl disable --now pgbouncer >/dev/null 2>&1 || true
fi
