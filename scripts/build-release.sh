#!/usr/bin/env bash
# Builds the three programs for use into bin/. Swift's runtime is linked in, so they run on machines without a
# toolchain; libpq and libcurl stay shared, so that the system's security updates reach them.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
"$root/scripts/install-packages.sh" build

swift build --configuration release --static-swift-stdlib --jobs "${JOBS:-2}"
folder=$(swift build --configuration release --static-swift-stdlib --show-bin-path)
mkdir -p bin
for program in rinda rinda-worker rinda-scheduler; do
    install -m 0755 "$folder/$program" "bin/$program"
done
say "Built bin/rinda, bin/rinda-worker and bin/rinda-scheduler."
