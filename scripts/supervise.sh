#!/usr/bin/env bash
# Keeps a program running as a service manager would: when it dies another is started, at most five times; SIGTERM is
# handed on, and the exit code is the program's.
#
#   supervise.sh COMMAND [ARGUMENT...]
set -uo pipefail

child='' ending=no status=0
trap 'ending=yes; [[ -z $child ]] || kill -TERM "$child" 2>/dev/null' TERM

for ((start = 1; start <= 6; start++)); do
    # Should this script be killed, the kernel asks the program to end.
    setpriv --pdeathsig TERM -- "$@" &
    child=$!
    # The signal may have come before there was somebody to hand it to.
    [[ $ending == no ]] || kill -TERM "$child" 2>/dev/null
    # `wait` also returns when a signal arrives; what counts is that the program is gone.
    while wait "$child"; status=$?; kill -0 "$child" 2>/dev/null; do :; done
    [[ $ending == no ]] || break
    printf 'supervise.sh: %s ended with exit code %s\n' "$1" "$status" >&2
    ((start == 6)) || sleep 1
    # Asked to end while none was running: there is nothing to hand on, and nothing went wrong.
    [[ $ending == no ]] || exit 0
done
exit "$status"
