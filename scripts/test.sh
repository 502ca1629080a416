#!/usr/bin/env bash
# Builds everything and runs every test against a PostgreSQL cluster of its own, which it deletes afterwards.
#
#   test.sh [ARGUMENT OF swift test...]      for example: --filter QueueTests
#
# With RINDA_TEST_DATABASE_URL set, the tests use that server; they create and drop only databases rinda_test_*.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
"$root/scripts/install-packages.sh" build run
alone test "test run"

# The tests decide what they talk to; what a developer's shell says of a real system must not reach them.
for variable in "${!RINDA_@}"; do
    [[ $variable == RINDA_TEST_DATABASE_URL ]] || unset "$variable"
done

if [[ -z ${RINDA_TEST_DATABASE_URL:-} ]]; then
    trap 'trap "" INT TERM; "$root/scripts/cluster.sh" drop test' EXIT
    # What a killed run left is of no use to this one.
    "$root/scripts/cluster.sh" drop test
    RINDA_TEST_DATABASE_URL=$("$root/scripts/cluster.sh" start test --fast)
    export RINDA_TEST_DATABASE_URL
fi

say "Building sources and tests."
swift build --build-tests --jobs "${JOBS:-2}" {lock_fd}>&-
say "Running the tests."
swift test --skip-build --disable-xctest "$@" {lock_fd}>&-
