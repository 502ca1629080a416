# shellcheck shell=bash
# Sourced by demo.sh and up.sh: the whole system on this machine, and its end however the script ends.
#
# A private database server (or the one in RINDA_DATABASE_URL), a mail server that keeps what it is sent, one
# scheduler and one worker, started again if they die. Everything they leave lies under var/.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

programs=$root/.build/debug
started_pids=() started_names=()
own_cluster=no attended=''

# Runs a program as `logged` does, but so that a signal to the script ends both at once and not only when the program
# is done. Usage: attend NAME COMMAND [ARGUMENT...]
attend() {
    local log="$root/var/log/$1.log" status=0
    shift
    setpriv --pdeathsig TERM -- "$@" </dev/null >"$log" 2>&1 {lock_fd}>&- &
    attended=$!
    wait "$attended" || status=$?
    attended=''
    ((status == 0)) || show_end_of "$log"
    return "$status"
}

# Starts a program in the background, out of reach of the terminal's Ctrl-C: the script ends its programs in order.
# Should the script itself be killed, the kernel ends them. Usage: start_program NAME COMMAND [ARGUMENT...]
start_program() {
    local name=$1
    shift
    setsid setpriv --pdeathsig TERM -- "$@" </dev/null >"$root/var/log/$name.log" 2>&1 {lock_fd}>&- &
    started_pids+=("$!")
    started_names+=("$name")
}

# Fails if a program that was started has ended by itself.
require_programs() {
    local index
    for index in "${!started_pids[@]}"; do
        kill -0 "${started_pids[index]}" 2>/dev/null || {
            show_end_of "$root/var/log/${started_names[index]}.log"
            die "${started_names[index]} ended by itself; the end of its log stands above"
        }
    done
}

# Waits until a condition holds, for at most SECONDS. Usage: wait_until SECONDS WHAT COMMAND [ARGUMENT...]
wait_until() {
    local deadline=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        require_programs
        ((SECONDS < deadline)) || die "waited in vain for $what; see var/log/"
        sleep 0.1
    done
}

is_ready() { grep --quiet --word-regexp ready "$root/var/log/$1.log"; }

build_programs() {
    "$root/scripts/install-packages.sh" build run
    say "Building (the first time takes some minutes; log: var/log/build.log)."
    (cd "$root" && logged build swift build --jobs "${JOBS:-2}") || die "the build failed"
}

start_database() {
    if [[ -n ${RINDA_DATABASE_URL:-} ]]; then
        say "Using the database in RINDA_DATABASE_URL."
    else
        own_cluster=yes
        RINDA_DATABASE_URL=$("$root/scripts/cluster.sh" start demo {lock_fd}>&-)
        export RINDA_DATABASE_URL
        say "PostgreSQL serves: psql '$RINDA_DATABASE_URL'"
    fi
}

# Mail and packages of one database lie in folders of their own: another database knows nothing of them, and would send
# and archive the same again beside them.
choose_folders() {
    local identity
    identity=$(psql --no-psqlrc --quiet --tuples-only --no-align --dbname="$RINDA_DATABASE_URL" --command="
        select c.system_identifier || '/' || d.oid
          from pg_control_system() c, pg_database d where d.datname = current_database()") ||
        die "the database does not answer; its own words stand above"
    identity=$(printf '%s' "$identity" | sha256sum | cut -c1-8)
    mail=$root/var/mail/$identity
    export RINDA_ARCHIVE_PATH=$root/var/archive/$identity
    mkdir -p "$mail" "$RINDA_ARCHIVE_PATH"
}

start_mail() {
    local port_file=$root/var/log/smtp-sink.port
    rm -f "$port_file"
    start_program smtp-sink "$python" "$root/scripts/smtp-sink.py" "$mail" "$port_file"
    wait_until 20 "the mail server" test -s "$port_file"
    RINDA_SMTP_URL=smtp://127.0.0.1:$(cat "$port_file")
    export RINDA_SMTP_URL
    say "The mail server keeps messages in ${mail#"$root/"}/."
}

# No setting of a real system may reach the demo's programs: above all not its mail server.
set_environment() {
    unset RINDA_CONFIG RINDA_SMTP_PASSWORD_FILE RINDA_WORKER_QUEUES RINDA_WORKER_LEASE RINDA_LOG_LEVEL
    export RINDA_SMTP_FROM=di-monitorings@example.lv RINDA_MAIL_DOMAIN=di.example.lv
    # A demonstration sends at any hour of any day.
    export RINDA_MAIL_HOURS=always
    export RINDA_TIMEZONE=Europe/Riga RINDA_POLL_INTERVAL=1 RINDA_WORKER_DRAIN_TIMEOUT=10
    mkdir -p "$root/var/log"
}

start_daemons() {
    start_program rinda-scheduler "$root/scripts/supervise.sh" "$programs/rinda-scheduler"
    start_program rinda-worker "$root/scripts/supervise.sh" "$programs/rinda-worker"
    wait_until 30 "the scheduler" is_ready rinda-scheduler
    wait_until 30 "the worker" is_ready rinda-worker
    say "Scheduler and worker are ready (logs: var/log/)."
}

# Everything up to serving daemons, with the Kurzeme data in the database.
start_stack() {
    alone stack refuse "demo or 'make up'"
    trap stop_stack EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    build_programs
    set_environment
    start_database
    choose_folders
    start_mail
    attend migrate "$programs/rinda" migrate || die "rinda migrate failed"
    attend import "$programs/rinda" import "$root/data/kurzeme" || die "rinda import failed"
    start_daemons
}

# Asks one program to end, last resort SIGKILL. Says so and fails if it does not end in order.
stop_program() {
    local pid=$1 name=$2 deadline=$((SECONDS + 20)) status=0
    kill -TERM "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null && ((SECONDS < deadline)); do sleep 0.05; done
    kill -KILL "$pid" 2>/dev/null && say "$name did not end within 20 s and was killed."
    wait "$pid" || status=$?
    ((status == 0)) || say "$name ended with exit code $status; see var/log/$name.log"
    return "$status"
}

# Stops what was started, the last one first. The script's exit code stays, unless a program ended badly.
stop_stack() {
    local status=$? index
    trap '' INT TERM HUP
    [[ -z $attended ]] || kill -TERM "$attended" 2>/dev/null || true
    for ((index = ${#started_pids[@]} - 1; index >= 0; index--)); do
        stop_program "${started_pids[index]}" "${started_names[index]}" || ((status != 0)) || status=1
    done
    [[ $own_cluster == no ]] || "$root/scripts/cluster.sh" stop demo || status=1
    exit "$status"
}
