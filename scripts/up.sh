#!/usr/bin/env bash
# The whole system with the Kurzeme data, until Ctrl-C.
source "$(dirname "${BASH_SOURCE[0]}")/stack.sh"

start_stack
say "Serving until Ctrl-C. In another terminal:"
say "  export RINDA_DATABASE_URL='$RINDA_DATABASE_URL'"
say "  $programs/rinda --help"
while true; do
    require_programs
    # In the background, so that a signal is heard at once.
    sleep 1 {lock_fd}>&- &
    wait "$!"
done
