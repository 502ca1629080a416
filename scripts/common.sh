# shellcheck shell=bash
# Sourced by the scripts beside it: strict mode, the checkout's root, plain words on standard error.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# Debian's own Python: it alone sees Debian's Python packages, whatever else stands first in PATH.
# shellcheck disable=SC2034 # used by the scripts that source this file
python=/usr/bin/python3

# Says what is going on. Standard output is left to results.
say() { printf '%s\n' "$*" >&2; }

# Ends the script with what went wrong and what to do about it.
die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# Shows the end of a log, for when something went wrong.
show_end_of() {
    say "--- the end of $1"
    tail -n 60 "$1" >&2
    say "---"
}

# Runs a command with its output in var/log/NAME.log; shows the end of it if the command fails.
# Usage: logged NAME COMMAND [ARGUMENT...]
logged() {
    local log="$root/var/log/$1.log" status=0
    shift
    mkdir -p "$root/var/log"
    "$@" >"$log" 2>&1 || status=$?
    ((status == 0)) || show_end_of "$log"
    return "$status"
}

# Holds the lock NAME until the script ends, so that two runs in one checkout do not meet: waits for it, or refuses.
# A program that outlives the script must not inherit the lock: start it with {lock_fd}>&-
# Usage: alone NAME wait|refuse WHAT
alone() {
    mkdir -p "$root/var/lock"
    exec {lock_fd}>"$root/var/lock/$1"
    if ! flock --nonblock "$lock_fd"; then
        [[ $2 == wait ]] || die "another $3 is running in this checkout; stop it first"
        say "Another $3 is running in this checkout; waiting for it to end."
        flock "$lock_fd"
    fi
}
