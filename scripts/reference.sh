#!/usr/bin/env bash
# Compares `rinda` with the second implementation of the figures under Tests/Reference, which was written from the rules
# alone: its own tests, data sets with one fault each, and every field of many random questions.
#
#   reference.sh [RINDA [ARGUMENT OF compare.py...]]      for example: .build/debug/rinda --seed 1000 --count 500
#
# Without RINDA it is built. With RINDA_TEST_DATABASE_URL set, that server is used; only databases rinda_test_reference_*
# are created on it, and dropped again.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
"$root/scripts/install-packages.sh" build run
alone reference wait "comparison with the reference"

rinda=${1:-}
(($# == 0)) || shift
(($# > 0)) || set -- --count 200

own_cluster=no
clean_up() {
    trap '' INT TERM
    [[ $own_cluster == no ]] || "$root/scripts/cluster.sh" drop reference
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [[ -z $rinda ]]; then
    say "Building rinda."
    swift build --product rinda --jobs "${JOBS:-2}" {lock_fd}>&-
    rinda=$(swift build --show-bin-path)/rinda
fi
if [[ -z ${RINDA_TEST_DATABASE_URL:-} ]]; then
    own_cluster=yes
    "$root/scripts/cluster.sh" drop reference
    RINDA_TEST_DATABASE_URL=$("$root/scripts/cluster.sh" start reference --fast {lock_fd}>&-)
    export RINDA_TEST_DATABASE_URL
fi

say "The reference's own tests."
# Nothing is left in the checkout: no byte code beside the sources.
export PYTHONDONTWRITEBYTECODE=1
"$python" -m unittest discover --quiet --start-directory Tests/Reference --pattern 'test_*.py'
say "Data sets with one fault each."
"$python" Tests/Reference/faults.py --rinda "$rinda" --database "$RINDA_TEST_DATABASE_URL"
say "Random questions, in every field."
"$python" Tests/Reference/compare.py --rinda "$rinda" --database "$RINDA_TEST_DATABASE_URL" --batch \
    --jobs "${JOBS:-2}" "$@"
