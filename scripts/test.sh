#!/usr/bin/env bash
# Builds everything and runs every test against a PostgreSQL cluster of its own, which it deletes afterwards.
#
#   test.sh [ARGUMENT OF swift test...]      for example: --filter QueueTests
#
# With RINDA_TEST_DATABASE_URL set, the tests use that server; they create and drop only databases rinda_test_*.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
"$root/scripts/install-packages.sh" build run test
alone test wait "test run"

# The tests decide what they talk to; what a developer's shell says of a real system must not reach them.
for variable in "${!RINDA_@}"; do
    [[ $variable == RINDA_TEST_DATABASE_URL ]] || unset "$variable"
done

# An interrupted `swift test` leaves the process with the tests running, and that one the daemons it started.
# All of them inherit a mark, by which they are found.
end_leftovers() {
    local environment
    for environment in /proc/[0-9]*/environ; do
        if grep --quiet --text --null-data --line-regexp --fixed-strings "TEST_RUN=$$" "$environment" 2>/dev/null; then
            kill -KILL "${environment//[!0-9]/}" 2>/dev/null || true
        fi
    done
}

own_cluster=no
clean_up() {
    trap '' INT TERM
    end_leftovers
    [[ $own_cluster == no ]] || "$root/scripts/cluster.sh" drop test
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [[ -z ${RINDA_TEST_DATABASE_URL:-} ]]; then
    own_cluster=yes
    # What a killed run left is of no use to this one.
    "$root/scripts/cluster.sh" drop test
    RINDA_TEST_DATABASE_URL=$("$root/scripts/cluster.sh" start test --fast {lock_fd}>&-)
    export RINDA_TEST_DATABASE_URL
fi

say "Comparing sql/schema.sql with what the migrations make."
"$root/scripts/dump-schema.sh" --check {lock_fd}>&-
say "Building sources and tests."
swift build --build-tests --jobs "${JOBS:-2}" {lock_fd}>&-
say "Running the tests."
TEST_RUN=$$ swift test --skip-build --disable-xctest "$@" {lock_fd}>&-
