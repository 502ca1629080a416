#!/usr/bin/env bash
# Prints the folder of PostgreSQL's server programs (initdb, pg_ctl, postgres).
#
#   postgresql-programs.sh [VERSION]      the given major version, else the newest from 15 on
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

oldest=15
version=${1:-}

# Debian keeps the server's programs out of PATH, one folder a major version.
candidates=()
for folder in /usr/lib/postgresql/*/bin; do
    [[ -x $folder/initdb ]] && candidates+=("$folder")
done
if command -v pg_config >/dev/null; then
    folder=$(pg_config --bindir)
    [[ -x $folder/initdb ]] && candidates+=("$folder")
fi

best='' best_major=0
for folder in "${candidates[@]}"; do
    major=$("$folder/postgres" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
    if [[ -n $version ]]; then
        [[ $major != "$version" ]] || best=$folder
    elif ((major >= oldest && major > best_major)); then
        best=$folder best_major=$major
    fi
done
[[ -n $best ]] || die "no server programs of PostgreSQL ${version:-$oldest or newer} found; install Debian's postgresql"
printf '%s\n' "$best"
