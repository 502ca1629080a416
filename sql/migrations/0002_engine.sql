-- The job engine's tables and its verbs. docs/engine.md explains the shape; in short:
--
--  * rinda.job holds the unfinished jobs and nothing else, so that it stays small; a job that becomes final moves to
--    rinda.done in the same statement. The move is what frees its unique key: no transition can ever collide.
--  * A claim writes one row for a whole batch of jobs (rinda.claim) and touches no job row: at full speed the cost of
--    a queue is row versions and commits, and a claim that writes a version per job is also what makes other queues
--    collapse while a neighbour's long transaction pins the MVCC horizon.
--  * A job is running if and only if its id stands in a claim. The claim's lease is the fencing token of its jobs.
--  * A lease lives as long as its process's row in rinda.worker is renewed: one heartbeat a process.

-- ---------------------------------------------------------------- catalogue

create table rinda.kind (
    kind                    text collate "C" primary key,
    queue                   text collate "C" not null default 'default',
    priority                smallint not null default 0,
    max_attempts            integer not null default 5,
    timeout_seconds         double precision not null default 900,
    backoff_base_seconds    double precision not null default 1,
    backoff_factor          double precision not null default 2,
    backoff_cap_seconds     double precision not null default 3600,
    isolate_after_crashes   integer not null default 3,
    discard_after_crashes   integer not null default 5,
    description             text not null default '',
    constraint kind_name check (kind ~ '^[a-z][a-z0-9_.-]{0,127}$'),
    constraint kind_queue check (queue ~ '^[a-z][a-z0-9_.-]{0,127}$'),
    constraint kind_attempts check (max_attempts >= 1),
    constraint kind_timeout check (timeout_seconds > 0),
    constraint kind_backoff check (
        backoff_base_seconds >= 0 and backoff_factor >= 1 and backoff_cap_seconds >= backoff_base_seconds),
    -- The last two crashes before a job is discarded must have happened while it ran alone.
    constraint kind_containment check (
        isolate_after_crashes >= 1 and discard_after_crashes >= isolate_after_crashes + 2)
);

comment on table rinda.kind is 'The catalogue of kinds: what a job gets where its enqueuer says nothing, and how it is retried.';

create table rinda.queue (
    queue           text collate "C" primary key,
    paused_at       timestamptz,
    paused_by       name,
    keep_completed  interval not null default interval '24 hours',
    keep_other      interval not null default interval '7 days',
    constraint queue_name check (queue ~ '^[a-z][a-z0-9_.-]{0,127}$'),
    -- History lies in daily partitions; a bound keeps their number one that a planner reads quickly.
    constraint queue_retention check (
        keep_completed between interval '0' and interval '90 days'
        and keep_other between interval '0' and interval '90 days')
);

comment on table rinda.queue is 'What differs from the defaults for a queue: whether it is paused, and how long its finished jobs stay.';

-- ---------------------------------------------------------------- who holds what

create table rinda.worker (
    session         bigint generated always as identity primary key,
    name            text not null unique,
    kinds           text[] not null,
    queues          text[] not null,
    version         text not null,
    started_at      timestamptz not null default rinda.clock(),
    stopped_at      timestamptz,
    seen_at         timestamptz not null default rinda.clock(),
    lease_seconds   double precision not null,
    lease_until     timestamptz not null,
    idle            boolean not null default false,
    clock_offset_seconds double precision not null default 0
) with (fillfactor = 50);

comment on table rinda.worker is 'One row a start of a process that claims jobs. Its lease_until is the expiry of every claim it holds. Rows stay, since history names them; there is one a start.';

create index worker_alive on rinda.worker (lease_until) where stopped_at is null;

create sequence rinda.lease as bigint;

-- The transaction of the last claim, as a sequence since that is read past every snapshot: a transaction that keeps its
-- snapshot can tell by it whether claims came that it does not see (rinda.pass_gate).
create sequence rinda.last_claim as bigint;

create table rinda.claim (
    lease       bigint primary key,
    session     bigint not null,
    claimed_at  timestamptz not null,
    ids         bigint[] not null
);

comment on table rinda.claim is 'The jobs that are running, a row a claimed batch. Deleted when the last of them has left.';

-- Compressing an array of ids costs more than its bytes.
alter table rinda.claim alter column ids set storage external;

-- ---------------------------------------------------------------- jobs

create table rinda.job (
    id                  bigint generated by default as identity primary key,
    created_at          timestamptz not null default rinda.clock(),
    scheduled_at        timestamptz,
    attempted_at        timestamptz,
    lease               bigint,
    session             bigint,
    attempt             integer not null default 0,
    max_attempts        integer,
    crashes             integer not null default 0,
    priority            smallint not null,
    -- 0 available · 1 scheduled · 2 retryable · 3 available, but only alone in its process
    state               smallint not null default 0,
    kind                text collate "C" not null,
    queue               text collate "C" not null,
    args                jsonb not null,
    unique_key          text,
    unique_digest       bytea,
    tags                text[],
    metadata            jsonb,
    errors              jsonb,
    progress            jsonb,
    cancel_requested_at timestamptz,
    cancel_requested_by name,
    constraint job_state check (state between 0 and 3),
    constraint job_unique_key_has_digest check ((unique_key is null) = (unique_digest is null))
);

comment on table rinda.job is 'The unfinished jobs. Outside programs read rinda.jobs.';
comment on column rinda.job.attempt is 'Attempts that ended and counted; a running job''s own attempt is one more.';
comment on column rinda.job.lease is 'The last attempt''s token once it has ended; the token of a running job stands in rinda.claim.';

-- The order of claims: smaller priority first, then the older job. Only jobs that may start now stand in it.
create index job_ready on rinda.job (queue, priority, id) where state = 0;
create index job_due on rinda.job (scheduled_at) where state in (1, 2);
create index job_alone on rinda.job (queue, priority, id) where state = 3;
create index job_cancel on rinda.job (id) where cancel_requested_at is not null;
-- A digest, since a key may be longer than an index entry. Only unfinished jobs stand in this table, so this is the
-- rule that a key is unique among the unfinished jobs of its kind.
create unique index job_unique on rinda.job (unique_digest) where unique_digest is not null;

create table rinda.done (
    id              bigint not null,
    expires_on      date not null,
    created_at      timestamptz not null,
    scheduled_at    timestamptz,
    attempted_at    timestamptz,
    finalized_at    timestamptz not null,
    lease           bigint,
    session         bigint,
    attempt         integer not null,
    max_attempts    integer not null,
    crashes         integer not null,
    priority        smallint not null,
    state           text collate "C" not null,
    kind            text collate "C" not null,
    queue           text collate "C" not null,
    args            jsonb not null,
    unique_key      text,
    tags            text[],
    metadata        jsonb,
    errors          jsonb,
    output          jsonb,
    progress        jsonb,
    constraint done_state check (state in ('completed', 'cancelled', 'discarded'))
) partition by range (expires_on);

comment on table rinda.done is 'The finished jobs, in a partition for each day on which they may be forgotten; prune drops whole partitions.';

create index done_id on rinda.done (id);

create table rinda.done_later partition of rinda.done default;
alter table rinda.done_later set (autovacuum_vacuum_insert_threshold = -1);

-- The lines that handlers logged, an attempt a row (more where it logged across settles). A day's partition goes when
-- the longest retention has passed.
create table rinda.attempt_log (
    job_id      bigint not null,
    lease       bigint not null,
    attempt     integer not null,
    logged_on   date not null default (rinda.clock() at time zone 'UTC')::date,
    logged_at   timestamptz not null default rinda.clock(),
    -- [{"at", "level", "message", "metadata"}], oldest first
    lines       jsonb not null,
    -- lines that were not kept, since an attempt may keep only so many
    dropped     integer not null default 0
) partition by range (logged_on);

comment on table rinda.attempt_log is 'What handlers logged, by attempt; bounded for each attempt, append-only, dropped by the day.';

create index attempt_log_job on rinda.attempt_log (job_id);

create table rinda.attempt_log_later partition of rinda.attempt_log default;

-- The longest time for which some queue keeps finished jobs, in days.
create function rinda.longest_retention() returns integer
language sql stable as $$
    select greatest(7, ceil(coalesce(max(extract(epoch from greatest(keep_completed, keep_other))) / 86400, 0)))::integer
      from rinda.queue
$$;

-- Makes one day's partition of a table that is partitioned by a date, if it is missing. Rows of that day that had to go
-- to the default partition, because no process was there to make it in time, move along. Attaching a finished table
-- takes weaker locks than creating it in place: reading and settling go on.
create function rinda.make_partition(p_parent text, p_column text, p_day date) returns boolean
language plpgsql as $$
declare
    part text := p_parent || '_' || to_char(p_day, 'YYYYMMDD');
begin
    if to_regclass('rinda.' || part) is not null then
        return false;
    end if;
    execute format('create table rinda.%I (like rinda.%I including defaults including constraints)', part, p_parent);
    execute format(
        'with moved as (delete from rinda.%I where %I = %L returning *) insert into rinda.%I select * from moved',
        p_parent || '_later', p_column, p_day, part);
    execute format('alter table rinda.%I attach partition rinda.%I for values from (%L) to (%L)',
        p_parent, part, p_day, p_day + 1);
    -- A partition is filled once and dropped whole: vacuuming it after inserts would be work for nothing.
    execute format('alter table rinda.%I set (autovacuum_vacuum_insert_threshold = -1)', part);
    return true;
end
$$;

-- Makes the partitions that finished jobs and log lines of the next days go to. Called by the migration and by prune.
create function rinda.make_partitions() returns integer
language plpgsql as $$
declare
    today date := (rinda.clock() at time zone 'UTC')::date;
    made integer := 0;
begin
    for day in 0 .. rinda.longest_retention() + 3 loop
        made := made + rinda.make_partition('done', 'expires_on', today + day)::integer;
    end loop;
    for day in 0 .. 3 loop
        made := made + rinda.make_partition('attempt_log', 'logged_on', today + day)::integer;
    end loop;
    return made;
end
$$;

select rinda.make_partitions();

-- The day on which a job that becomes final now may be forgotten. Volatile as the clock is, so that it is inlined.
create function rinda.expires_on(p_state text, p_keep_completed interval, p_keep_other interval) returns date
language sql volatile as $$
    select ((rinda.clock() + case when p_state = 'completed' then coalesce(p_keep_completed, interval '24 hours')
                          else coalesce(p_keep_other, interval '7 days') end) at time zone 'UTC')::date
$$;

-- ---------------------------------------------------------------- the view that outside programs read

create view rinda.jobs as
select j.id, j.kind, j.queue,
       case when c.id is not null then 'running'
            else (array['available', 'scheduled', 'retryable', 'available'])[j.state + 1] end as state,
       j.priority::integer as priority,
       case when c.id is not null then j.attempt + 1 else j.attempt end as attempt,
       coalesce(j.max_attempts, k.max_attempts, 5) as max_attempts,
       j.crashes,
       coalesce(j.scheduled_at, j.created_at) as scheduled_at,
       j.created_at,
       coalesce(c.claimed_at, j.attempted_at) as attempted_at,
       null::timestamptz as finalized_at,
       w.name as attempted_by,
       coalesce(c.lease, j.lease) as lease,
       case when c.id is not null then w.lease_until end as lease_until,
       j.unique_key,
       coalesce(j.tags, '{}') as tags,
       coalesce(j.metadata, '{}') as metadata,
       j.args,
       null::jsonb as output,
       coalesce(j.errors, '[]') as errors,
       j.progress
  from rinda.job j
  left join rinda.kind k on k.kind = j.kind
  left join (select unnest(ids) as id, lease, session, claimed_at from rinda.claim) c on c.id = j.id
  left join rinda.worker w on w.session = coalesce(c.session, j.session)
union all
select d.id, d.kind, d.queue, d.state, d.priority, d.attempt, d.max_attempts, d.crashes,
       coalesce(d.scheduled_at, d.created_at), d.created_at, d.attempted_at, d.finalized_at,
       w.name, d.lease, null, d.unique_key, coalesce(d.tags, '{}'), coalesce(d.metadata, '{}'), d.args, d.output,
       coalesce(d.errors, '[]'), d.progress
  from rinda.done d
  left join rinda.worker w on w.session = d.session;

comment on view rinda.jobs is 'Every job from commit to pruning, in exactly one row in every snapshot.';

-- ---------------------------------------------------------------- the gate

-- Claims pass one at a time through a gate, an advisory lock of their transaction: since a claim writes no job row,
-- nothing else would stop two of them from taking the same job. It is held for one statement and its commit.
-- The number is this engine's own and means nothing.
create function rinda.gate() returns bigint language sql immutable parallel safe as $$ select 7308604759860609 $$;

-- Waits until every claim that has begun has committed, without holding the gate afterwards: a lock that was taken in
-- a subtransaction goes with it. Whoever changes a waiting job locks its row first (later claims then pass it by),
-- passes here, and only then looks whether a claim took it. A transaction that keeps its snapshot could look in vain:
-- where claims came after it, it has to be tried again.
create function rinda.pass_gate() returns void
language plpgsql as $$
begin
    begin
        perform pg_advisory_xact_lock(rinda.gate());
        raise exception using errcode = 'RGATE', message = 'passed';
    exception when sqlstate 'RGATE' then
        null;
    end;
    if current_setting('transaction_isolation') <> 'read committed'
       and not pg_visible_in_snapshot((select last_value from rinda.last_claim)::text::xid8, pg_current_snapshot()) then
        raise exception using errcode = 'serialization_failure',
            message = 'jobs were claimed since this transaction took its snapshot',
            hint = 'Try the transaction again.';
    end if;
end
$$;

-- Keeps a waiting job from being claimed until the caller's transaction ends: true, and its row is locked. False where
-- it runs, and then no lock stays, so that a caller that stays open does not hold up its settle. Null where no
-- unfinished job has this id.
create function rinda.hold_back(p_id bigint) returns boolean
language plpgsql as $$
begin
    perform from rinda.job j where j.id = p_id for update;
    if not found then
        return null;
    end if;
    perform rinda.pass_gate();
    if exists (select from rinda.claim c where p_id = any (c.ids)) then
        raise exception using errcode = 'RHELD', message = 'running';
    end if;
    return true;
exception when sqlstate 'RHELD' then
    return false;
end
$$;

-- ---------------------------------------------------------------- enqueue

create function rinda.check_name(p_what text, p_name text) returns void
language plpgsql immutable as $$
begin
    if p_name is null or p_name !~ '^[a-z][a-z0-9_.-]{0,127}$' then
        raise exception using errcode = '22023',
            message = format('%s %s is not well-formed', p_what, coalesce(quote_literal(left(p_name, 200)), 'null')),
            hint = 'A small letter, then up to 127 small letters, digits, dots, underscores or hyphens.';
    end if;
end
$$;

create function rinda.unique_digest(p_kind text, p_key text) returns bytea
language sql immutable parallel safe as $$
    select case when p_key is not null then sha256(convert_to(p_kind || ' ' || p_key, 'UTF8')) end
$$;

-- Tells idle workers that a queue has work. Sent only while some worker is idle and listening: a notification takes a
-- lock over all commits of the server, so a busy queue must not send any. Polling is the contract; this is a hint.
create function rinda.wake(p_queue text) returns void
language sql volatile as $$
    select pg_notify('rinda', p_queue)
     where exists (select from rinda.worker where stopped_at is null and lease_until > rinda.clock() and idle)
$$;

create function rinda.enqueue(
    kind text,
    args jsonb default '{}',
    queue text default null,
    priority int default null,
    scheduled_at timestamptz default null,
    unique_key text default null,
    max_attempts int default null,
    tags text[] default '{}',
    metadata jsonb default '{}',
    on_conflict text default 'keep'
) returns table (job_id bigint, outcome text, state text)
language plpgsql security definer
set search_path = pg_catalog
as $$
#variable_conflict use_variable
declare
    policy rinda.kind;
    digest bytea;
    later boolean;
    holder rinda.job;
    held boolean;
begin
    perform rinda.check_name('kind', kind);
    select k.* into policy from rinda.kind k where k.kind = enqueue.kind;
    queue := coalesce(queue, policy.queue, 'default');
    perform rinda.check_name('queue', queue);
    priority := coalesce(priority, policy.priority, 0);
    if priority not between -32768 and 32767 then
        raise exception using errcode = '22023', message = format('priority %s is out of range', priority),
            hint = 'From -32768, which runs first, to 32767.';
    end if;
    if max_attempts < 1 then
        raise exception using errcode = '22023', message = format('max_attempts %s is less than 1', max_attempts);
    end if;
    if on_conflict is null or on_conflict not in ('keep', 'replace') then
        raise exception using errcode = '22023',
            message = format('on_conflict %s is unknown', coalesce(quote_literal(left(on_conflict, 200)), 'null')),
            hint = 'keep or replace.';
    end if;
    args := coalesce(args, '{}');
    tags := nullif(tags, '{}');
    metadata := nullif(metadata, '{}');
    digest := rinda.unique_digest(kind, unique_key);
    later := scheduled_at > rinda.clock();

    loop
        insert into rinda.job (kind, queue, priority, scheduled_at, state, max_attempts, args, unique_key, unique_digest,
                               tags, metadata)
        values (kind, queue, priority, scheduled_at, case when later then 1 else 0 end, max_attempts, args, unique_key,
                digest, tags, metadata)
        -- Waits for a transaction that holds the key and is still open, and goes by its outcome.
        on conflict (unique_digest) where unique_digest is not null do nothing
        returning rinda.job.id into job_id;
        if found then
            if not coalesce(later, false) then
                perform rinda.wake(queue);
            end if;
            outcome := 'inserted';
            state := case when later then 'scheduled' else 'available' end;
            return next;
            return;
        end if;

        select j.* into holder from rinda.job j where j.unique_digest = digest;
        if holder.id is null then
            continue;  -- it became final in between: its key is free again
        end if;
        -- The holder's row is locked only where it is to be replaced.
        if on_conflict = 'replace' then
            held := not rinda.hold_back(holder.id);
            if held is null then
                continue;
            end if;
        else
            select exists (select from rinda.claim c where holder.id = any (c.ids)) into held;
        end if;
        job_id := holder.id;
        if on_conflict = 'keep' or held then
            outcome := 'existing';
            state := case when held then 'running'
                          else (array['available', 'scheduled', 'retryable', 'available'])[holder.state + 1] end;
            return next;
            return;
        end if;
        update rinda.job j
           set args = enqueue.args, queue = enqueue.queue, priority = enqueue.priority,
               scheduled_at = enqueue.scheduled_at, state = case when later then 1 else 0 end,
               max_attempts = enqueue.max_attempts, tags = enqueue.tags, metadata = enqueue.metadata,
               attempt = 0, crashes = 0,
               -- A checkpoint of the arguments of before would mislead the handler.
               progress = null, cancel_requested_at = null, cancel_requested_by = null
         where j.id = holder.id;
        if not coalesce(later, false) then
            perform rinda.wake(queue);
        end if;
        outcome := 'replaced';
        state := case when later then 'scheduled' else 'available' end;
        return next;
        return;
    end loop;
end
$$;

comment on function rinda.enqueue is 'Puts a job into a queue, in the caller''s transaction. Answers inserted, existing or replaced with the job''s id and state.';

-- Puts many jobs into their queues in one statement: the arrays hold a job's values at the same place, tags as arrays
-- in text form. Answers ids, outcomes and states in the jobs' order; what `rinda.enqueue` says of one job holds for
-- each, as if they had been enqueued one after the other.
--
-- Ids are drawn first, in the jobs' order, so that an answer finds its job whatever order the rows go in. Keyed jobs go
-- in the order of their digests: two batches with the same keys would wait for each other in a circle otherwise. Jobs
-- whose key was taken are looked up together where they are to be kept (a keep after a replace of the same key in one
-- batch answers the same holder); what is left goes one by one.
create function rinda.enqueue_many(
    kinds text[],
    args jsonb[],
    queues text[] default null,
    priorities integer[] default null,
    scheduled_at timestamptz[] default null,
    unique_keys text[] default null,
    max_attempts integer[] default null,
    tags text[] default null,
    metadata jsonb[] default null,
    on_conflict text[] default null
) returns table (job_ids bigint[], outcomes text[], states text[])
language plpgsql security definer
set search_path = pg_catalog
-- The rows of a large batch pass through memory, not through a temporary file.
set jit = off set work_mem = '64MB'
as $$
#variable_conflict use_variable
declare
    size integer := coalesce(cardinality(kinds), 0);
    stamp timestamptz := rinda.clock();
    name text;
    bad integer;
    has_keys boolean := unique_keys is not null and exists (select from unnest(unique_keys) u where u is not null);
    inserted bigint[];
    missed bigint[];
    answer record;
begin
    select c into name from unnest(on_conflict) c where c is null or c not in ('keep', 'replace') limit 1;
    if found then
        raise exception using errcode = '22023',
            message = format('on_conflict %s is unknown', coalesce(quote_literal(left(name, 200)), 'null')),
            hint = 'keep or replace.';
    end if;
    if coalesce(cardinality(args), 0) <> size or cardinality(queues) <> size or cardinality(priorities) <> size
       or cardinality(scheduled_at) <> size or cardinality(unique_keys) <> size
       or cardinality(max_attempts) <> size or cardinality(tags) <> size or cardinality(metadata) <> size
       or cardinality(on_conflict) <> size then
        raise exception using errcode = '22023', message = 'the arrays of enqueue_many differ in length',
            hint = 'Each is null or has one element a job.';
    end if;
    job_ids := '{}';
    outcomes := '{}';
    states := '{}';
    if size = 0 then
        return next;
        return;
    end if;
    for name in select distinct k from unnest(kinds) k loop
        perform rinda.check_name('kind', name);
    end loop;
    for name in select distinct q from unnest(queues) q where q is not null loop
        perform rinda.check_name('queue', name);
    end loop;
    select p into bad from unnest(priorities) p where p not between -32768 and 32767 limit 1;
    if found then
        raise exception using errcode = '22023', message = format('priority %s is out of range', bad),
            hint = 'From -32768, which runs first, to 32767.';
    end if;
    select m into bad from unnest(max_attempts) m where m < 1 limit 1;
    if found then
        raise exception using errcode = '22023', message = format('max_attempts %s is less than 1', bad);
    end if;

    job_ids := array(select nextval('rinda.job_id_seq') from generate_series(1, size));
    if not has_keys then
        insert into rinda.job (id, kind, queue, priority, scheduled_at, state, max_attempts, args, tags, metadata)
        select r.id, r.kind, coalesce(r.queue, k.queue, 'default'), coalesce(r.priority, k.priority, 0), r.at,
               case when r.at > stamp then 1 else 0 end, r.attempts, coalesce(r.args, '{}'),
               nullif(r.tags::text[], '{}'), nullif(r.metadata, '{}')
          from unnest(job_ids, kinds, args, queues, priorities, scheduled_at, max_attempts, tags, metadata)
               as r(id, kind, args, queue, priority, at, attempts, tags, metadata)
          left join rinda.kind k on k.kind = r.kind;
    else
        with fresh as (
            insert into rinda.job (id, kind, queue, priority, scheduled_at, state, max_attempts, args, unique_key,
                                   unique_digest, tags, metadata)
            select r.id, r.kind, coalesce(r.queue, k.queue, 'default'), coalesce(r.priority, k.priority, 0), r.at,
                   case when r.at > stamp then 1 else 0 end, r.attempts, coalesce(r.args, '{}'), r.key,
                   rinda.unique_digest(r.kind, r.key), nullif(r.tags::text[], '{}'), nullif(r.metadata, '{}')
              from unnest(job_ids, kinds, args, queues, priorities, scheduled_at, unique_keys, max_attempts, tags, metadata)
                   as r(id, kind, args, queue, priority, at, key, attempts, tags, metadata)
              left join rinda.kind k on k.kind = r.kind
             order by rinda.unique_digest(r.kind, r.key), r.id
            on conflict (unique_digest) where unique_digest is not null do nothing
            returning rinda.job.id
        )
        select array_agg(fresh.id) into inserted from fresh;
    end if;
    outcomes := array_fill('inserted'::text, array[size]);
    if scheduled_at is null then
        states := array_fill('available'::text, array[size]);
    else
        states := array(select case when a > stamp then 'scheduled' else 'available' end from unnest(scheduled_at) a);
    end if;

    if cardinality(coalesce(inserted, '{}')) < size and has_keys then
        missed := array(
            select m.place from unnest(job_ids) with ordinality as m(id, place)
              left join unnest(inserted) as f(id) on f.id = m.id where f.id is null);
        -- The holders that stand and are to be kept, by one join.
        for answer in
            select r.place, j.id, case when c.id is not null then 'running'
                   else (array['available', 'scheduled', 'retryable', 'available'])[j.state + 1] end as state
              from unnest(kinds, unique_keys, on_conflict) with ordinality as r(kind, key, conflict, place)
              join unnest(missed) as m(place) on m.place = r.place
              join rinda.job j on j.unique_digest = rinda.unique_digest(r.kind, r.key)
              left join (select unnest(ids) as id from rinda.claim) c on c.id = j.id
             where coalesce(r.conflict, 'keep') = 'keep'
        loop
            job_ids[answer.place] := answer.id;
            outcomes[answer.place] := 'existing';
            states[answer.place] := answer.state;
        end loop;
        missed := array(
            select m from unnest(missed) m join unnest(outcomes) with ordinality as o(outcome, place) on o.place = m
             where o.outcome = 'inserted');
        -- The others in the order of their keys again, and those of one key in the order of the jobs.
        for answer in
            select r.place, e.job_id, e.outcome, e.state
              from (select r.* from unnest(kinds, args, queues, priorities, scheduled_at, unique_keys, max_attempts, tags,
                                           metadata, on_conflict) with ordinality
                              as r(kind, args, queue, priority, at, key, attempts, tags, metadata, conflict, place)
                      join unnest(missed) as m(place) on m.place = r.place
                     order by rinda.unique_digest(r.kind, r.key), r.place) r
             cross join lateral rinda.enqueue(r.kind, r.args, r.queue, r.priority, r.at, r.key, r.attempts,
                                              r.tags::text[], r.metadata, coalesce(r.conflict, 'keep')) e
        loop
            job_ids[answer.place] := answer.job_id;
            outcomes[answer.place] := answer.outcome;
            states[answer.place] := answer.state;
        end loop;
    end if;

    perform rinda.wake(q.queue)
       from (select distinct coalesce(r.queue, k.queue, 'default') as queue
               from unnest(kinds, queues, scheduled_at) as r(kind, queue, at) left join rinda.kind k on k.kind = r.kind
              where r.at is null or r.at <= stamp) q;
    return next;
end
$$;

comment on function rinda.enqueue_many is 'Puts many jobs into their queues in one statement, in the caller''s transaction. Answers ids, outcomes and states in the jobs'' order.';

-- ---------------------------------------------------------------- claim

-- Claims up to p_free[i] jobs of p_queues[i] for a session, as one batch under one new lease, and returns them after a
-- first row without an id that says when the next waiting job is due, whether jobs wait to be run alone, and which
-- claims stand.
--
-- Ranges say where to read: range i covers queue p_queues[p_range_queue[i]] from (p_range_priority[i], p_range_id[i])
-- up to, not including, priority p_range_end[i]; ranges are read in their order. A worker remembers how far it has read
-- and starts there, so that it does not walk over the dead entries of finished jobs, which nothing can remove while
-- some transaction pins the horizon; every so often it reads everything again, for what came back or committed late.
--
-- Claims leave dead rows too, so that a worker also remembers which claims stood (p_live) and up to which lease it knew
-- of them (p_after). That is no hint but sound: leases are drawn and committed in the order of the gate, so that every
-- claim it did not see has a greater one. It holds for the server it was learned from (p_server); another one, or the
-- same one started again, reads all claims.
--
-- Sequential scans and the other joins are switched off (and JIT, which their penalty would wake), because a plan must not depend on statistics that were taken
-- when the table was empty. Indexes: job_due, job_ready.
create function rinda.claim(
    p_session bigint,
    p_kinds text[],
    p_queues text[],
    p_free integer[],
    p_range_queue integer[],
    p_range_priority integer[],
    p_range_id bigint[],
    p_range_end integer[],
    p_due_from timestamptz,
    p_live bigint[] default '{}',
    p_after bigint default 0,
    p_server timestamptz default null
) returns table (
    id bigint, lease bigint, claimed_at timestamptz, kind text, queue text, priority smallint, attempt integer,
    max_attempts integer, crashes integer, created_at timestamptz, scheduled_at timestamptz, args jsonb,
    metadata jsonb, tags text[], progress jsonb, next_due timestamptz, alone boolean, live bigint[], server timestamptz
)
language plpgsql
set jit = off set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_started timestamptz := pg_postmaster_start_time();
    v_known boolean := p_server is not null and p_server = v_started;
    v_live bigint[] := case when v_known then p_live else '{}' end;
    v_after bigint := case when v_known then p_after else 0 end;
    v_promoted bigint;
    v_patience text := current_setting('lock_timeout');
    -- A value, since a volatile function is no condition of an index: the scan would go on over all jobs of the future.
    v_now timestamptz := rinda.clock();
begin
    -- A snapshot of before the gate would not show the claims of those who went through it first.
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception using errcode = 'invalid_transaction_state',
            message = format('a claim needs the isolation level read committed, this transaction has %s',
                             current_setting('transaction_isolation')),
            hint = 'Set default_transaction_isolation to read committed for the engine''s role.';
    end if;

    -- What is due becomes available before the gate is taken: it locks rows, and nobody who holds the gate waits for one.
    with due as materialized (
        select j.id from rinda.job j
         where j.state in (1, 2) and j.scheduled_at <= v_now and j.scheduled_at >= p_due_from
         order by j.scheduled_at limit 1000
           for update skip locked
    )
    update rinda.job j
       set state = case when j.crashes >= coalesce((select k.isolate_after_crashes from rinda.kind k where k.kind = j.kind), 3)
                        then 3 else 0 end
      from due where j.id = due.id;
    get diagnostics v_promoted = row_count;

    return query
    select null::bigint, null::bigint, rinda.clock(), null::text, null::text, null::smallint, null::integer,
           null::integer, null::integer, null::timestamptz, null::timestamptz, null::jsonb, null::jsonb, null::text[],
           null::jsonb,
           -- Due and still waiting are those that someone else is changing, which nobody needs to hurry for, and
           -- those past the limit.
           case when v_promoted >= 1000 then v_now
                else (select j.scheduled_at from rinda.job j
                       where j.state in (1, 2) and j.scheduled_at >= greatest(p_due_from, v_now)
                       order by j.scheduled_at limit 1) end,
           exists (select from unnest(p_queues) q(queue)
                    cross join lateral (select from rinda.job j where j.state = 3 and j.queue = q.queue
                                           and j.kind = any (p_kinds)
                                           and not exists (select from rinda.claim c where j.id = any (c.ids)) limit 1) s
                    where not exists (select from rinda.queue p where p.queue = q.queue and p.paused_at is not null)),
           array(select c.lease from rinda.claim c where c.lease = any (v_live)
                 union all
                 select c.lease from rinda.claim c where c.lease > v_after),
           v_started;

    perform pg_advisory_xact_lock(rinda.gate());
    -- Whoever holds the gate must not wait for a row: those who have rows locked wait for the gate. SKIP LOCKED does wait
    -- where a row was changed and its new version locked in the same instant; then this claim gives way.
    perform set_config('lock_timeout', '100ms', true);

    return query
    with held as materialized (
        select unnest(c.ids) as id from rinda.claim c where c.lease = any (v_live)
        union all
        select unnest(c.ids) from rinda.claim c where c.lease > v_after
    ),
    range as materialized (
        select r.ord, p_queues[r.queue] as queue, p_free[r.queue] as free, r.from_priority, r.from_id, r.end_priority
          from unnest(p_range_queue, p_range_priority, p_range_id, p_range_end)
               with ordinality as r(queue, from_priority, from_id, end_priority, ord)
         where not exists (select from rinda.queue p where p.queue = p_queues[r.queue] and p.paused_at is not null)
    ),
    found as (
        select r.ord, r.free, j.*
          from range r
         cross join lateral (
            select j.id, j.kind, j.queue, j.priority, j.attempt, j.max_attempts, j.crashes, j.created_at, j.scheduled_at,
                   j.args, j.metadata, j.tags, j.progress, j.xmax as changer, j.ctid as version
              from rinda.job j
             where j.state = 0 and j.queue = r.queue
               and (j.priority, j.id) >= (r.from_priority::smallint, r.from_id)
               and j.priority < r.end_priority
               and j.kind = any (p_kinds)
               and j.id not in (select held.id from held)
             order by j.priority, j.id
             limit r.free
         ) j
         -- The ranges of a queue may together hold more than its slots.
    ),
    ranked as (
        select found.*, row_number() over (partition by found.queue order by found.ord, found.priority, found.id) as place
          from found
    ),
    picked as materialized (
        select ranked.*
          from ranked
         where ranked.place <= ranked.free
           -- A row that some transaction is changing is passed by; one whose change was rolled back is locked to tell.
           -- A change that has just been committed leaves another version than the one read here: passed by as well.
           and (ranked.changer = '0'::xid
                or (select j.ctid from rinda.job j where j.id = ranked.id and j.state = 0 for update skip locked)
                   = ranked.version)
    ),
    taken as (
        insert into rinda.claim (lease, session, claimed_at, ids)
        select nextval('rinda.lease'), p_session, rinda.clock(), batch.ids
          from (select array_agg(picked.id) as ids from picked) batch
         where batch.ids is not null
           and exists (select from rinda.worker w where w.session = p_session and w.lease_until > rinda.clock())
        returning lease, claimed_at, setval('rinda.last_claim', pg_current_xact_id()::text::bigint)
    )
    select picked.id, taken.lease, taken.claimed_at, picked.kind, picked.queue, picked.priority, picked.attempt + 1,
           picked.max_attempts, picked.crashes, picked.created_at, picked.scheduled_at, picked.args, picked.metadata,
           picked.tags, picked.progress, null::timestamptz, false, null::bigint[], null::timestamptz
      from picked cross join taken
     order by picked.ord, picked.priority, picked.id;
    perform set_config('lock_timeout', v_patience, true);
end
$$;

-- Claims one job that has crashed its process too often, for a process that will run nothing else.
-- Index: job_alone.
create function rinda.claim_alone(p_session bigint, p_kinds text[], p_queues text[]) returns table (
    id bigint, lease bigint, claimed_at timestamptz, kind text, queue text, priority smallint, attempt integer,
    max_attempts integer, crashes integer, created_at timestamptz, scheduled_at timestamptz, args jsonb,
    metadata jsonb, tags text[], progress jsonb
)
language plpgsql
set jit = off set enable_seqscan = off set enable_bitmapscan = off
as $$
#variable_conflict use_column
declare
    v_patience text := current_setting('lock_timeout');
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception using errcode = 'invalid_transaction_state',
            message = format('a claim needs the isolation level read committed, this transaction has %s',
                             current_setting('transaction_isolation')),
            hint = 'Set default_transaction_isolation to read committed for the engine''s role.';
    end if;
    perform pg_advisory_xact_lock(rinda.gate());
    -- As in rinda.claim: who holds the gate waits for no row.
    perform set_config('lock_timeout', '100ms', true);
    return query
    with picked as materialized (
        select j.* from rinda.job j
         where j.state = 3 and j.queue = any (p_queues) and j.kind = any (p_kinds)
           and not exists (select from rinda.queue p where p.queue = j.queue and p.paused_at is not null)
           and not exists (select from rinda.claim c where j.id = any (c.ids))
         order by j.priority, j.id limit 1
           for update skip locked
    ),
    taken as (
        insert into rinda.claim (lease, session, claimed_at, ids)
        select nextval('rinda.lease'), p_session, rinda.clock(), array[picked.id] from picked
         where exists (select from rinda.worker w where w.session = p_session and w.lease_until > rinda.clock())
        returning lease, claimed_at, setval('rinda.last_claim', pg_current_xact_id()::text::bigint)
    )
    select picked.id, taken.lease, taken.claimed_at, picked.kind, picked.queue, picked.priority, picked.attempt + 1,
           picked.max_attempts, picked.crashes, picked.created_at, picked.scheduled_at, picked.args, picked.metadata,
           picked.tags, picked.progress
      from picked cross join taken;
    perform set_config('lock_timeout', v_patience, true);
end
$$;

-- ---------------------------------------------------------------- settle

-- The fence: the jobs of these attempts that their leases still hold. Locks the claims, so that no rescue can take a
-- job away before the caller's transaction ends; a rescue that came first leaves nothing here. The lock is the weakest
-- that a rescue minds: the transactions in which handlers complete the jobs of one claim do not wait for one another.
create function rinda.held(p_ids bigint[], p_leases bigint[])
returns table (id bigint, lease bigint, session bigint, claimed_at timestamptz)
language sql volatile
rows 1000
as $$
    with standing as materialized (
        select c.lease, c.session, c.claimed_at, c.ids
          from rinda.claim c
         where c.lease in (select distinct l from unnest(p_leases) l)
           and exists (select from rinda.worker w where w.session = c.session and w.lease_until > rinda.clock())
         order by c.lease
           for key share of c
    )
    select a.id, a.lease, s.session, s.claimed_at
      from unnest(p_ids, p_leases) as a(id, lease)
      join (select unnest(standing.ids) as id, standing.lease, standing.session, standing.claimed_at from standing) s
        on s.id = a.id and s.lease = a.lease
$$;

-- Completes jobs: each row moves from rinda.job to rinda.done, if its lease still holds it. Returns the ids that were
-- completed; the others are stale. p_closed are leases of which nothing is left; those of an expired session are left
-- to the rescue, which counts what happened.
-- Joins by the primary key of rinda.job whatever the statistics say. Gives up where someone keeps one of the rows locked
-- for a second: one job must not hold up the others.
create function rinda.complete(p_ids bigint[], p_leases bigint[], p_outputs jsonb[], p_closed bigint[])
returns setof bigint
language plpgsql
set jit = off set enable_seqscan = off set enable_bitmapscan = off set enable_mergejoin = off
set plan_cache_mode = force_generic_plan set lock_timeout = '1s'
as $$
begin
    return query
    with held as materialized (
        select h.id, h.lease, h.session, h.claimed_at, o.output
          from rinda.held(p_ids, p_leases) h
          left join unnest(p_ids, p_outputs) as o(id, output) on o.id = h.id and o.output is not null
    ),
    gone as (
        delete from rinda.job j using held h where j.id = h.id
        returning j.*, h.lease as held_lease, h.session as held_session, h.claimed_at, h.output
    ),
    kept as (
        insert into rinda.done (id, expires_on, created_at, scheduled_at, attempted_at, finalized_at, lease, session,
                                attempt, max_attempts, crashes, priority, state, kind, queue, args, unique_key, tags,
                                metadata, errors, output, progress)
        select g.id, rinda.expires_on('completed', q.keep_completed, q.keep_other), g.created_at, g.scheduled_at,
               g.claimed_at, rinda.clock(), g.held_lease, g.held_session, g.attempt + 1,
               coalesce(g.max_attempts, k.max_attempts, 5), g.crashes, g.priority, 'completed', g.kind, g.queue, g.args,
               g.unique_key, g.tags, g.metadata, g.errors, g.output, g.progress
          from gone g
          left join rinda.kind k on k.kind = g.kind
          left join rinda.queue q on q.queue = g.queue
        returning rinda.done.id
    )
    select kept.id from kept;
    delete from rinda.claim c
     where c.lease = any (p_closed)
       and exists (select from rinda.worker w where w.session = c.session and w.lease_until > rinda.clock());
end
$$;

-- Settles attempts that did not simply complete. p_verdicts says what becomes of each job:
-- completed, cancelled, discarded (final) · retry, snooze (again after p_delays seconds) · release (again at once).
-- retry counts the attempt; snooze and release give it back. p_errors is appended to the job's errors where not null.
-- Returns the ids that were settled; the others are stale. p_closed and the lock timeout: as in rinda.complete.
create function rinda.settle(
    p_ids bigint[], p_leases bigint[], p_verdicts text[], p_delays double precision[], p_errors jsonb[],
    p_outputs jsonb[], p_closed bigint[]
) returns setof bigint
language plpgsql
set jit = off set enable_seqscan = off set enable_bitmapscan = off set enable_mergejoin = off
set lock_timeout = '1s'
as $$
begin
    -- A job that comes back keeps its row, so that the same settle sent twice at once must not find the claim as it was
    -- before the other one: the claims are locked before the snapshot of what follows.
    perform from rinda.claim c
      where c.lease in (select distinct l from unnest(p_leases) l) order by c.lease for no key update;

    return query
    with held as materialized (
        select h.id, h.lease, h.session, h.claimed_at, v.delay, v.output, v.error, v.verdict,
               j.attempt, j.cancel_requested_at is not null as unwanted, j.cancel_requested_by
          from rinda.held(p_ids, p_leases) h
          join unnest(p_ids, p_verdicts, p_delays, p_errors, p_outputs) as v(id, verdict, delay, error, output)
            on v.id = h.id
          join rinda.job j on j.id = h.id
         -- Read under the row's lock: a cancel that came first is seen, one that comes later sees the end.
           for no key update of j
    ),
    decided as materialized (
        select h.id, h.lease, h.session, h.claimed_at, h.delay, h.output,
               -- A job that was asked to stop does not come back.
               case when h.unwanted and h.verdict in ('retry', 'snooze', 'release') then 'cancelled'
                    else h.verdict end as verdict,
               case when h.unwanted and h.verdict in ('retry', 'snooze', 'release', 'cancelled')
                    then jsonb_build_object('at', rinda.clock(), 'attempt', h.attempt + 1, 'lease', h.lease,
                             'reason', 'cancelled',
                             'message', format('cancelled by %s while it ran', h.cancel_requested_by))
                    when h.error is not null
                    then jsonb_build_object('at', rinda.clock(), 'attempt', h.attempt + 1, 'lease', h.lease) || h.error
               end as error
          from held h
    ),
    gone as (
        delete from rinda.job j using decided h
         where j.id = h.id and h.verdict in ('completed', 'cancelled', 'discarded')
        returning j.*, h.lease as held_lease, h.session as held_session, h.claimed_at, h.verdict, h.error, h.output
    ),
    kept as (
        insert into rinda.done (id, expires_on, created_at, scheduled_at, attempted_at, finalized_at, lease, session,
                                attempt, max_attempts, crashes, priority, state, kind, queue, args, unique_key, tags,
                                metadata, errors, output, progress)
        select g.id, rinda.expires_on(g.verdict, q.keep_completed, q.keep_other), g.created_at, g.scheduled_at,
               g.claimed_at, rinda.clock(), g.held_lease, g.held_session, g.attempt + 1,
               coalesce(g.max_attempts, k.max_attempts, 5), g.crashes, g.priority, g.verdict, g.kind, g.queue, g.args,
               g.unique_key, g.tags, g.metadata, rinda.append_error(g.errors, g.error), g.output, g.progress
          from gone g
          left join rinda.kind k on k.kind = g.kind
          left join rinda.queue q on q.queue = g.queue
        returning rinda.done.id
    ),
    back as (
        update rinda.job j
           set state = case when h.verdict = 'retry' then 2
                            when h.verdict = 'snooze' then 1
                            when j.crashes >= coalesce((select k.isolate_after_crashes from rinda.kind k
                                                         where k.kind = j.kind), 3) then 3
                            else 0 end,
               scheduled_at = case when h.verdict = 'release' then j.scheduled_at
                                   else rinda.clock() + make_interval(secs => h.delay) end,
               attempt = j.attempt + case when h.verdict = 'retry' then 1 else 0 end,
               errors = rinda.append_error(j.errors, h.error),
               lease = h.lease, session = h.session, attempted_at = h.claimed_at
          from decided h
         where j.id = h.id and h.verdict in ('retry', 'snooze', 'release')
        returning j.id
    ),
    -- A job that is not running any more must not stand in a claim.
    left_claim as (
        update rinda.claim c
           set ids = array(select x from unnest(c.ids) x where x <> all (array(select back.id from back)))
         where c.lease in (select h.lease from decided h where h.verdict in ('retry', 'snooze', 'release'))
           and c.lease <> all (p_closed)
        returning c.lease
    )
    select kept.id from kept union all select back.id from back;
    delete from rinda.claim c
     where c.lease = any (p_closed)
       and exists (select from rinda.worker w where w.session = c.session and w.lease_until > rinda.clock());
end
$$;

-- Notes how far an attempt has come, if its lease still holds the job. Answers whether it does.
create function rinda.progress(p_id bigint, p_lease bigint, p_progress jsonb) returns boolean
language plpgsql as $$
begin
    update rinda.job j set progress = p_progress
     where j.id = p_id and exists (select from rinda.held(array[p_id], array[p_lease]));
    return found;
end
$$;

-- A job's errors are bounded: the newest fifty stay.
create function rinda.append_error(p_errors jsonb, p_error jsonb) returns jsonb
language sql immutable parallel safe as $$
    select case when p_error is null then p_errors
                when p_errors is null then jsonb_build_array(p_error)
                when jsonb_array_length(p_errors) >= 50 then (p_errors - 0) || p_error
                else p_errors || p_error end
$$;

-- ---------------------------------------------------------------- heartbeat

-- Renews a session's lease, if it has not run out, and says what the session still holds and which of its jobs are to
-- be cancelled. An expired lease is never renewed: the process has to begin a new session.
create function rinda.heartbeat(p_session bigint, p_clock timestamptz, p_idle boolean)
returns table (alive boolean, leases bigint[], cancelled bigint[])
language plpgsql
as $$
begin
    update rinda.worker w
       set lease_until = rinda.clock() + make_interval(secs => w.lease_seconds), seen_at = rinda.clock(),
           idle = p_idle,
           clock_offset_seconds = extract(epoch from p_clock - clock_timestamp())
     where w.session = p_session and w.lease_until > rinda.clock() and w.stopped_at is null;
    alive := found;
    leases := array(select c.lease from rinda.claim c where c.session = p_session);
    cancelled := array(
        select j.id from rinda.job j
         where j.cancel_requested_at is not null
           and exists (select from rinda.claim c where c.session = p_session and j.id = any (c.ids)));
    return next;
end
$$;

-- Takes the jobs that have left out of claims, so that one long job does not keep the ids of a thousand finished ones
-- in every claim's way. A snapshot of before the row's lock may still show a job that left: it stays until next time.
create function rinda.shrink(p_session bigint, p_leases bigint[]) returns integer
language plpgsql
set jit = off set enable_seqscan = off set enable_bitmapscan = off set enable_mergejoin = off
as $$
declare
    shrunk integer;
begin
    update rinda.claim c
       set ids = array(select x.id from unnest(c.ids) with ordinality as x(id, place)
                        where exists (select from rinda.job j where j.id = x.id) order by x.place)
     where c.session = p_session and c.lease = any (p_leases);
    get diagnostics shrunk = row_count;
    return shrunk;
end
$$;

-- ---------------------------------------------------------------- rescue

-- Takes the jobs of expired leases away from their sessions: each becomes available at once with one crash more, or
-- waits to be run alone, or is discarded as suspected crasher (or cancelled, where that was asked for). Needs no job
-- code, and any process may run it: claims that another rescue or a settle holds are passed by, and so is a session
-- whose renewal is under way; a job whose row someone keeps locked stays in its claim for the next time. Takes claims
-- until p_limit jobs are reached, so that a statement stays short whatever a crash has left. Returns what became of
-- each job.
create function rinda.rescue(p_limit integer default 2000)
returns table (id bigint, kind text, queue text, outcome text, crashes integer)
language plpgsql
set jit = off set enable_seqscan = off set enable_bitmapscan = off set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
    return query
    with expired as materialized (
        select e.lease
          from (select c.lease, sum(cardinality(c.ids)) over (order by c.lease) - cardinality(c.ids) as before
                  from rinda.claim c join rinda.worker w on w.session = c.session
                 where w.lease_until <= rinda.clock()) e
         where e.before < p_limit
    ),
    lost as materialized (
        select c.lease, c.session, c.claimed_at, c.ids, w.name
          from rinda.claim c join rinda.worker w on w.session = c.session
         where c.lease in (select expired.lease from expired) and w.lease_until <= rinda.clock()
         order by c.lease
           for update of c, w skip locked
    ),
    single as materialized (
        select unnest(lost.ids) as id, lost.lease, lost.session, lost.claimed_at, lost.name from lost
    ),
    hit as materialized (
        select j.id, l.lease, l.session, l.claimed_at, l.name, j.crashes + 1 as crashes,
               coalesce(k.isolate_after_crashes, 3) as isolate_after,
               -- Only a job that was alone in its process is suspected for good.
               j.state = 3 and j.crashes + 1 >= coalesce(k.discard_after_crashes, 5) as guilty,
               k.max_attempts, j.cancel_requested_at is not null as unwanted, j.cancel_requested_by
          from single l
          join rinda.job j on j.id = l.id
          left join rinda.kind k on k.kind = j.kind
           for update of j skip locked
    ),
    stuck as materialized (
        select l.lease, array_agg(l.id) as ids
          from single l
         where exists (select from rinda.job j where j.id = l.id)
           and not exists (select from hit h where h.id = l.id)
         group by l.lease
    ),
    kept_claim as (
        update rinda.claim c set ids = s.ids from stuck s where c.lease = s.lease
    ),
    freed as (
        delete from rinda.claim c using lost
         where c.lease = lost.lease and not exists (select from stuck s where s.lease = lost.lease)
    ),
    gone as (
        delete from rinda.job j using hit h where j.id = h.id and (h.guilty or h.unwanted)
        returning j.*, h.lease as held_lease, h.session as held_session, h.claimed_at, h.crashes as total,
                  h.max_attempts as kind_attempts,
                  case when h.unwanted then 'cancelled' else 'discarded' end as verdict
    ),
    kept as (
        insert into rinda.done (id, expires_on, created_at, scheduled_at, attempted_at, finalized_at, lease, session,
                                attempt, max_attempts, crashes, priority, state, kind, queue, args, unique_key, tags,
                                metadata, errors, output, progress)
        select g.id, rinda.expires_on(g.verdict, q.keep_completed, q.keep_other), g.created_at, g.scheduled_at,
               g.claimed_at, rinda.clock(), g.held_lease, g.held_session, g.attempt,
               coalesce(g.max_attempts, g.kind_attempts, 5), g.total, g.priority, g.verdict, g.kind, g.queue, g.args,
               g.unique_key, g.tags, g.metadata,
               rinda.append_error(g.errors, jsonb_build_object(
                   'at', rinda.clock(), 'attempt', g.attempt + 1, 'lease', g.held_lease,
                   'reason', case when g.verdict = 'cancelled' then 'cancelled' else 'suspected crasher' end,
                   'message', case when g.verdict = 'cancelled'
                       then format('cancelled by %s; its process ended before it could be told', g.cancel_requested_by)
                       else format('its process ended %s times while it ran, at last while it ran alone', g.total) end)),
               null, g.progress
          from gone g left join rinda.queue q on q.queue = g.queue
        returning rinda.done.id, rinda.done.kind, rinda.done.queue, rinda.done.state, rinda.done.crashes
    ),
    back as (
        update rinda.job j
           set state = case when h.crashes >= h.isolate_after then 3 else 0 end,
               crashes = h.crashes, lease = h.lease, session = h.session, attempted_at = h.claimed_at,
               errors = rinda.append_error(j.errors, jsonb_build_object(
                   'at', rinda.clock(), 'attempt', j.attempt + 1, 'lease', h.lease, 'reason', 'crashed',
                   'message', format('the lease of %s ran out', h.name)))
          from hit h where j.id = h.id and not h.guilty and not h.unwanted
        returning j.id, j.kind, j.queue, j.crashes
    ),
    woken as materialized (
        select b.queue, (select rinda.wake(b.queue)) from (select distinct back.queue from back) b
    )
    select kept.id, kept.kind, kept.queue, kept.state, kept.crashes from kept
    union all
    select back.id, back.kind, back.queue, 'available', back.crashes from back
    where (select count(*) from woken) >= 0;
end
$$;

-- ---------------------------------------------------------------- cancel and retry

-- Marks a running job as unwanted. False where it does not run any more, and then no mark stays.
create function rinda.request_cancel(p_id bigint) returns boolean
language plpgsql as $$
begin
    update rinda.job j
       set cancel_requested_at = coalesce(j.cancel_requested_at, rinda.clock()),
           cancel_requested_by = coalesce(j.cancel_requested_by, session_user)
     where j.id = p_id;
    -- With the row locked its settle cannot pass: what is running now reads the mark at its end.
    if not exists (select from rinda.claim c where p_id = any (c.ids)) then
        raise exception using errcode = 'RIDLE', message = 'not running';
    end if;
    return true;
exception when sqlstate 'RIDLE' then
    return false;
end
$$;

-- Cancels a job: a waiting one at once, a running one by a mark that its worker's next heartbeat reads. Returns what
-- was found: cancelled, requested, final or unknown.
create function rinda.cancel(p_id bigint) returns text
language plpgsql
as $$
declare
    waiting boolean;
begin
    loop
        waiting := rinda.hold_back(p_id);
        if waiting is null then
            return case when exists (select from rinda.done d where d.id = p_id) then 'final' else 'unknown' end;
        end if;
        exit when waiting;
        if rinda.request_cancel(p_id) then
            return 'requested';
        end if;
        -- It ended or came back in between.
    end loop;
    with gone as (
        delete from rinda.job j where j.id = p_id returning j.*
    )
    insert into rinda.done (id, expires_on, created_at, scheduled_at, attempted_at, finalized_at, lease, session,
                            attempt, max_attempts, crashes, priority, state, kind, queue, args, unique_key, tags,
                            metadata, errors, output, progress)
    select g.id, rinda.expires_on('cancelled', q.keep_completed, q.keep_other), g.created_at, g.scheduled_at,
           g.attempted_at, rinda.clock(), g.lease, g.session, g.attempt, coalesce(g.max_attempts, k.max_attempts, 5),
           g.crashes, g.priority, 'cancelled', g.kind, g.queue, g.args, g.unique_key, g.tags, g.metadata,
           rinda.append_error(g.errors, jsonb_build_object(
               'at', rinda.clock(), 'attempt', g.attempt, 'lease', g.lease, 'reason', 'cancelled',
               'message', format('cancelled by %s before it started', session_user))),
           null, g.progress
      from gone g
      left join rinda.kind k on k.kind = g.kind
      left join rinda.queue q on q.queue = g.queue;
    return 'cancelled';
end
$$;

-- Makes a job available again: a final one with its counters at 0, a waiting one at once. Returns retried, running,
-- held (another unfinished job has its unique key) or unknown.
create function rinda.retry(p_id bigint) returns text
language plpgsql
as $$
declare
    waiting boolean;
    old rinda.done;
begin
    loop
        waiting := rinda.hold_back(p_id);
        if not waiting then
            return 'running';
        elsif waiting then
            update rinda.job j set state = 0, scheduled_at = least(j.scheduled_at, rinda.clock()), crashes = 0,
                                   cancel_requested_at = null, cancel_requested_by = null
             where j.id = p_id;
            perform rinda.wake((select j.queue from rinda.job j where j.id = p_id));
            return 'retried';
        end if;
        begin
            delete from rinda.done d where d.id = p_id returning d.* into old;
            if found then
                insert into rinda.job (id, created_at, attempted_at, lease, session, max_attempts, priority, kind, queue,
                                       args, unique_key, unique_digest, tags, metadata, errors, progress)
                values (old.id, old.created_at, old.attempted_at, old.lease, old.session, old.max_attempts, old.priority,
                        old.kind, old.queue, old.args, old.unique_key, rinda.unique_digest(old.kind, old.unique_key),
                        old.tags, old.metadata, old.errors, old.progress);
                exit;
            end if;
        exception when unique_violation then
            return 'held';
        end;
        -- Someone else's retry may have moved it meanwhile.
        if not exists (select from rinda.job j where j.id = p_id) then
            return 'unknown';
        end if;
    end loop;
    -- The claim of its last attempt may stand yet, for other jobs of its batch: it must not hold this one again.
    update rinda.claim c set ids = array_remove(c.ids, p_id) where p_id = any (c.ids);
    perform rinda.wake(old.queue);
    return 'retried';
end
$$;

-- ---------------------------------------------------------------- prune

-- Forgets the finished jobs and log lines whose day has passed, a partition at a time, and makes the partitions of the
-- days to come. One process at a time; a partition that someone reads right now is left for the next run, since waiting
-- for its lock would hold up every settle. Returns the names of what was dropped.
create function rinda.prune() returns setof text
language plpgsql
set lock_timeout = '200ms'
as $$
declare
    today date := (rinda.clock() at time zone 'UTC')::date;
    part record;
begin
    if not pg_try_advisory_xact_lock(rinda.gate() + 1) then
        return;
    end if;
    -- First what needs weak locks only: dropping locks the parents until the end.
    begin
        perform rinda.make_partitions();
    exception when lock_not_available then
        null;
    end;
    delete from rinda.done_later d where d.expires_on < today;
    delete from rinda.attempt_log_later l where l.logged_on < today - rinda.longest_retention();
    for part in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
         where (i.inhparent = 'rinda.done'::regclass and c.relname ~ '^done_[0-9]{8}$'
                and to_date(right(c.relname, 8), 'YYYYMMDD') < today)
            or (i.inhparent = 'rinda.attempt_log'::regclass and c.relname ~ '^attempt_log_[0-9]{8}$'
                and to_date(right(c.relname, 8), 'YYYYMMDD') < today - rinda.longest_retention())
         order by 1
    loop
        begin
            execute format('drop table rinda.%I', part.relname);
            return next part.relname;
        exception when lock_not_available then
            null;
        end;
    end loop;
end
$$;

-- ---------------------------------------------------------------- log

-- Keeps what attempts logged. Not fenced: what an attempt said that lost its lease is worth reading too.
create function rinda.log(p_ids bigint[], p_leases bigint[], p_attempts integer[], p_lines jsonb[], p_dropped integer[])
returns void
language sql volatile as $$
    insert into rinda.attempt_log (job_id, lease, attempt, lines, dropped)
    select l.id, l.lease, l.attempt, l.lines, l.dropped
      from unnest(p_ids, p_leases, p_attempts, p_lines, p_dropped) as l(id, lease, attempt, lines, dropped)
$$;

-- ---------------------------------------------------------------- diagnostic

create table rinda.diagnostic_effect (
    job_id  bigint not null,
    lease   bigint not null,
    at      timestamptz not null default rinda.clock()
);

comment on table rinda.diagnostic_effect is 'What jobs of the kind diagnostic write in the transaction that completes them. Without a key, so that a double would show.';
