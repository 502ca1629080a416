#!/usr/bin/env bash
# The whole way once, on real input: import, figures, reminders, report, archive; then what came of it, in words.
# A second run finds everything done and does nothing twice.
source "$(dirname "${BASH_SOURCE[0]}")/stack.sh"

plan=DI-KURZEME form=DI-1 period=2019-H2
# The half-year's figures were due on 2020-01-15, the tenth working day. Whoever is missing on the day after is reminded.
evaluated_on=2020-01-16
answers=$root/var/log/demo
patience=180

sql() { psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname="$RINDA_DATABASE_URL" "$@"; }

# Runs one act of the command that waits for its job; on failure shows what the command said.
# Usage: act NAME WHAT ARGUMENT OF rinda...
act() {
    local name=$1 what=$2
    shift 2
    say "$what"
    attend "demo-$name" timeout --foreground "$patience" "$programs/rinda" "$@" ||
        die "this failed: rinda $*"
    require_programs
}

# Keeps what a reading command answers for the summary. Usage: answer FILE ARGUMENT OF rinda...
answer() {
    local file=$answers/$1.json
    shift
    "$programs/rinda" "$@" --json >"$file" || die "this failed: rinda $* --json"
}

no_job_is_unfinished() {
    [[ $(sql --command="select count(*) from rinda.jobs where id > $first_job
        and state in ('available', 'scheduled', 'running', 'retryable')") == 0 ]]
}

# The approver must not be the one who compiled; the database's own names count. So the demo needs a second person's role
# for the length of one command.
approve_as_second_person() {
    local role=rinda_demo_approver password url approved=yes
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    sql <<SQL >/dev/null || die "cannot make the role of a second person who approves; is this database's user a superuser?"
do \$\$ begin
    if not exists (select from pg_roles where rolname = '$role') then create role $role; end if;
end \$\$;
alter role $role login password '$password';
grant "$(sql --command='select current_user')" to $role;
SQL
    # In a connection string the last word counts.
    case $RINDA_DATABASE_URL in
    postgres://*\?* | postgresql://*\?*) url="$RINDA_DATABASE_URL&user=$role&password=$password" ;;
    postgres://* | postgresql://*) url="$RINDA_DATABASE_URL?user=$role&password=$password" ;;
    *) url="$RINDA_DATABASE_URL user=$role password=$password" ;;
    esac
    say "A second person approves the report."
    attend demo-approve env RINDA_DATABASE_URL="$url" "$programs/rinda" report approve \
        --plan "$plan" --period "$period" || approved=no
    sql --command="drop role $role"
    [[ $approved == yes ]] || die "the report was not approved"
}

report_state() {
    sql --command="select r.state from rinda.report_revision r join rinda.report p on p.id = r.report
        where (p.plan, p.period) = ('$plan', '$period') order by r.revision desc limit 1"
}

start_stack
mkdir -p "$answers"
first_job=$(sql --command="select coalesce(max(id), 0) from rinda.jobs")
ls "$mail" >"$answers/mail-before"

act obligations "Opening the period: who owes which form by when." \
    enqueue obligations.generate --args "{\"form\":\"$form\",\"period\":\"$period\"}" --wait
act recalculate "Computing the figures of $period." \
    recalculate --plan "$plan" --period "$period" --wait
act reminders "Deciding on $evaluated_on who has to be reminded." \
    enqueue reminders.evaluate --args "{\"date\":\"$evaluated_on\"}" --wait
if [[ $(report_state) != ARCHIVED ]]; then
    act compile "Compiling the report." report compile --plan "$plan" --period "$period" --wait
    approve_as_second_person
fi
wait_until "$patience" "all jobs to finish" no_job_is_unfinished
discarded=$(sql --command="select count(*) from rinda.jobs where id > $first_job and state = 'discarded'")
[[ $discarded == 0 ]] || die "$discarded jobs were discarded; see 'rinda jobs list' and var/log/rinda-worker.log"
[[ $(report_state) == ARCHIVED ]] || die "the report is $(report_state) and not archived; see var/log/rinda-worker.log"

# Whoever doubts it can ask the same of any package, years later and without this database.
location=$(sql --command="select a.location from rinda.archive_record a join rinda.report p on p.id = a.report
    where (p.plan, p.period) = ('$plan', '$period') order by a.revision desc limit 1")
act verify "Verifying the archived package." archive verify "$location"
printf '%s\n' "$location" >"$answers/verified"

answer attainment attainment --plan "$plan" --period "$period"
answer archive archive list
"$python" "$root/scripts/demo-summary.py" "$answers" "$mail" "$root"
