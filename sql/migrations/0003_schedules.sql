-- Schedules and their ticks. Any number of schedulers look at the schedules that are due; none leads. What makes a tick
-- fire once:
--
--  * rinda.tick is keyed by (schedule, tick) and written in the transaction that enqueues the tick's job;
--  * a schedule's row says up to which instant every tick is decided, and a scheduler may move that on only where the
--    row's revision is still the one it read.
--
-- Expressions, zones and calendars are understood by the schedulers, not here; whatever they cannot understand stands
-- in last_error and holds up no other schedule.

create table rinda.schedule (
    name                text collate "C" primary key,
    expression          text not null,
    -- An IANA name.
    zone                text not null,
    kind                text collate "C" not null,
    -- Null is the kind's own, as is a null priority.
    queue               text collate "C",
    priority            integer,
    -- Args and unique key of each tick's job, with placeholders such as {date} that the tick fills in.
    args                jsonb not null default '{}',
    unique_key          text,
    -- What becomes of ticks that no scheduler was there for: latest makes up for the newest one, all for every one
    -- within both bounds, skip for none.
    policy              text not null default 'latest',
    catch_up_count      integer not null default 100,
    catch_up_seconds    bigint not null default 604800,
    -- The file that the schedule was synced from; null where it was added by hand.
    source              text,
    paused_at           timestamptz,
    paused_by           name,
    created_at          timestamptz not null default rinda.clock(),
    changed_at          timestamptz not null default rinda.clock(),

    -- What follows is the schedulers'.
    revision            bigint not null default 1,
    -- Every tick up to here is decided: enqueued, skipped, or from before the schedule was what it is.
    decided_until       timestamptz not null default rinda.clock(),
    -- When a scheduler must look at it: at its next tick, or earlier to see a change of its calendar or zone.
    evaluate_at         timestamptz default rinda.clock(),
    next_tick           timestamptz,
    last_tick           timestamptz,
    last_job            bigint,
    last_evaluated_at   timestamptz,
    last_error          text,
    failures            integer not null default 0,
    caught_up           bigint not null default 0,
    skipped             bigint not null default 0,

    constraint schedule_name check (name ~ '^[a-z][a-z0-9_.-]{0,127}$'),
    constraint schedule_kind check (kind ~ '^[a-z][a-z0-9_.-]{0,127}$'),
    constraint schedule_queue check (queue ~ '^[a-z][a-z0-9_.-]{0,127}$'),
    constraint schedule_priority check (priority between -32768 and 32767),
    constraint schedule_args check (jsonb_typeof(args) = 'object'),
    constraint schedule_policy check (policy in ('latest', 'all', 'skip')),
    constraint schedule_catch_up check (catch_up_count between 1 and 10000 and catch_up_seconds between 1 and 316224000),
    constraint schedule_paused_is_not_evaluated check (paused_at is null or evaluate_at is null)
) with (fillfactor = 70);

comment on table rinda.schedule is 'When jobs are enqueued by themselves; one row a schedule.';

-- The only question that a scheduler asks each second: what is due, and when is the next.
create index schedule_evaluate on rinda.schedule (evaluate_at) where evaluate_at is not null;

-- What a person decides about a schedule, for the audit trail and for telling whether a file differs.
create function rinda.schedule_definition(s rinda.schedule) returns jsonb
language sql immutable as $$
    select jsonb_build_object(
        'expression', s.expression, 'zone', s.zone, 'kind', s.kind, 'queue', s.queue, 'priority', s.priority,
        'args', s.args, 'unique_key', s.unique_key, 'policy', s.policy, 'catch_up_count', s.catch_up_count,
        'catch_up_seconds', s.catch_up_seconds, 'source', s.source, 'paused_at', s.paused_at)
$$;

-- A schedule that was changed or resumed begins anew: it does not fire for the past. A trigger, so that the rule holds
-- for whoever writes. Columns of the schedulers do not set it off.
create function rinda.schedule_begins_anew() returns trigger
language plpgsql as $$
begin
    new.revision := old.revision + 1;
    new.changed_at := rinda.clock();
    if (new.expression, new.zone) is distinct from (old.expression, old.zone)
       or (old.paused_at is not null and new.paused_at is null) then
        new.decided_until := greatest(old.decided_until, rinda.clock());
        new.next_tick := null;
    end if;
    new.last_error := null;
    new.failures := 0;
    new.evaluate_at := case when new.paused_at is null then rinda.clock() end;
    if new.paused_at is not null then
        new.next_tick := null;
    end if;
    return new;
end
$$;

create trigger schedule_changed
    before update of expression, zone, kind, queue, priority, args, unique_key, policy, catch_up_count,
                     catch_up_seconds, paused_at on rinda.schedule
    for each row execute function rinda.schedule_begins_anew();

create table rinda.tick (
    schedule    text collate "C" not null,
    tick        timestamptz not null,
    -- enqueued: in time · caught_up: more than a minute late · existing: an unfinished job had its unique key
    -- skipped: passed over by the policy · triggered: by hand, at that instant
    outcome     text not null,
    job_id      bigint,
    -- Skipped ticks of one evaluation share a row under the last of them: the first, and how many they are.
    first_tick  timestamptz,
    ticks       bigint not null default 1,
    recorded_at timestamptz not null default rinda.clock(),
    recorded_by text not null,
    primary key (schedule, tick),
    constraint tick_outcome check (outcome in ('enqueued', 'caught_up', 'existing', 'skipped', 'triggered')),
    constraint tick_has_job check ((outcome = 'skipped') = (job_id is null)),
    constraint tick_skipped check ((outcome = 'skipped') = (first_tick is not null)),
    constraint tick_count check (ticks >= 1 and (ticks = 1 or outcome = 'skipped'))
);

comment on table rinda.tick is 'What became of each tick of each schedule; the key is what makes a tick fire once.';

-- Rows are written in order of time and only prune asks by it.
create index tick_recorded on rinda.tick using brin (recorded_at) with (autosummarize = on);

create table rinda.scheduler (
    name         text primary key,
    version      text not null,
    started_at   timestamptz not null default rinda.clock(),
    evaluated_at timestamptz not null default rinda.clock(),
    stopped_at   timestamptz
);

comment on table rinda.scheduler is 'One row a start of a process that evaluates schedules, and when it last did.';

-- Schedules that came with the system and were installed once: one that was removed since does not come back.
create table rinda.schedule_default (
    name         text collate "C" primary key,
    installed_at timestamptz not null default rinda.clock()
);

comment on table rinda.schedule_default is 'The names of the schedules that came with the system and were installed.';
