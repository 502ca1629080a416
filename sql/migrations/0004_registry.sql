-- The plan and what is reported against it: reference data, approved plan versions, submissions. docs/domain.md has the
-- rules; the columns are those of the data set format, so that an import and an export are nearly the identity.
--
-- Three kinds of table, by what may happen to a row:
--  * reference data (units, memberships, forms, contacts, calendars …): replaced by an import, each replacement audited;
--  * approved plan versions and their targets: never changed once approved, since figures were computed from them;
--  * submissions and their observations: append-only, since they are what a municipality said at an instant.
--
-- Codes are text and compare by code point: zeros in front are part of them, and lists come out in one order everywhere.

create domain rinda.code as text collate "C"
    constraint code_is_a_word check (value ~ '^[^[:space:][:cntrl:]]{1,64}$');

create domain rinda.period_code as text collate "C"
    constraint period_code_is_known check (value ~ '^[0-9]{4}(-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?$');

create domain rinda.amount as numeric
    constraint amount_is_finite check (value not in ('NaN', 'Infinity', '-Infinity'));

-- ---------------------------------------------------------------- units

-- A unit is its code. Names, type and validity may come in several rows (a renaming); together they are one unit.
create table rinda.unit (
    code rinda.code primary key
);

create table rinda.unit_version (
    code       rinda.code not null references rinda.unit,
    name       text not null check (name <> ''),
    -- Latvian needs the cases, and names of places do not inflect by rule.
    name_gen   text not null,
    name_dat   text not null,
    name_acc   text not null,
    type       text not null check (type in ('NOVADS', 'CITY', 'INSTITUTION', 'REGION')),
    valid_from date not null,
    -- The first day on which it is no longer valid; null while it is open.
    valid_to   date,
    primary key (code, valid_from),
    constraint unit_version_lasts check (valid_to > valid_from)
);

create table rinda.succession (
    predecessor  rinda.code not null references rinda.unit,
    successor    rinda.code not null references rinda.unit,
    effective_on date not null,
    share        rinda.amount not null check (share > 0 and share <= 1),
    primary key (predecessor, successor),
    constraint succession_is_to_another check (predecessor <> successor)
);

create index succession_successor on rinda.succession (successor);

-- The invariants of several rows of one table. Each import writes a table in one statement, so a check after the
-- statement sees the state that is meant; only the codes that the statement touched are looked at.

create function rinda.check_unit_versions() returns trigger
language plpgsql as $$
declare
    found text;
begin
    select v.code into found
      from (select code, valid_to, lead(valid_from) over (partition by code order by valid_from) as next_from
              from rinda.unit_version where code in (select code from changed)) v
     where v.next_from < coalesce(v.valid_to, 'infinity'::date)
     limit 1;
    if found is not null then
        raise exception using errcode = 'exclusion_violation', constraint = 'unit_versions_do_not_overlap',
            table = 'unit_version', message = format('rows of unit %s overlap in time', found),
            hint = 'Let each row end (valid_to) on the day the next one begins.';
    end if;
    return null;
end
$$;

create trigger unit_version_inserted after insert on rinda.unit_version
    referencing new table as changed for each statement execute function rinda.check_unit_versions();
create trigger unit_version_updated after update on rinda.unit_version
    referencing new table as changed for each statement execute function rinda.check_unit_versions();

create function rinda.check_shares() returns trigger
language plpgsql as $$
declare
    found record;
begin
    select s.predecessor, sum(s.share) as total into found
      from rinda.succession s where s.predecessor in (select predecessor from changed)
     group by s.predecessor having sum(s.share) <> 1
     limit 1;
    if found.predecessor is not null then
        raise exception using errcode = 'check_violation', constraint = 'succession_shares_are_one',
            table = 'succession',
            message = format('the shares of predecessor %s add up to %s', found.predecessor, found.total),
            hint = 'The shares of a predecessor must add up to exactly 1.';
    end if;
    return null;
end
$$;

create trigger succession_inserted after insert on rinda.succession
    referencing new table as changed for each statement execute function rinda.check_shares();
create trigger succession_updated after update on rinda.succession
    referencing new table as changed for each statement execute function rinda.check_shares();

-- ---------------------------------------------------------------- plans

create table rinda.plan (
    plan        rinda.code primary key,
    name        text not null check (name <> ''),
    path_start  date not null,
    target_date date not null,
    constraint plan_path_lasts check (target_date > path_start)
);

create table rinda.plan_version (
    plan           rinda.code not null references rinda.plan,
    version        integer not null check (version >= 0),
    title          text not null,
    -- Null is a draft: never in force, and still open to change.
    approved_on    date,
    effective_from date not null,
    approved_by    text not null,
    technical_only boolean not null,
    primary key (plan, version)
);

-- Two approved versions from one day would leave open which is in force.
create unique index plan_version_approved on rinda.plan_version (plan, effective_from) where approved_on is not null;

create function rinda.refuse_change_of_approved() returns trigger
language plpgsql as $$
begin
    raise exception using errcode = 'insufficient_privilege', constraint = 'approved_version_is_final',
        table = tg_table_name,
        message = format('version %s of plan %s is approved and cannot be changed', old.version, old.plan),
        hint = 'Record an amendment as a new version.';
end
$$;

create trigger plan_version_final before update or delete on rinda.plan_version
    for each row when (old.approved_on is not null) execute function rinda.refuse_change_of_approved();
create trigger plan_version_kept before truncate on rinda.plan_version
    for each statement execute function rinda.refuse_change();

create table rinda.membership (
    plan       rinda.code not null references rinda.plan,
    unit       rinda.code not null references rinda.unit,
    role       text not null check (role in ('REPORTER', 'INFRASTRUCTURE', 'PARTNER', 'OBSERVER')),
    valid_from date not null,
    valid_to   date,
    primary key (plan, unit, role, valid_from),
    constraint membership_lasts check (valid_to > valid_from)
);

create index membership_unit on rinda.membership (unit);

-- ---------------------------------------------------------------- indicators, targets, forms

create table rinda.indicator (
    indicator    rinda.code primary key,
    name         text not null check (name <> ''),
    name_en      text not null,
    kind         text not null check (kind in ('CUM_UNIQUE', 'FLOW', 'STOCK', 'RATIO', 'STEP', 'MONEY')),
    unit         text not null,
    direction    text not null check (direction in ('UP', 'DOWN')),
    target_group text not null
);

create table rinda.target (
    plan        rinda.code not null,
    version     integer not null,
    indicator   rinda.code not null references rinda.indicator,
    -- Null is the region as a whole.
    unit        rinda.code references rinda.unit,
    target_date date not null,
    kind        text not null check (kind in ('FINAL', 'MILESTONE')),
    -- Null says that there is no target (any more); it is not a target of nought.
    value       rinda.amount,
    -- Null is a baseline of nought.
    baseline    rinda.amount,
    -- Deferred: what becomes final with its approval is written before it.
    foreign key (plan, version) references rinda.plan_version deferrable initially deferred,
    constraint target_key unique nulls not distinct (plan, version, indicator, unit, kind, target_date)
);

create index target_indicator on rinda.target (indicator);
create index target_unit on rinda.target (unit);

create function rinda.refuse_change_of_approved_target() returns trigger
language plpgsql as $$
begin
    if exists (select from rinda.plan_version v
                where v.plan = old.plan and v.version = old.version and v.approved_on is not null) then
        raise exception using errcode = 'insufficient_privilege', constraint = 'approved_version_is_final',
            table = tg_table_name,
            message = format('version %s of plan %s is approved: its targets cannot be changed', old.version, old.plan),
            hint = 'Record an amendment as a new version.';
    end if;
    return case tg_op when 'DELETE' then old else new end;
end
$$;

create trigger target_final before update or delete on rinda.target
    for each row execute function rinda.refuse_change_of_approved_target();
create trigger target_kept before truncate on rinda.target
    for each statement execute function rinda.refuse_change();

create table rinda.form (
    form               rinda.code primary key,
    name               text not null check (name <> ''),
    recurrence         text not null check (recurrence in ('MONTH', 'QUARTER', 'HALF_YEAR', 'YEAR')),
    due_working_days   integer not null check (due_working_days >= 1),
    grace_working_days integer not null check (grace_working_days >= 0),
    -- The membership role that owes it; null is REPORTER.
    role               text check (role in ('REPORTER', 'INFRASTRUCTURE', 'PARTNER', 'OBSERVER'))
);

create table rinda.form_indicator (
    form      rinda.code not null references rinda.form,
    indicator rinda.code not null references rinda.indicator,
    primary key (form, indicator),
    -- A figure has one source: an indicator is on at most one form.
    constraint form_indicator_on_one_form unique (indicator)
);

-- ---------------------------------------------------------------- contacts and calendars

create table rinda.contact (
    unit       rinda.code not null references rinda.unit,
    role       text not null check (role in ('SUBMITTER', 'HEAD', 'EXEC', 'CHAIR', 'GENERAL')),
    -- No white space or control character: an address never smuggles a header into a message.
    email      text not null check (email ~ '^[^[:space:][:cntrl:]@]+@[^[:space:][:cntrl:]@]+$'),
    language   text not null check (language in ('lv', 'en')),
    valid_from date not null,
    valid_to   date,
    primary key (unit, role, email, valid_from),
    constraint contact_lasts check (valid_to > valid_from)
);

-- What is free and what is worked is data: no holiday is built in, and a year without rows has none.
create table rinda.calendar_day (
    calendar    rinda.code not null,
    date        date not null,
    kind        text not null check (kind in ('HOLIDAY', 'MOVED_OFF', 'MOVED_WORK', 'SPECIAL')),
    name        text not null,
    -- The day from which it was known; null is always.
    known_since date,
    primary key (calendar, date)
);

create table rinda.calendar_adoption (
    unit               rinda.code not null references rinda.unit,
    year               integer not null check (year between 1000 and 9999),
    adopts_moved_days  boolean not null,
    primary key (unit, year)
);

-- ---------------------------------------------------------------- submissions

create table rinda.submission (
    -- A short key for millions of observations; the key that people know is the unique one below.
    id          bigint generated always as identity primary key,
    unit        rinda.code not null references rinda.unit,
    form        rinda.code not null references rinda.form,
    period      rinda.period_code not null,
    version     integer not null check (version >= 1),
    -- When it reached the region: for figures "as known at" this is the system time, also of imported rows.
    received_at timestamptz not null check (isfinite(received_at)),
    status      text not null check (status in ('RECEIVED', 'ACCEPTED', 'RETURNED')),
    nil         boolean not null,
    -- Who entered it here and when; the last editor of the data may not approve the report made from them.
    recorded_at timestamptz not null default rinda.clock(),
    recorded_by name not null default session_user,
    constraint submission_key unique (unit, form, period, version)
);

-- Nobody types who they are. A trigger and not a check constraint: a restored backup keeps the names it holds.
create function rinda.stamp_recorder() returns trigger
language plpgsql as $$
begin
    new.recorded_at := rinda.clock();
    new.recorded_by := session_user;
    return new;
end
$$;

create trigger submission_recorder before insert on rinda.submission
    for each row execute function rinda.stamp_recorder();

-- The last period's submissions of a form, whatever the unit: obligations and completeness.
create index submission_form_period on rinda.submission (form, period, unit);

create table rinda.observation (
    submission  bigint not null references rinda.submission,
    indicator   rinda.code not null references rinda.indicator,
    value       rinda.amount,
    obs_status  text not null check (obs_status in ('A', 'P', 'E', 'B', 'L', 'M', 'J', 'NIL')),
    -- Null is OWN_ONLY.
    basis       text check (basis in ('OWN_ONLY', 'INCLUDES_PREDECESSORS')),
    -- For indicators of kind RATIO only.
    denominator rinda.amount,
    primary key (submission, indicator),
    -- Missing is not zero: a status without a number has none, and a number has a status that carries one.
    constraint observation_status_says_if_number check ((value is not null) = (obs_status in ('A', 'P', 'E', 'B'))),
    constraint observation_denominator_needs_value check (denominator is null or value is not null)
);

create trigger submission_append_only before update or delete or truncate on rinda.submission
    for each statement execute function rinda.refuse_change();
create trigger observation_append_only before update or delete or truncate on rinda.observation
    for each statement execute function rinda.refuse_change();

comment on table rinda.unit is 'Organisation units by code: municipalities, institutions, the region.';
comment on table rinda.unit_version is 'Names in four cases, type and validity of a unit; several rows are renamings.';
comment on table rinda.succession is 'Which unit took over which share of another, from which day.';
comment on table rinda.plan_version is 'Versions of a plan; an approved one is final.';
comment on table rinda.target is 'Targets and milestones of a plan version, per unit or (unit null) for the region.';
comment on table rinda.submission is 'What a unit sent for a form and period, in versions; append-only.';
comment on table rinda.observation is 'The figures of a submission; append-only.';
