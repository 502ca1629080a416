#!/usr/bin/env bash
# A private PostgreSQL cluster of this checkout, run by an unprivileged account, reached by a socket of its own.
#
#   cluster.sh start NAME [--fast] [--port N]   makes it if need be, starts it, prints its connection string
#   cluster.sh stop NAME                        stops it; the data stay
#   cluster.sh drop NAME                        stops it and deletes the data
#   cluster.sh status NAME                      prints the connection string; exit code 3 if it does not run
#
# --fast gives up durability for speed: for tests, never for figures. --port also listens on 127.0.0.1, with a
# password, and the connection string printed is the one for TCP. Clusters of different names do not meet. The data
# lie in var/postgresql/NAME where the account can go there, else under the system's temporary directory.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() { die "usage: cluster.sh start|stop|drop|status NAME [--fast] [--port N]"; }

(($# >= 2)) || usage
verb=$1 name=$2
shift 2
[[ $name =~ ^[a-z][a-z0-9-]{0,31}$ ]] || die "a cluster's name is lower-case letters, digits and hyphens, not '$name'"
fast=off port=''
while (($# > 0)); do
    case $1 in
    --fast) fast=on ;;
    --port)
        [[ ${2:-} =~ ^[0-9]+$ ]] || usage
        port=$2
        shift
        ;;
    *) usage ;;
    esac
    shift
done

# PostgreSQL refuses to run as root.
account=$(id -un)
if ((EUID == 0)); then
    account=nobody
    ! id postgres >/dev/null 2>&1 || account=postgres
fi

as_account() {
    if ((EUID == 0)); then
        setpriv --reuid="$account" --regid="$(id -g "$account")" --clear-groups env --chdir=/ HOME=/ "$@"
    else
        env --chdir=/ "$@"
    fi
}

# Makes a directory that only the account can use, and refuses one that somebody else made.
own_directory() {
    local directory=$1 owner
    mkdir -m 0700 "$directory" 2>/dev/null || [[ -d $directory && ! -L $directory ]] ||
        die "cannot make the directory $directory"
    owner=$(stat --format=%U "$directory")
    if [[ $owner == root && $account != root ]]; then
        chown "$account:" "$directory" && owner=$account
    fi
    [[ $owner == "$account" ]] ||
        die "$directory belongs to $owner, not to $account; remove it, or run this as $owner"
}

# A socket's path ends at 107 bytes and a checkout's can be long, so the sockets of one checkout share a short place.
short=/tmp/rinda-$(printf '%s' "$root" | sha256sum | cut -c1-12)
socket=$short/$name

# The data lie in the checkout, unless the account cannot go there (root's checkout under a 0700 parent).
mkdir -p "$root/var"
own_directory "$root/var/postgresql"
home=$root/var/postgresql
if ! as_account test -x "$home" -a -w "$home"; then
    rmdir "$home"
    home=${TMPDIR:-/tmp}/${short##*/}-data
    own_directory "$home"
fi
cluster=$home/$name
data=$cluster/data

# Prints how to reach the running server: by TCP if it listens there, else by its socket.
conninfo() {
    local listens_on number
    # The lines of postmaster.pid: ..., 4 the port, 5 the socket's folder, 6 the first address, ...
    { read -r _ && read -r _ && read -r _ && read -r number && read -r _ && read -r listens_on; } <"$data/postmaster.pid"
    if [[ -n $listens_on ]]; then
        printf 'host=127.0.0.1 port=%s user=rinda dbname=rinda passfile=%s\n' "$number" "$socket/passfile"
    else
        printf 'host=%s port=%s user=rinda dbname=rinda\n' "$socket" "$number"
    fi
}

# The processes that stand in the data directory: the server's, and those that outlived a killed one.
processes() {
    local link
    for link in /proc/[0-9]*/cwd; do
        [[ $(readlink "$link" 2>/dev/null) != "$data" ]] || printf '%s\n' "${link//[!0-9]/}"
    done
}

is_running() {
    local pid
    [[ -f $data/postmaster.pid ]] || return 1
    pid=$(head -n 1 "$data/postmaster.pid" 2>/dev/null) || return 1
    # The number alone proves nothing: after a reboot it may be anybody's.
    [[ -n $pid && $(readlink "/proc/$pid/cwd" 2>/dev/null) == "$data" ]]
}

# Waits until the processes of a server that was killed are gone, then removes what it left lying.
clear_stale_files() {
    local deadline=$((SECONDS + 20))
    [[ -e $data/postmaster.pid ]] || return 0
    while [[ -n $(processes) ]]; do
        ((SECONDS < deadline)) || die "processes of an earlier server still use $data: $(processes | tr '\n' ' ')"
        sleep 0.2
    done
    rm -f "$data/postmaster.pid"
}

make_data() {
    local fresh=$cluster/fresh
    local -a sync=()
    [[ $fast == off ]] || sync=(--no-sync)
    rm -rf "$fresh"
    say "Making a PostgreSQL cluster in $data."
    logged "initdb-$name" as_account LC_ALL=C.UTF-8 "$bin/initdb" --pgdata="$fresh" --username=rinda \
        --encoding=UTF8 --locale=C.UTF-8 --auth=trust --data-checksums --no-instructions "${sync[@]}" ||
        die "initdb could not make the cluster '$name'"
    # Whoever gets into the socket's directory is the account or root; over TCP a password is asked.
    printf '%s\n' 'local all all trust' 'local replication all trust' 'host all all 127.0.0.1/32 scram-sha-256' \
        >"$fresh/pg_hba.conf"
    printf '%s\n' "include_if_exists 'rinda.conf'" >>"$fresh/postgresql.conf"
    # Renamed only when whole: a cluster that was half made when the power went is made again.
    mv "$fresh" "$data"
}

write_settings() {
    local durable=on
    local connections=300
    # Tests run side by side, each with pools of its own.
    [[ $fast == off ]] || { durable=off connections=1000; }
    printf '%s\n' \
        "cluster_name = 'rinda-$name'" \
        "unix_socket_directories = '$socket'" \
        "unix_socket_permissions = 0700" \
        "listen_addresses = '${port:+127.0.0.1}'" \
        "port = ${port:-5432}" \
        "max_connections = $connections" \
        "timezone = 'UTC'" \
        "log_timezone = 'UTC'" \
        "log_line_prefix = '%m [%p] %q%u@%d/%a '" \
        "fsync = $durable" \
        "synchronous_commit = $durable" \
        "full_page_writes = $durable" \
        ${RINDA_CLUSTER_SETTING:+"$RINDA_CLUSTER_SETTING"} |
        as_account tee "$data/rinda.conf" >/dev/null
}

# The owner's database, and for TCP its password in a passfile beside the socket.
prepare_database() {
    local -a psql=(as_account "$bin/psql" --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1
        "--host=$socket" "--port=${port:-5432}" --username=rinda --dbname=postgres)
    if [[ -z $("${psql[@]}" --command="select 1 from pg_database where datname = 'rinda'") ]]; then
        "${psql[@]}" --command="create database rinda"
    fi
    if [[ -n $port ]]; then
        local password
        password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
        "${psql[@]}" <<<"alter role rinda password '$password'"
        (umask 077 && printf '127.0.0.1:%s:*:rinda:%s\n' "$port" "$password" >"$socket/passfile")
    fi
}

start() {
    own_directory "$cluster"
    if ! is_running; then
        bin=$("$root/scripts/postgresql-programs.sh" "$(cat "$data/PG_VERSION" 2>/dev/null || true)")
        [[ -d $data ]] || make_data
        clear_stale_files
        own_directory "$short"
        rm -rf "$socket"
        own_directory "$socket"
        write_settings
        rm -f "$cluster/log"
        if ! as_account "$bin/pg_ctl" start --pgdata="$data" --log="$cluster/log" --silent --wait --timeout=60 \
            >/dev/null 2>&1 {lock_fd}>&-; then
            tail -n 30 "$cluster/log" >&2
            die "the cluster '$name' did not start; its own words stand above"
        fi
        prepare_database
    fi
    conninfo
}

stop() {
    if is_running; then
        bin=$("$root/scripts/postgresql-programs.sh" "$(cat "$data/PG_VERSION")")
        as_account "$bin/pg_ctl" stop --pgdata="$data" --mode=fast --silent --timeout=60 >/dev/null 2>&1 ||
            as_account "$bin/pg_ctl" stop --pgdata="$data" --mode=immediate --silent --timeout=30 >/dev/null 2>&1 ||
            die "the cluster '$name' does not stop; see $cluster/log"
    fi
    # The short place holds nothing that has to last.
    [[ $cluster == "$socket" ]] || rm -rf "$socket"
    rmdir "$short" 2>/dev/null || true
}

alone "cluster-$name" wait "start or stop of the cluster '$name'"
case $verb in
start) start ;;
stop) stop ;;
drop)
    stop
    rm -rf "$cluster"
    rmdir "$home" "$short" 2>/dev/null || true
    ;;
status)
    is_running || exit 3
    conninfo
    ;;
*) usage ;;
esac
