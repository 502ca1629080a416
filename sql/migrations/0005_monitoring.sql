-- What the system itself keeps: who owes what by when, which notices went out, snapshots of the figures, reports and
-- the record of archived packages. docs/domain.md has the rules.

-- ---------------------------------------------------------------- obligations

-- One obligation a form, period and unit that owes it. What has become of it (open, overdue, accepted …) is not stored:
-- it follows from these facts, the submissions and the day it is asked for, and a stored state would only be late.
create table rinda.obligation (
    id           bigint generated always as identity primary key,
    form         rinda.code not null references rinda.form,
    period       rinda.period_code not null,
    -- Whose figures are owed.
    unit         rinda.code not null references rinda.unit,
    -- Who has to send them: the unit, or the successor that has taken over its duties by the due date.
    responsible  rinda.code not null references rinda.unit,
    -- The window, the due date and the end of grace, all inclusive local dates.
    opens_on     date not null,
    due_on       date not null,
    grace_until  date not null,
    -- Grows with every extension: notices are counted per version of the due date.
    due_version  integer not null default 1 check (due_version >= 1),
    waived_at     timestamptz,
    waived_by     name,
    waived_reason text,
    generated_at timestamptz not null default rinda.clock(),
    constraint obligation_key unique (form, period, unit),
    constraint obligation_dates_are_in_order check (opens_on <= due_on and due_on <= grace_until),
    constraint obligation_waiver_has_reason
        check (num_nulls(waived_at, waived_by, waived_reason) in (0, 3) and waived_reason <> '')
);

create index obligation_due on rinda.obligation (due_on);
create index obligation_unit on rinda.obligation (unit);

-- ---------------------------------------------------------------- notices

-- The ledger: a step of the ladder goes out once per obligation, role and version of the due date, however often the
-- reminders are evaluated. A notice is planned with the job that sends it, in one transaction; several notices to one
-- address on one day share a message.
create table rinda.notice (
    id          bigint generated always as identity primary key,
    obligation  bigint not null references rinda.obligation,
    step        text not null check (step in ('S1', 'S2', 'S3', 'S4', 'S5', 'S6')),
    -- As what the recipient is addressed; the planning region gets copies.
    role        text not null check (role in ('SUBMITTER', 'HEAD', 'EXEC', 'CHAIR', 'GENERAL', 'REGION')),
    due_version integer not null check (due_version >= 1),
    -- The deterministic Message-ID, without angle brackets: a retry after a crash sends the same one.
    message_id  text not null check (message_id ~ '^[^[:space:][:cntrl:]<>]+@[^[:space:][:cntrl:]<>]+$'),
    recipient   text not null check (recipient ~ '^[^[:space:][:cntrl:]@]+@[^[:space:][:cntrl:]@]+$'),
    language    text not null check (language in ('lv', 'en')),
    -- The local day for which it was planned.
    planned_for date not null,
    state       text not null default 'PLANNED'
        check (state in ('PLANNED', 'SENDING', 'SENT', 'FAILED', 'SUPPRESSED', 'BOUNCED')),
    -- Why it failed, was suppressed or bounced.
    reason      text,
    -- SHA-256 of the message as sent.
    digest      bytea check (octet_length(digest) = 32),
    changed_at  timestamptz not null default rinda.clock(),
    constraint notice_once unique (obligation, step, role, due_version),
    constraint notice_sent_has_digest check (state not in ('SENT', 'BOUNCED') or digest is not null),
    constraint notice_failure_has_reason check (state not in ('FAILED', 'SUPPRESSED', 'BOUNCED') or reason <> '')
);

create index notice_message on rinda.notice (message_id);
create index notice_planned_for on rinda.notice (planned_for);
create index notice_bounced on rinda.notice (recipient) where state = 'BOUNCED';

-- Every state a notice has had; written by the trigger below and by nothing else.
create table rinda.notice_event (
    seq    bigint generated always as identity primary key,
    notice bigint not null references rinda.notice,
    at     timestamptz not null default rinda.clock(),
    actor  name not null default session_user,
    state  text not null,
    reason text
);

create index notice_event_notice on rinda.notice_event (notice, seq);

create trigger notice_event_append_only before update or delete or truncate on rinda.notice_event
    for each statement execute function rinda.refuse_change();

-- What may follow what. SENDING again is a retry after a crash between the server's acceptance and our commit.
create function rinda.check_notice() returns trigger
language plpgsql as $$
declare
    legal boolean;
begin
    if (old.id, old.obligation, old.step, old.role, old.due_version, old.message_id)
        is distinct from (new.id, new.obligation, new.step, new.role, new.due_version, new.message_id) then
        raise exception using errcode = 'check_violation', constraint = 'notice_identity_is_fixed', table = 'notice',
            message = format('notice %s: what it is about cannot change', old.id);
    end if;
    legal := case old.state
        when 'PLANNED' then new.state in ('PLANNED', 'SENDING', 'SUPPRESSED')
        when 'SENDING' then new.state in ('SENDING', 'SENT', 'FAILED', 'SUPPRESSED')
        when 'FAILED' then new.state in ('SENDING', 'SUPPRESSED', 'FAILED')
        when 'SENT' then new.state = 'BOUNCED'
        else false end;
    if not legal then
        raise exception using errcode = 'check_violation', constraint = 'notice_follows_its_states', table = 'notice',
            message = format('notice %s cannot go from %s to %s', old.id, old.state, new.state);
    end if;
    new.changed_at := rinda.clock();
    return new;
end
$$;

create trigger notice_changes before update on rinda.notice
    for each row execute function rinda.check_notice();

create function rinda.record_notice_event() returns trigger
language plpgsql as $$
begin
    insert into rinda.notice_event (notice, state, reason) values (new.id, new.state, new.reason);
    return null;
end
$$;

create trigger notice_recorded after insert or update on rinda.notice
    for each row execute function rinda.record_notice_event();
create trigger notice_kept before delete or truncate on rinda.notice
    for each statement execute function rinda.refuse_change();

-- ---------------------------------------------------------------- snapshots

-- The rows of one unit, stored once under the digest of their content and shared by every snapshot that holds them:
-- after one municipality's correction only its part is new.
create table rinda.snapshot_part (
    digest bytea primary key check (octet_length(digest) = 32),
    unit   rinda.code not null,
    -- An array of rows in the form and order of `units` in docs/domain.md. Kept as text, since the digest is over it.
    rows   json not null check (json_typeof(rows) = 'array'),
    constraint snapshot_part_is_its_digest check (digest = sha256(convert_to(rows::text, 'UTF8')))
);

-- Figures of a plan for a period, immutable under the hash of what they were computed from.
create table rinda.snapshot (
    -- Hexadecimal, since people read, compare and print it.
    hash         text collate "C" primary key check (hash ~ '^[0-9a-f]{64}$'),
    plan         rinda.code not null references rinda.plan,
    period       rinda.period_code not null,
    as_of        date not null,
    target_basis text not null check (target_basis ~ '^(AT_PERIOD_END|AT_REPORT_DATE|ORIGINAL|FIXED:[0-9]+)$'),
    -- `reported`, or the date of the map on which the units are shown.
    vintage      text not null check (vintage ~ '^(reported|[0-9]{4}-[0-9]{2}-[0-9]{2})$'),
    rules        text not null,
    -- Null where no version was in force.
    plan_version integer,
    completeness json not null check (json_typeof(completeness) = 'object'),
    region       json not null check (json_typeof(region) = 'array'),
    -- Beside the hash and not in it: for which moment it was first asked, and when and by whom it was computed.
    known_at     timestamptz,
    reason       text,
    computed_at  timestamptz not null default rinda.clock(),
    computed_by  name not null default session_user
);

create index snapshot_question on rinda.snapshot (plan, period, computed_at);

create table rinda.snapshot_unit (
    snapshot text collate "C" not null references rinda.snapshot,
    unit     rinda.code not null,
    part     bytea not null references rinda.snapshot_part,
    primary key (snapshot, unit)
);

create trigger snapshot_part_immutable before update or delete or truncate on rinda.snapshot_part
    for each statement execute function rinda.refuse_change();
create trigger snapshot_immutable before update or delete or truncate on rinda.snapshot
    for each statement execute function rinda.refuse_change();
create trigger snapshot_unit_immutable before update or delete or truncate on rinda.snapshot_unit
    for each statement execute function rinda.refuse_change();

-- ---------------------------------------------------------------- reports

create table rinda.report (
    id     bigint generated always as identity primary key,
    plan   rinda.code not null references rinda.plan,
    period rinda.period_code not null,
    constraint report_key unique (plan, period)
);

-- A revision is bound to one snapshot from its computation on. The two-person rule is a constraint on names that the
-- database itself writes: the approver is neither the compiler nor the last one who edited the data.
create table rinda.report_revision (
    report         bigint not null references rinda.report,
    revision       integer not null check (revision >= 1),
    state          text not null default 'DRAFT'
        check (state in ('DRAFT', 'COMPUTED', 'IN_REVIEW', 'APPROVED', 'PUBLISHED', 'ARCHIVED', 'WITHDRAWN')),
    snapshot       text collate "C" references rinda.snapshot,
    document       text,
    digest         bytea check (octet_length(digest) = 32),
    compiled_by    name not null default session_user,
    compiled_at    timestamptz not null default rinda.clock(),
    data_edited_by name,
    approved_by    name,
    approved_at    timestamptz,
    published_at   timestamptz,
    archived_at    timestamptz,
    withdrawn_at   timestamptz,
    withdrawn_by   name,
    reason         text,
    -- Set when the next revision is archived; until then this one is what holds.
    superseded_by  integer check (superseded_by > revision),
    primary key (report, revision),
    constraint report_approver_is_not_the_compiler check (approved_by <> compiled_by),
    constraint report_approver_is_not_the_data_editor check (approved_by <> data_edited_by),
    constraint report_computed_is_bound
        check (state in ('DRAFT', 'WITHDRAWN') or num_nulls(snapshot, document, digest) = 0),
    constraint report_approved_has_approver
        check (state not in ('APPROVED', 'PUBLISHED', 'ARCHIVED') or num_nulls(approved_by, approved_at) = 0),
    constraint report_archived_has_date check (state <> 'ARCHIVED' or archived_at is not null),
    constraint report_withdrawal_has_reason check (state <> 'WITHDRAWN' or (withdrawn_by is not null and reason <> ''))
);

-- DRAFT → COMPUTED → IN_REVIEW → APPROVED → PUBLISHED → ARCHIVED; any of them but the last → WITHDRAWN. A report that
-- needs no publication is archived from APPROVED. From COMPUTED on the content is fixed: another content is a revision.
create function rinda.check_report_revision() returns trigger
language plpgsql as $$
declare
    legal boolean;
begin
    legal := case old.state
        when 'DRAFT' then new.state in ('DRAFT', 'COMPUTED', 'WITHDRAWN')
        when 'COMPUTED' then new.state in ('COMPUTED', 'IN_REVIEW', 'WITHDRAWN')
        when 'IN_REVIEW' then new.state in ('IN_REVIEW', 'APPROVED', 'WITHDRAWN')
        when 'APPROVED' then new.state in ('APPROVED', 'PUBLISHED', 'ARCHIVED', 'WITHDRAWN')
        when 'PUBLISHED' then new.state in ('PUBLISHED', 'ARCHIVED', 'WITHDRAWN')
        when 'ARCHIVED' then new.state = 'ARCHIVED'
        else false end;
    if not legal then
        raise exception using errcode = 'check_violation', constraint = 'report_follows_its_states',
            table = 'report_revision',
            message = format('revision %s of report %s cannot go from %s to %s',
                             old.revision, old.report, old.state, new.state);
    end if;
    if (old.report, old.revision, old.compiled_by) is distinct from (new.report, new.revision, new.compiled_by)
        or (old.state <> 'DRAFT' and (old.snapshot, old.document, old.digest, old.data_edited_by)
            is distinct from (new.snapshot, new.document, new.digest, new.data_edited_by))
        or (old.approved_by is not null and (old.approved_by, old.approved_at)
            is distinct from (new.approved_by, new.approved_at)) then
        raise exception using errcode = 'check_violation', constraint = 'report_content_is_fixed',
            table = 'report_revision',
            message = format('revision %s of report %s is %s: its content, compiler and approver cannot change',
                             old.revision, old.report, old.state),
            hint = 'Compile a new revision.';
    end if;
    -- Nobody types who they are.
    if new.state = 'APPROVED' and old.state <> 'APPROVED' then
        new.approved_by := session_user;
        new.approved_at := rinda.clock();
    end if;
    if new.state = 'WITHDRAWN' then
        new.withdrawn_by := session_user;
        new.withdrawn_at := rinda.clock();
    end if;
    return new;
end
$$;

create trigger report_revision_changes before update on rinda.report_revision
    for each row execute function rinda.check_report_revision();

create function rinda.stamp_compiler() returns trigger
language plpgsql as $$
begin
    new.compiled_by := session_user;
    new.compiled_at := rinda.clock();
    return new;
end
$$;

create trigger report_revision_compiler before insert on rinda.report_revision
    for each row execute function rinda.stamp_compiler();
create trigger report_revision_kept before delete or truncate on rinda.report_revision
    for each statement execute function rinda.refuse_change();

-- ---------------------------------------------------------------- archive

-- One record per archived package, each with the digest of the one before: a record that is changed or taken out
-- behind the database's back breaks the chain.
create table rinda.archive_record (
    seq             bigint primary key,
    package         text collate "C" not null unique check (package ~ '^[^/[:space:][:cntrl:]]+$'),
    report          bigint not null,
    revision        integer not null,
    snapshot        text collate "C" not null references rinda.snapshot,
    -- SHA-512 of the package's tag manifest, which covers every other file; hexadecimal.
    manifest_digest text collate "C" not null check (manifest_digest ~ '^[0-9a-f]{128}$'),
    -- Where it lies, as configured then; the name above is what identifies it.
    location        text not null check (location <> ''),
    payload_bytes   bigint not null check (payload_bytes >= 0),
    payload_files   integer not null check (payload_files >= 0),
    recorded_at     timestamptz not null,
    recorded_by     name not null,
    previous_digest bytea check (octet_length(previous_digest) = 32),
    digest          bytea not null unique check (octet_length(digest) = 32),
    foreign key (report, revision) references rinda.report_revision,
    constraint archive_record_once unique (report, revision)
);

-- SHA-256 over the fields in their order, each with its length in front, so that no two records read the same.
create function rinda.archive_digest(p rinda.archive_record) returns bytea
language sql immutable as $$
    select sha256(convert_to(string_agg(coalesce(length(f)::text || ':' || f, '-'), ',' order by n), 'UTF8'))
      from unnest(array[p.seq::text, p.package, p.report::text, p.revision::text, p.snapshot, p.manifest_digest,
                        p.location, p.payload_bytes::text, p.payload_files::text,
                        extract(epoch from p.recorded_at)::text, p.recorded_by::text,
                        encode(p.previous_digest, 'hex')]) with ordinality as t (f, n)
$$;

create function rinda.chain_archive_record() returns trigger
language plpgsql as $$
declare
    last record;
begin
    -- One at a time: two records must not follow the same one. Advisory, so that the right to insert is enough.
    perform pg_advisory_xact_lock(hashtextextended('rinda.archive_record', 0));
    select r.seq, r.digest into last from rinda.archive_record r order by r.seq desc limit 1;
    new.seq := coalesce(last.seq, 0) + 1;
    new.previous_digest := last.digest;
    new.recorded_at := rinda.clock();
    new.recorded_by := session_user;
    new.digest := rinda.archive_digest(new);
    return new;
end
$$;

create trigger archive_record_chained before insert on rinda.archive_record
    for each row execute function rinda.chain_archive_record();
create trigger archive_record_append_only before update or delete or truncate on rinda.archive_record
    for each statement execute function rinda.refuse_change();

-- Every re-reading of a package: what was found, for ever.
create table rinda.archive_check (
    seq        bigint generated always as identity primary key,
    record     bigint not null references rinda.archive_record,
    -- The month for which the check was due, its first day.
    month      date not null check (extract(day from month) = 1),
    intact     boolean not null,
    findings   jsonb not null default '[]' check (jsonb_typeof(findings) = 'array'),
    checked_at timestamptz not null default rinda.clock(),
    checked_by name not null default session_user
);

create index archive_check_record on rinda.archive_check (record, month);

create trigger archive_check_append_only before update or delete or truncate on rinda.archive_check
    for each statement execute function rinda.refuse_change();

comment on table rinda.obligation is 'Who owes which form for which period, by when.';
comment on table rinda.notice is 'Ledger of reminders: once per obligation, step, role and version of the due date.';
comment on table rinda.notice_event is 'Every state of every notice; append-only.';
comment on table rinda.snapshot is 'Figures of a plan and period, immutable under the hash of their inputs.';
comment on table rinda.snapshot_part is 'Rows of one unit under the digest of their content, shared by snapshots.';
comment on table rinda.snapshot_unit is 'Which part stands for which unit in a snapshot.';
comment on table rinda.report is 'A report of a plan for a period.';
comment on table rinda.report_revision is 'Revisions of a report: state, snapshot, document, compiler and approver.';
comment on table rinda.archive_record is 'Archived packages, chained by digests; append-only.';
comment on table rinda.archive_check is 'Results of re-reading archived packages; append-only.';
