#!/usr/bin/env bash
# Runs real workers and schedulers on a cluster of their own under faults that follow from a seed, and checks the
# recorded history. The last line of standard output says how many faults were injected, how many events were checked
# and how many violations were found.
#
#   chaos.sh [--seconds N] [--seed N] [--workers N]        300 seconds, a random seed and 3 workers if nothing is said
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
"$root/scripts/install-packages.sh" build run test
alone chaos refuse "chaos run"

# A socket's path ends at 107 bytes, so the proxies' sockets share a short place; the logs lie beside them.
folder=$(mktemp --directory /tmp/rinda-chaos.XXXXXX)
clean_up() {
    local status=$?
    trap '' INT TERM
    # The processes of the run name its folder in their environment.
    local environment
    for environment in /proc/[0-9]*/environ; do
        if grep --quiet --text --null-data --fixed-strings "host=$folder/" "$environment" 2>/dev/null; then
            kill -KILL "${environment//[!0-9]/}" 2>/dev/null || true
        fi
    done
    if ((status != 0)); then
        mkdir -p "$root/var/log/chaos"
        cp "$folder"/*.log "$root/var/log/chaos/" 2>/dev/null || true
        say "The processes' logs lie in var/log/chaos."
    fi
    "$root/scripts/cluster.sh" drop chaos
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "Building."
swift build --jobs "${JOBS:-2}" --product rinda-worker {lock_fd}>&- >&2
swift build --jobs "${JOBS:-2}" --product rinda-scheduler {lock_fd}>&- >&2
swift build --jobs "${JOBS:-2}" --product rinda-chaos {lock_fd}>&- >&2
binaries=$(swift build --show-bin-path)

"$root/scripts/cluster.sh" drop chaos
RINDA_DATABASE_URL=$("$root/scripts/cluster.sh" start chaos {lock_fd}>&-)
export RINDA_DATABASE_URL
"$binaries/rinda-chaos" --binaries "$binaries" --folder "$folder" --start "$root/scripts/cluster.sh start chaos" "$@" \
    {lock_fd}>&-
