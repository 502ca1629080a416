#!/usr/bin/env bash
# Measures the job engine beside a floor in bare libpq, on a cluster of its own with the default durability. Prints one
# JSON object a line on standard output and nothing else there.
#
#   bench.sh [ARGUMENT OF rinda-bench run...]      for example: --only drain --runs 3
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
"$root/scripts/install-packages.sh" build run
alone bench refuse "benchmark"

clean_up() {
    trap '' INT TERM
    "$root/scripts/cluster.sh" drop bench
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "Building release binaries (log: var/log/bench-build.log)."
logged bench-build swift build --configuration release --product rinda-bench --jobs "${JOBS:-2}" {lock_fd}>&-
"$root/scripts/cluster.sh" drop bench
url=$(RINDA_CLUSTER_SETTING="shared_preload_libraries = 'pg_stat_statements'" \
    "$root/scripts/cluster.sh" start bench {lock_fd}>&-)
say "Measuring; this takes up to a quarter of an hour."
"$(swift build --configuration release --show-bin-path)/rinda-bench" run --url "$url" "$@" {lock_fd}>&-
