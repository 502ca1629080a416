#!/usr/bin/env bash
# Deletes what was built and what demo and tests left: .build, bin, var and the private clusters.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
for name in demo test; do
    "$root/scripts/cluster.sh" drop "$name"
done
rm -rf .build bin var
