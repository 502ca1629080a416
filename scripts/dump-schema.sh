#!/usr/bin/env bash
# Writes sql/schema.sql: what the migrations make of an empty database, less the daily partitions, whose names depend on
# the day. With --check it compares instead.
# Usage: scripts/dump-schema.sh [--check]   (RINDA_TEST_DATABASE_URL names the server)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
server=${RINDA_TEST_DATABASE_URL:?names the server on which a database may be made for it}
name=rinda_test_schema_$$
on() { psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname="$1" "${@:2}"; }

case $server in
postgres://* | postgresql://*) base=${server%%\?*} url=${base%/*}/$name ;;
*) url="$server dbname=$name" ;;
esac
on "$server" --command="create database $name"
dump=$(mktemp)
trap 'on "$server" --command="drop database if exists $name"; rm -f "$dump"' EXIT
for file in "$root"/sql/migrations/*.sql; do
    on "$url" --single-transaction --file="$file" >/dev/null
done
pg_dump --schema-only --no-owner --no-privileges --schema=rinda --exclude-table='rinda.done_2*' --exclude-table='rinda.attempt_log_2*' --dbname="$url" |
    sed -E '/^--/d; /^SET /d; /^SELECT pg_catalog/d; /^\\(un)?restrict/d' | cat -s >"$dump"
if [[ ${1:-} == --check ]]; then
    diff -u "$root/sql/schema.sql" "$dump" || {
        echo "sql/schema.sql is not what the migrations make; run scripts/dump-schema.sh" >&2
        exit 1
    }
else
    cp "$dump" "$root/sql/schema.sql"
fi
