
CREATE SCHEMA rinda;

CREATE DOMAIN rinda.amount AS numeric
	CONSTRAINT amount_is_finite CHECK ((VALUE <> ALL (ARRAY['NaN'::numeric, 'Infinity'::numeric, '-Infinity'::numeric])));

CREATE DOMAIN rinda.code AS text COLLATE pg_catalog."C"
	CONSTRAINT code_is_a_word CHECK ((VALUE ~ '^[^[:space:][:cntrl:]]{1,64}$'::text));

CREATE DOMAIN rinda.period_code AS text COLLATE pg_catalog."C"
	CONSTRAINT period_code_is_known CHECK ((VALUE ~ '^[0-9]{4}(-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?$'::text));

CREATE FUNCTION rinda.append_error(p_errors jsonb, p_error jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select case when p_error is null then p_errors
                when p_errors is null then jsonb_build_array(p_error)
                when jsonb_array_length(p_errors) >= 50 then (p_errors - 0) || p_error
                else p_errors || p_error end
$$;

CREATE TABLE rinda.archive_record (
    seq bigint NOT NULL,
    package text NOT NULL COLLATE pg_catalog."C",
    report bigint NOT NULL,
    revision integer NOT NULL,
    snapshot text NOT NULL COLLATE pg_catalog."C",
    manifest_digest text NOT NULL COLLATE pg_catalog."C",
    location text NOT NULL,
    payload_bytes bigint NOT NULL,
    payload_files integer NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    recorded_by name NOT NULL,
    previous_digest bytea,
    digest bytea NOT NULL,
    CONSTRAINT archive_record_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT archive_record_location_check CHECK ((location <> ''::text)),
    CONSTRAINT archive_record_manifest_digest_check CHECK ((manifest_digest ~ '^[0-9a-f]{128}$'::text)),
    CONSTRAINT archive_record_package_check CHECK ((package ~ '^[^/[:space:][:cntrl:]]+$'::text)),
    CONSTRAINT archive_record_payload_bytes_check CHECK ((payload_bytes >= 0)),
    CONSTRAINT archive_record_payload_files_check CHECK ((payload_files >= 0)),
    CONSTRAINT archive_record_previous_digest_check CHECK ((octet_length(previous_digest) = 32))
);

COMMENT ON TABLE rinda.archive_record IS 'Archived packages, chained by digests; append-only.';

CREATE FUNCTION rinda.archive_digest(p rinda.archive_record) RETURNS bytea
    LANGUAGE sql IMMUTABLE
    AS $$
    select sha256(convert_to(string_agg(coalesce(length(f)::text || ':' || f, '-'), ',' order by n), 'UTF8'))
      from unnest(array[p.seq::text, p.package, p.report::text, p.revision::text, p.snapshot, p.manifest_digest,
                        p.location, p.payload_bytes::text, p.payload_files::text,
                        extract(epoch from p.recorded_at)::text, p.recorded_by::text,
                        encode(p.previous_digest, 'hex')]) with ordinality as t (f, n)
$$;

CREATE FUNCTION rinda.cancel(p_id bigint) RETURNS text
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION rinda.chain_archive_record() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION rinda.check_name(p_what text, p_name text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    AS $_$
begin
    if p_name is null or p_name !~ '^[a-z][a-z0-9_.-]{0,127}$' then
        raise exception using errcode = '22023',
            message = format('%s %s is not well-formed', p_what, coalesce(quote_literal(left(p_name, 200)), 'null')),
            hint = 'A small letter, then up to 127 small letters, digits, dots, underscores or hyphens.';
    end if;
end
$_$;

CREATE FUNCTION rinda.check_notice() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
    legal boolean;
begin
    if (old.id, old.obligation, old.step, old.role, old.due_version, old.message_id)
        is distinct from (new.id, new.obligation, new.step, new.role, new.due_version, new.message_id) then
        raise exception using errcode = 'check_violation', constraint = 'notice_identity_is_fixed', table = 'notice',
            message = format('notice %s: what it is about cannot change', old.id);
    end if;
    legal := case old.state
        when 'PLANNED' then new.state in ('PLANNED', 'SENDING', 'SUPPRESSED', 'HELD')
        when 'SENDING' then new.state in ('SENDING', 'SENT', 'FAILED', 'SUPPRESSED', 'HELD')
        when 'FAILED' then new.state in ('SENDING', 'SUPPRESSED', 'FAILED')
        when 'HELD' then new.state in ('HELD', 'SENDING', 'FAILED', 'SUPPRESSED')
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

CREATE FUNCTION rinda.check_report_revision() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION rinda.check_shares() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION rinda.check_unit_versions() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION rinda.claim(p_session bigint, p_kinds text[], p_queues text[], p_free integer[], p_range_queue integer[], p_range_priority integer[], p_range_id bigint[], p_range_end integer[], p_due_from timestamp with time zone, p_live bigint[] DEFAULT '{}'::bigint[], p_after bigint DEFAULT 0, p_server timestamp with time zone DEFAULT NULL::timestamp with time zone) RETURNS TABLE(id bigint, lease bigint, claimed_at timestamp with time zone, kind text, queue text, priority smallint, attempt integer, max_attempts integer, crashes integer, created_at timestamp with time zone, scheduled_at timestamp with time zone, args jsonb, metadata jsonb, tags text[], progress jsonb, next_due timestamp with time zone, alone boolean, live bigint[], server timestamp with time zone)
    LANGUAGE plpgsql
    SET jit TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
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

CREATE FUNCTION rinda.claim_alone(p_session bigint, p_kinds text[], p_queues text[]) RETURNS TABLE(id bigint, lease bigint, claimed_at timestamp with time zone, kind text, queue text, priority smallint, attempt integer, max_attempts integer, crashes integer, created_at timestamp with time zone, scheduled_at timestamp with time zone, args jsonb, metadata jsonb, tags text[], progress jsonb)
    LANGUAGE plpgsql
    SET jit TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
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

CREATE FUNCTION rinda.clock() RETURNS timestamp with time zone
    LANGUAGE sql PARALLEL SAFE
    RETURN clock_timestamp();

COMMENT ON FUNCTION rinda.clock() IS 'The present. Everything that is decided by time goes by it.';

CREATE FUNCTION rinda.complete(p_ids bigint[], p_leases bigint[], p_outputs jsonb[], p_closed bigint[]) RETURNS SETOF bigint
    LANGUAGE plpgsql
    SET jit TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET lock_timeout TO '1s'
    AS $$
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

CREATE FUNCTION rinda.enqueue(kind text, args jsonb DEFAULT '{}'::jsonb, queue text DEFAULT NULL::text, priority integer DEFAULT NULL::integer, scheduled_at timestamp with time zone DEFAULT NULL::timestamp with time zone, unique_key text DEFAULT NULL::text, max_attempts integer DEFAULT NULL::integer, tags text[] DEFAULT '{}'::text[], metadata jsonb DEFAULT '{}'::jsonb, on_conflict text DEFAULT 'keep'::text) RETURNS TABLE(job_id bigint, outcome text, state text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
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

COMMENT ON FUNCTION rinda.enqueue(kind text, args jsonb, queue text, priority integer, scheduled_at timestamp with time zone, unique_key text, max_attempts integer, tags text[], metadata jsonb, on_conflict text) IS 'Puts a job into a queue, in the caller''s transaction. Answers inserted, existing or replaced with the job''s id and state.';

CREATE FUNCTION rinda.enqueue_many(kinds text[], args jsonb[], queues text[] DEFAULT NULL::text[], priorities integer[] DEFAULT NULL::integer[], scheduled_at timestamp with time zone[] DEFAULT NULL::timestamp with time zone[], unique_keys text[] DEFAULT NULL::text[], max_attempts integer[] DEFAULT NULL::integer[], tags text[] DEFAULT NULL::text[], metadata jsonb[] DEFAULT NULL::jsonb[], on_conflict text[] DEFAULT NULL::text[]) RETURNS TABLE(job_ids bigint[], outcomes text[], states text[])
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET jit TO 'off'
    SET work_mem TO '64MB'
    AS $$
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

COMMENT ON FUNCTION rinda.enqueue_many(kinds text[], args jsonb[], queues text[], priorities integer[], scheduled_at timestamp with time zone[], unique_keys text[], max_attempts integer[], tags text[], metadata jsonb[], on_conflict text[]) IS 'Puts many jobs into their queues in one statement, in the caller''s transaction. Answers ids, outcomes and states in the jobs'' order.';

CREATE FUNCTION rinda.expires_on(p_state text, p_keep_completed interval, p_keep_other interval) RETURNS date
    LANGUAGE sql
    AS $$
    select ((rinda.clock() + case when p_state = 'completed' then coalesce(p_keep_completed, interval '24 hours')
                          else coalesce(p_keep_other, interval '7 days') end) at time zone 'UTC')::date
$$;

CREATE FUNCTION rinda.gate() RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ select 7308604759860609 $$;

CREATE FUNCTION rinda.heartbeat(p_session bigint, p_clock timestamp with time zone, p_idle boolean) RETURNS TABLE(alive boolean, leases bigint[], cancelled bigint[])
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION rinda.held(p_ids bigint[], p_leases bigint[]) RETURNS TABLE(id bigint, lease bigint, session bigint, claimed_at timestamp with time zone)
    LANGUAGE sql
    AS $$
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

CREATE FUNCTION rinda.hold_back(p_id bigint) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION rinda.install_clock() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if exists (select from rinda.test_clock) then
        create or replace function rinda.clock() returns timestamptz
        language sql volatile parallel safe security definer set search_path = pg_catalog
        return coalesce((select c.present + (clock_timestamp() - c.set_at) * c.rate from rinda.test_clock c),
                        clock_timestamp());
    else
        create or replace function rinda.clock() returns timestamptz
        language sql volatile parallel safe
        return clock_timestamp();
    end if;
    return null;
end
$$;

CREATE FUNCTION rinda.log(p_ids bigint[], p_leases bigint[], p_attempts integer[], p_lines jsonb[], p_dropped integer[]) RETURNS void
    LANGUAGE sql
    AS $$
    insert into rinda.attempt_log (job_id, lease, attempt, lines, dropped)
    select l.id, l.lease, l.attempt, l.lines, l.dropped
      from unnest(p_ids, p_leases, p_attempts, p_lines, p_dropped) as l(id, lease, attempt, lines, dropped)
$$;

CREATE FUNCTION rinda.longest_retention() RETURNS integer
    LANGUAGE sql STABLE
    AS $$
    select greatest(7, ceil(coalesce(max(extract(epoch from greatest(keep_completed, keep_other))) / 86400, 0)))::integer
      from rinda.queue
$$;

CREATE FUNCTION rinda.make_partition(p_parent text, p_column text, p_day date) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION rinda.make_partitions() RETURNS integer
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION rinda.name_actor() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    new.actor := session_user;
    return new;
end
$$;

COMMENT ON FUNCTION rinda.name_actor() IS 'Trigger of the audit trail: whatever an insert says, the actor is who is connected.';

CREATE FUNCTION rinda.pass_gate() RETURNS void
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION rinda.progress(p_id bigint, p_lease bigint, p_progress jsonb) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
begin
    update rinda.job j set progress = p_progress
     where j.id = p_id and exists (select from rinda.held(array[p_id], array[p_lease]));
    return found;
end
$$;

CREATE FUNCTION rinda.prune() RETURNS SETOF text
    LANGUAGE plpgsql
    SET lock_timeout TO '200ms'
    AS $_$
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
$_$;

CREATE FUNCTION rinda.record_notice_event() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    insert into rinda.notice_event (notice, state, reason, lease) values (new.id, new.state, new.reason, new.lease);
    return null;
end
$$;

CREATE FUNCTION rinda.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception using
        errcode = 'insufficient_privilege',
        message = format('%I.%I is append-only: %s is refused', tg_table_schema, tg_table_name, lower(tg_op)),
        hint = 'Record a correction as a new row.';
end
$$;

COMMENT ON FUNCTION rinda.refuse_change() IS 'Trigger of append-only tables: refuses UPDATE, DELETE and TRUNCATE.';

CREATE FUNCTION rinda.refuse_change_of_approved() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception using errcode = 'insufficient_privilege', constraint = 'approved_version_is_final',
        table = tg_table_name,
        message = format('version %s of plan %s is approved and cannot be changed', old.version, old.plan),
        hint = 'Record an amendment as a new version.';
end
$$;

CREATE FUNCTION rinda.refuse_change_of_approved_target() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION rinda.refuse_mark_in_service() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
    served_by text;
begin
    select string_agg(d.name, ', ' order by d.name) into served_by
      from (select w.name from rinda.worker w where w.stopped_at is null and w.lease_until > clock_timestamp()
            union all
            select s.name from rinda.scheduler s
             where s.stopped_at is null and s.evaluated_at > clock_timestamp() - interval '30 seconds') d;
    if served_by is not null then
        raise exception using errcode = 'object_in_use',
            message = format('this database is in service: %s', served_by),
            hint = 'Only a database that no worker or scheduler serves can be marked as a test database.';
    end if;
    return new;
end
$$;

CREATE FUNCTION rinda.request_cancel(p_id bigint) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION rinda.rescue(p_limit integer DEFAULT 2000) RETURNS TABLE(id bigint, kind text, queue text, outcome text, crashes integer)
    LANGUAGE plpgsql
    SET jit TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
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

CREATE FUNCTION rinda.retry(p_id bigint) RETURNS text
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION rinda.schedule_begins_anew() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE TABLE rinda.schedule (
    name text NOT NULL COLLATE pg_catalog."C",
    expression text NOT NULL,
    zone text NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    queue text COLLATE pg_catalog."C",
    priority integer,
    args jsonb DEFAULT '{}'::jsonb NOT NULL,
    unique_key text,
    policy text DEFAULT 'latest'::text NOT NULL,
    catch_up_count integer DEFAULT 100 NOT NULL,
    catch_up_seconds bigint DEFAULT 604800 NOT NULL,
    source text,
    paused_at timestamp with time zone,
    paused_by name,
    created_at timestamp with time zone DEFAULT rinda.clock() NOT NULL,
    changed_at timestamp with time zone DEFAULT rinda.clock() NOT NULL,
    revision bigint DEFAULT 1 NOT NULL,
    decided_until timestamp with time zone DEFAULT rinda.clock() NOT NULL,
    evaluate_at timestamp with time zone DEFAULT rinda.clock(),
    next_tick timestamp with time zone,
    last_tick timestamp with time zone,
    last_job bigint,
    last_evaluated_at timestamp with time zone,
    last_error text,
    failures integer DEFAULT 0 NOT NULL,
    caught_up bigint DEFAULT 0 NOT NULL,
    skipped bigint DEFAULT 0 NOT NULL,
    CONSTRAINT schedule_args CHECK ((jsonb_typeof(args) = 'object'::text)),
    CONSTRAINT schedule_catch_up CHECK ((((catch_up_count >= 1) AND (catch_up_count <= 10000)) AND ((catch_up_seconds >= 1) AND (catch_up_seconds <= 316224000)))),
    CONSTRAINT schedule_kind CHECK ((kind ~ '^[a-z][a-z0-9_.-]{0,127}$'::text)),
    CONSTRAINT schedule_name CHECK ((name ~ '^[a-z][a-z0-9_.-]{0,127}$'::text)),
    CONSTRAINT schedule_paused_is_not_evaluated CHECK (((paused_at IS NULL) OR (evaluate_at IS NULL))),
    CONSTRAINT schedule_policy CHECK ((policy = ANY (ARRAY['latest'::text, 'all'::text, 'skip'::text]))),
    CONSTRAINT schedule_priority CHECK (((priority >= '-32768'::integer) AND (priority <= 32767))),
    CONSTRAINT schedule_queue CHECK ((queue ~ '^[a-z][a-z0-9_.-]{0,127}$'::text))
)
WITH (fillfactor='70');

COMMENT ON TABLE rinda.schedule IS 'When jobs are enqueued by themselves; one row a schedule.';

CREATE FUNCTION rinda.schedule_definition(s rinda.schedule) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    AS $$
    select jsonb_build_object(
        'expression', s.expression, 'zone', s.zone, 'kind', s.kind, 'queue', s.queue, 'priority', s.priority,
        'args', s.args, 'unique_key', s.unique_key, 'policy', s.policy, 'catch_up_count', s.catch_up_count,
        'catch_up_seconds', s.catch_up_seconds, 'source', s.source, 'paused_at', s.paused_at)
$$;

CREATE FUNCTION rinda.settle(p_ids bigint[], p_leases bigint[], p_verdicts text[], p_delays double precision[], p_errors jsonb[], p_outputs jsonb[], p_closed bigint[]) RETURNS SETOF bigint
    LANGUAGE plpgsql
    SET jit TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_mergejoin TO 'off'
    SET lock_timeout TO '1s'
    AS $$
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

CREATE FUNCTION rinda.shrink(p_session bigint, p_leases bigint[]) RETURNS integer
    LANGUAGE plpgsql
    SET jit TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
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

CREATE FUNCTION rinda.stamp_compiler() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    new.compiled_by := session_user;
    new.compiled_at := rinda.clock();
    return new;
end
$$;

CREATE FUNCTION rinda.stamp_recorder() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    new.recorded_at := rinda.clock();
    new.recorded_by := session_user;
    return new;
end
$$;

CREATE FUNCTION rinda.unique_digest(p_kind text, p_key text) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select case when p_key is not null then sha256(convert_to(p_kind || ' ' || p_key, 'UTF8')) end
$$;

CREATE FUNCTION rinda.wake(p_queue text) RETURNS void
    LANGUAGE sql
    AS $$
    select pg_notify('rinda', p_queue)
     where exists (select from rinda.worker where stopped_at is null and lease_until > rinda.clock() and idle)
$$;

CREATE TABLE rinda.adjustment (
    plan rinda.code NOT NULL,
    indicator rinda.code NOT NULL,
    period rinda.period_code NOT NULL,
    delta rinda.amount NOT NULL,
    reason text NOT NULL,
    CONSTRAINT adjustment_delta_check CHECK (((delta)::numeric <= (0)::numeric)),
    CONSTRAINT adjustment_reason_check CHECK ((reason <> ''::text))
);

COMMENT ON TABLE rinda.adjustment IS 'What is taken off the region''s figures for persons whom several units count.';

CREATE TABLE rinda.archive_check (
    seq bigint NOT NULL,
    record bigint NOT NULL,
    month date NOT NULL,
    intact boolean NOT NULL,
    findings jsonb DEFAULT '[]'::jsonb NOT NULL,
    checked_at timestamp with time zone DEFAULT rinda.clock() NOT NULL,
    checked_by name DEFAULT SESSION_USER NOT NULL,
    CONSTRAINT archive_check_findings_check CHECK ((jsonb_typeof(findings) = 'array'::text)),
    CONSTRAINT archive_check_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric))
);

COMMENT ON TABLE rinda.archive_check IS 'Results of re-reading archived packages; append-only.';

ALTER TABLE rinda.archive_check ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME rinda.archive_check_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE rinda.attempt_log (
    job_id bigint NOT NULL,
    lease bigint NOT NULL,
    attempt integer NOT NULL,
    logged_on date DEFAULT ((rinda.clock() AT TIME ZONE 'UTC'::text))::date NOT NULL,
    logged_at timestamp with time zone DEFAULT rinda.clock() NOT NULL,
    lines jsonb NOT NULL,
    dropped integer DEFAULT 0 NOT NULL
)
PARTITION BY RANGE (logged_on);

COMMENT ON TABLE rinda.attempt_log IS 'What handlers logged, by attempt; bounded for each attempt, append-only, dropped by the day.';

CREATE TABLE rinda.attempt_log_later (
    job_id bigint NOT NULL,
    lease bigint NOT NULL,
    attempt integer NOT NULL,
    logged_on date DEFAULT ((rinda.clock() AT TIME ZONE 'UTC'::text))::date NOT NULL,
    logged_at timestamp with time zone DEFAULT rinda.clock() NOT NULL,
    lines jsonb NOT NULL,
    dropped integer DEFAULT 0 NOT NULL
);

CREATE TABLE rinda.audit (
    seq bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    actor name DEFAULT SESSION_USER NOT NULL,
    action text NOT NULL,
    object text NOT NULL,
    reason text,
    before jsonb,
    after jsonb
);

COMMENT ON TABLE rinda.audit IS 'Append-only record of administrative acts; the actor is the database''s session_user.';

ALTER TABLE rinda.audit ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME rinda.audit_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE rinda.calendar_adoption (
    unit rinda.code NOT NULL,
    year integer NOT NULL,
    adopts_moved_days boolean NOT NULL,
    CONSTRAINT calendar_adoption_year_check CHECK (((year >= 1000) AND (year <= 9999)))
);

CREATE TABLE rinda.calendar_day (
    calendar rinda.code NOT NULL,
    date date NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    known_since date,
    CONSTRAINT calendar_day_kind_check CHECK ((kind = ANY (ARRAY['HOLIDAY'::text, 'MOVED_OFF'::text, 'MOVED_WORK'::text, 'SPECIAL'::text])))
);

CREATE TABLE rinda.claim (
    lease bigint NOT NULL,
    session bigint NOT NULL,
    claimed_at timestamp with time zone NOT NULL,
    ids bigint[] NOT NULL
);
ALTER TABLE ONLY rinda.claim ALTER COLUMN ids SET STORAGE EXTERNAL;

COMMENT ON TABLE rinda.claim IS 'The jobs that are running, a row a claimed batch. Deleted when the last of them has left.';

CREATE TABLE rinda.contact (
    unit rinda.code NOT NULL,
    role text NOT NULL,
    email text NOT NULL,
    language text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    CONSTRAINT contact_email_check CHECK ((email ~ '^[^[:space:][:cntrl:]@]+@[^[:space:][:cntrl:]@]+$'::text)),
    CONSTRAINT contact_language_check CHECK ((language = ANY (ARRAY['lv'::text, 'en'::text]))),
    CONSTRAINT contact_lasts CHECK ((valid_to > valid_from)),
    CONSTRAINT contact_role_check CHECK ((role = ANY (ARRAY['SUBMITTER'::text, 'HEAD'::text, 'EXEC'::text, 'CHAIR'::text, 'GENERAL'::text])))
);

CREATE TABLE rinda.contradiction (
    plan rinda.code NOT NULL,
    indicator rinda.code NOT NULL,
    value text NOT NULL,
    source text NOT NULL,
    published_on date,
    note text NOT NULL,
    CONSTRAINT contradiction_source_check CHECK ((source <> ''::text)),
    CONSTRAINT contradiction_value_check CHECK ((value <> ''::text))
);

COMMENT ON TABLE rinda.contradiction IS 'Figures published elsewhere that do not agree with the plan''s.';

CREATE TABLE rinda.diagnostic_effect (
    job_id bigint NOT NULL,
    lease bigint NOT NULL,
    at timestamp with time zone DEFAULT rinda.clock() NOT NULL
);

COMMENT ON TABLE rinda.diagnostic_effect IS 'What jobs of the kind diagnostic write in the transaction that completes them. Without a key, so that a double would show.';

CREATE TABLE rinda.done (
    id bigint NOT NULL,
    expires_on date NOT NULL,
    created_at timestamp with time zone NOT NULL,
    scheduled_at timestamp with time zone,
    attempted_at timestamp with time zone,
    finalized_at timestamp with time zone NOT NULL,
    lease bigint,
    session bigint,
    attempt integer NOT NULL,
    max_attempts integer NOT NULL,
    crashes integer NOT NULL,
    priority smallint NOT NULL,
    state text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    queue text NOT NULL COLLATE pg_catalog."C",
    args jsonb NOT NULL,
    unique_key text,
    tags text[],
    metadata jsonb,
    errors jsonb,
    output jsonb,
    progress jsonb,
    CONSTRAINT done_state CHECK ((state = ANY (ARRAY['completed'::text, 'cancelled'::text, 'discarded'::text])))
)
PARTITION BY RANGE (expires_on);

COMMENT ON TABLE rinda.done IS 'The finished jobs, in a partition for each day on which they may be forgotten; prune drops whole partitions.';

CREATE TABLE rinda.done_later (
    id bigint NOT NULL,
    expires_on date NOT NULL,
    created_at timestamp with time zone NOT NULL,
    scheduled_at timestamp with time zone,
    attempted_at timestamp with time zone,
    finalized_at timestamp with time zone NOT NULL,
    lease bigint,
    session bigint,
    attempt integer NOT NULL,
    max_attempts integer NOT NULL,
    crashes integer NOT NULL,
    priority smallint NOT NULL,
    state text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    queue text NOT NULL COLLATE pg_catalog."C",
    args jsonb NOT NULL,
    unique_key text,
    tags text[],
    metadata jsonb,
    errors jsonb,
    output jsonb,
    progress jsonb,
    CONSTRAINT done_state CHECK ((state = ANY (ARRAY['completed'::text, 'cancelled'::text, 'discarded'::text])))
)
WITH (autovacuum_vacuum_insert_threshold='-1');

CREATE TABLE rinda.form (
    form rinda.code NOT NULL,
    name text NOT NULL,
    recurrence text NOT NULL,
    due_working_days integer NOT NULL,
    grace_working_days integer NOT NULL,
    role text,
    CONSTRAINT form_due_working_days_check CHECK ((due_working_days >= 1)),
    CONSTRAINT form_grace_working_days_check CHECK ((grace_working_days >= 0)),
    CONSTRAINT form_name_check CHECK ((name <> ''::text)),
    CONSTRAINT form_recurrence_check CHECK ((recurrence = ANY (ARRAY['MONTH'::text, 'QUARTER'::text, 'HALF_YEAR'::text, 'YEAR'::text]))),
    CONSTRAINT form_role_check CHECK ((role = ANY (ARRAY['REPORTER'::text, 'INFRASTRUCTURE'::text, 'PARTNER'::text, 'OBSERVER'::text])))
);

CREATE TABLE rinda.form_indicator (
    form rinda.code NOT NULL,
    indicator rinda.code NOT NULL
);

CREATE TABLE rinda.framework_entry (
    plan rinda.code NOT NULL,
    priority rinda.code NOT NULL,
    indicator rinda.code NOT NULL,
    kind text NOT NULL,
    CONSTRAINT framework_entry_kind_check CHECK ((kind = ANY (ARRAY['FINANCIAL'::text, 'OUTPUT'::text, 'KIS'::text, 'RESULT'::text])))
);

COMMENT ON TABLE rinda.framework_entry IS 'By which indicators and key steps a priority of a plan is judged.';

CREATE TABLE rinda.indicator (
    indicator rinda.code NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    kind text NOT NULL,
    unit text NOT NULL,
    direction text NOT NULL,
    target_group text NOT NULL,
    CONSTRAINT indicator_direction_check CHECK ((direction = ANY (ARRAY['UP'::text, 'DOWN'::text]))),
    CONSTRAINT indicator_kind_check CHECK ((kind = ANY (ARRAY['CUM_UNIQUE'::text, 'FLOW'::text, 'STOCK'::text, 'RATIO'::text, 'STEP'::text, 'MONEY'::text]))),
    CONSTRAINT indicator_name_check CHECK ((name <> ''::text))
);

CREATE TABLE rinda.intake (
    submission bigint NOT NULL,
    reason text,
    findings json NOT NULL,
    CONSTRAINT intake_findings_check CHECK ((json_typeof(findings) = 'array'::text)),
    CONSTRAINT intake_reason_check CHECK ((reason <> ''::text))
);

COMMENT ON TABLE rinda.intake IS 'What a submission sent by a municipality was answered with, and its reason; append-only.';

CREATE TABLE rinda.job (
    id bigint NOT NULL,
    created_at timestamp with time zone DEFAULT rinda.clock() NOT NULL,
    scheduled_at timestamp with time zone,
    attempted_at timestamp with time zone,
    lease bigint,
    session bigint,
    attempt integer DEFAULT 0 NOT NULL,
    max_attempts integer,
    crashes integer DEFAULT 0 NOT NULL,
    priority smallint NOT NULL,
    state smallint DEFAULT 0 NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    queue text NOT NULL COLLATE pg_catalog."C",
    args jsonb NOT NULL,
    unique_key text,
    unique_digest bytea,
    tags text[],
    metadata jsonb,
    errors jsonb,
    progress jsonb,
    cancel_requested_at timestamp with time zone,
    cancel_requested_by name,
    CONSTRAINT job_state CHECK (((state >= 0) AND (state <= 3))),
    CONSTRAINT job_unique_key_has_digest CHECK (((unique_key IS NULL) = (unique_digest IS NULL)))
);

COMMENT ON TABLE rinda.job IS 'The unfinished jobs. Outside programs read rinda.jobs.';

COMMENT ON COLUMN rinda.job.lease IS 'The last attempt''s token once it has ended; the token of a running job stands in rinda.claim.';

COMMENT ON COLUMN rinda.job.attempt IS 'Attempts that ended and counted; a running job''s own attempt is one more.';

ALTER TABLE rinda.job ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME rinda.job_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE rinda.kind (
    kind text NOT NULL COLLATE pg_catalog."C",
    queue text DEFAULT 'default'::text NOT NULL COLLATE pg_catalog."C",
    priority smallint DEFAULT 0 NOT NULL,
    max_attempts integer DEFAULT 5 NOT NULL,
    timeout_seconds double precision DEFAULT 900 NOT NULL,
    backoff_base_seconds double precision DEFAULT 1 NOT NULL,
    backoff_factor double precision DEFAULT 2 NOT NULL,
    backoff_cap_seconds double precision DEFAULT 3600 NOT NULL,
    isolate_after_crashes integer DEFAULT 3 NOT NULL,
    discard_after_crashes integer DEFAULT 5 NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    CONSTRAINT kind_attempts CHECK ((max_attempts >= 1)),
    CONSTRAINT kind_backoff CHECK (((backoff_base_seconds >= (0)::double precision) AND (backoff_factor >= (1)::double precision) AND (backoff_cap_seconds >= backoff_base_seconds))),
    CONSTRAINT kind_containment CHECK (((isolate_after_crashes >= 1) AND (discard_after_crashes >= (isolate_after_crashes + 2)))),
    CONSTRAINT kind_name CHECK ((kind ~ '^[a-z][a-z0-9_.-]{0,127}$'::text)),
    CONSTRAINT kind_queue CHECK ((queue ~ '^[a-z][a-z0-9_.-]{0,127}$'::text)),
    CONSTRAINT kind_timeout CHECK ((timeout_seconds > (0)::double precision))
);

COMMENT ON TABLE rinda.kind IS 'The catalogue of kinds: what a job gets where its enqueuer says nothing, and how it is retried.';

CREATE TABLE rinda.worker (
    session bigint NOT NULL,
    name text NOT NULL,
    kinds text[] NOT NULL,
    queues text[] NOT NULL,
    version text NOT NULL,
    started_at timestamp with time zone DEFAULT rinda.clock() NOT NULL,
    stopped_at timestamp with time zone,
    seen_at timestamp with time zone DEFAULT rinda.clock() NOT NULL,
    lease_seconds double precision NOT NULL,
    lease_until timestamp with time zone NOT NULL,
    idle boolean DEFAULT false NOT NULL,
    clock_offset_seconds double precision DEFAULT 0 NOT NULL
)
WITH (fillfactor='50');

COMMENT ON TABLE rinda.worker IS 'One row a start of a process that claims jobs. Its lease_until is the expiry of every claim it holds. Rows stay, since history names them; there is one a start.';

CREATE VIEW rinda.jobs AS
 SELECT j.id,
    j.kind,
    j.queue,
        CASE
            WHEN (c.id IS NOT NULL) THEN 'running'::text
            ELSE (ARRAY['available'::text, 'scheduled'::text, 'retryable'::text, 'available'::text])[(j.state + 1)]
        END AS state,
    (j.priority)::integer AS priority,
        CASE
            WHEN (c.id IS NOT NULL) THEN (j.attempt + 1)
            ELSE j.attempt
        END AS attempt,
    COALESCE(j.max_attempts, k.max_attempts, 5) AS max_attempts,
    j.crashes,
    COALESCE(j.scheduled_at, j.created_at) AS scheduled_at,
    j.created_at,
    COALESCE(c.claimed_at, j.attempted_at) AS attempted_at,
    NULL::timestamp with time zone AS finalized_at,
    w.name AS attempted_by,
    COALESCE(c.lease, j.lease) AS lease,
        CASE
            WHEN (c.id IS NOT NULL) THEN w.lease_until
            ELSE NULL::timestamp with time zone
        END AS lease_until,
    j.unique_key,
    COALESCE(j.tags, '{}'::text[]) AS tags,
    COALESCE(j.metadata, '{}'::jsonb) AS metadata,
    j.args,
    NULL::jsonb AS output,
    COALESCE(j.errors, '[]'::jsonb) AS errors,
    j.progress
   FROM (((rinda.job j
     LEFT JOIN rinda.kind k ON ((k.kind = j.kind)))
     LEFT JOIN ( SELECT unnest(claim.ids) AS id,
            claim.lease,
            claim.session,
            claim.claimed_at
           FROM rinda.claim) c ON ((c.id = j.id)))
     LEFT JOIN rinda.worker w ON ((w.session = COALESCE(c.session, j.session))))
UNION ALL
 SELECT d.id,
    d.kind,
    d.queue,
    d.state,
    d.priority,
    d.attempt,
    d.max_attempts,
    d.crashes,
    COALESCE(d.scheduled_at, d.created_at) AS scheduled_at,
    d.created_at,
    d.attempted_at,
    d.finalized_at,
    w.name AS attempted_by,
    d.lease,
    NULL::timestamp with time zone AS lease_until,
    d.unique_key,
    COALESCE(d.tags, '{}'::text[]) AS tags,
    COALESCE(d.metadata, '{}'::jsonb) AS metadata,
    d.args,
    d.output,
    COALESCE(d.errors, '[]'::jsonb) AS errors,
    d.progress
   FROM (rinda.done d
     LEFT JOIN rinda.worker w ON ((w.session = d.session)));

COMMENT ON VIEW rinda.jobs IS 'Every job from commit to pruning, in exactly one row in every snapshot.';

CREATE SEQUENCE rinda.last_claim
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE SEQUENCE rinda.lease
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE rinda.membership (
    plan rinda.code NOT NULL,
    unit rinda.code NOT NULL,
    role text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    CONSTRAINT membership_lasts CHECK ((valid_to > valid_from)),
    CONSTRAINT membership_role_check CHECK ((role = ANY (ARRAY['REPORTER'::text, 'INFRASTRUCTURE'::text, 'PARTNER'::text, 'OBSERVER'::text])))
);

CREATE TABLE rinda.notice (
    id bigint NOT NULL,
    obligation bigint NOT NULL,
    step text NOT NULL,
    role text NOT NULL,
    due_version integer NOT NULL,
    message_id text NOT NULL,
    recipient text NOT NULL,
    language text NOT NULL,
    planned_for date NOT NULL,
    state text DEFAULT 'PLANNED'::text NOT NULL,
    reason text,
    digest bytea,
    changed_at timestamp with time zone DEFAULT rinda.clock() NOT NULL,
    lease bigint,
    journal text,
    CONSTRAINT notice_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT notice_due_version_check CHECK ((due_version >= 1)),
    CONSTRAINT notice_failure_has_reason CHECK (((state <> ALL (ARRAY['FAILED'::text, 'SUPPRESSED'::text, 'BOUNCED'::text, 'HELD'::text])) OR (reason <> ''::text))),
    CONSTRAINT notice_language_check CHECK ((language = ANY (ARRAY['lv'::text, 'en'::text]))),
    CONSTRAINT notice_message_id_check CHECK ((message_id ~ '^[^[:space:][:cntrl:]<>]+@[^[:space:][:cntrl:]<>]+$'::text)),
    CONSTRAINT notice_recipient_check CHECK ((recipient ~ '^[^[:space:][:cntrl:]@]+@[^[:space:][:cntrl:]@]+$'::text)),
    CONSTRAINT notice_role_check CHECK ((role = ANY (ARRAY['SUBMITTER'::text, 'HEAD'::text, 'EXEC'::text, 'CHAIR'::text, 'GENERAL'::text, 'REGION'::text]))),
    CONSTRAINT notice_sent_has_digest CHECK (((state <> ALL (ARRAY['SENT'::text, 'BOUNCED'::text])) OR (digest IS NOT NULL) OR (reason <> ''::text))),
    CONSTRAINT notice_state_check CHECK ((state = ANY (ARRAY['PLANNED'::text, 'SENDING'::text, 'SENT'::text, 'FAILED'::text, 'SUPPRESSED'::text, 'BOUNCED'::text, 'HELD'::text]))),
    CONSTRAINT notice_step_check CHECK ((step = ANY (ARRAY['S1'::text, 'S2'::text, 'S3'::text, 'S4'::text, 'S5'::text, 'S6'::text])))
);

COMMENT ON TABLE rinda.notice IS 'Ledger of reminders: once per obligation, step, role and version of the due date.';

COMMENT ON COLUMN rinda.notice.state IS 'PLANNED, SENDING, SENT, FAILED, SUPPRESSED, BOUNCED, or HELD: nobody knows whether it was sent, and a person decides.';

CREATE TABLE rinda.notice_event (
    seq bigint NOT NULL,
    notice bigint NOT NULL,
    at timestamp with time zone DEFAULT rinda.clock() NOT NULL,
    actor name DEFAULT SESSION_USER NOT NULL,
    state text NOT NULL,
    reason text,
    lease bigint
);

COMMENT ON TABLE rinda.notice_event IS 'Every state of every notice; append-only.';

ALTER TABLE rinda.notice_event ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME rinda.notice_event_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE rinda.notice ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME rinda.notice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE rinda.obligation (
    id bigint NOT NULL,
    form rinda.code NOT NULL,
    period rinda.period_code NOT NULL,
    unit rinda.code NOT NULL,
    responsible rinda.code NOT NULL,
    opens_on date NOT NULL,
    due_on date NOT NULL,
    grace_until date NOT NULL,
    due_version integer DEFAULT 1 NOT NULL,
    waived_at timestamp with time zone,
    waived_by name,
    waived_reason text,
    generated_at timestamp with time zone DEFAULT rinda.clock() NOT NULL,
    CONSTRAINT obligation_dates_are_in_order CHECK (((opens_on <= due_on) AND (due_on <= grace_until))),
    CONSTRAINT obligation_due_version_check CHECK ((due_version >= 1)),
    CONSTRAINT obligation_waiver_has_reason CHECK (((num_nulls(waived_at, waived_by, waived_reason) = ANY (ARRAY[0, 3])) AND (waived_reason <> ''::text)))
);

COMMENT ON TABLE rinda.obligation IS 'Who owes which form for which period, by when.';

ALTER TABLE rinda.obligation ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME rinda.obligation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE rinda.observation (
    submission bigint NOT NULL,
    indicator rinda.code NOT NULL,
    value rinda.amount,
    obs_status text NOT NULL,
    basis text,
    denominator rinda.amount,
    CONSTRAINT observation_basis_check CHECK ((basis = ANY (ARRAY['OWN_ONLY'::text, 'INCLUDES_PREDECESSORS'::text]))),
    CONSTRAINT observation_denominator_needs_value CHECK (((denominator IS NULL) OR (value IS NOT NULL))),
    CONSTRAINT observation_obs_status_check CHECK ((obs_status = ANY (ARRAY['A'::text, 'P'::text, 'E'::text, 'B'::text, 'L'::text, 'M'::text, 'J'::text, 'NIL'::text]))),
    CONSTRAINT observation_status_says_if_number CHECK (((value IS NOT NULL) = (obs_status = ANY (ARRAY['A'::text, 'P'::text, 'E'::text, 'B'::text]))))
);

COMMENT ON TABLE rinda.observation IS 'The figures of a submission; append-only.';

CREATE TABLE rinda.plan (
    plan rinda.code NOT NULL,
    name text NOT NULL,
    path_start date NOT NULL,
    target_date date NOT NULL,
    CONSTRAINT plan_name_check CHECK ((name <> ''::text)),
    CONSTRAINT plan_path_lasts CHECK ((target_date > path_start))
);

CREATE TABLE rinda.plan_version (
    plan rinda.code NOT NULL,
    version integer NOT NULL,
    title text NOT NULL,
    approved_on date,
    effective_from date NOT NULL,
    approved_by text NOT NULL,
    technical_only boolean NOT NULL,
    CONSTRAINT plan_version_version_check CHECK ((version >= 0))
);

COMMENT ON TABLE rinda.plan_version IS 'Versions of a plan; an approved one is final.';

CREATE TABLE rinda.queue (
    queue text NOT NULL COLLATE pg_catalog."C",
    paused_at timestamp with time zone,
    paused_by name,
    keep_completed interval DEFAULT '24:00:00'::interval NOT NULL,
    keep_other interval DEFAULT '7 days'::interval NOT NULL,
    CONSTRAINT queue_name CHECK ((queue ~ '^[a-z][a-z0-9_.-]{0,127}$'::text)),
    CONSTRAINT queue_retention CHECK ((((keep_completed >= '00:00:00'::interval) AND (keep_completed <= '90 days'::interval)) AND ((keep_other >= '00:00:00'::interval) AND (keep_other <= '90 days'::interval))))
);

COMMENT ON TABLE rinda.queue IS 'What differs from the defaults for a queue: whether it is paused, and how long its finished jobs stay.';

CREATE TABLE rinda.reminder_opt_out (
    email text NOT NULL,
    reason text NOT NULL,
    declined_at timestamp with time zone DEFAULT rinda.clock() NOT NULL,
    declined_by name DEFAULT SESSION_USER NOT NULL,
    CONSTRAINT reminder_opt_out_email_check CHECK (((email = lower(email)) AND (email ~ '^[^[:space:][:cntrl:]@]+@[^[:space:][:cntrl:]@]+$'::text))),
    CONSTRAINT reminder_opt_out_reason_check CHECK ((reason <> ''::text))
);

COMMENT ON TABLE rinda.reminder_opt_out IS 'Addresses that have declined the courtesies S1 and S2.';

CREATE TABLE rinda.reminder_snooze (
    seq bigint NOT NULL,
    unit rinda.code NOT NULL,
    through date NOT NULL,
    reason text NOT NULL,
    snoozed_at timestamp with time zone DEFAULT rinda.clock() NOT NULL,
    snoozed_by name DEFAULT SESSION_USER NOT NULL,
    CONSTRAINT reminder_snooze_reason_check CHECK ((reason <> ''::text))
);

COMMENT ON TABLE rinda.reminder_snooze IS 'Quiet that was asked for, by unit; the last row of a unit holds; append-only.';

ALTER TABLE rinda.reminder_snooze ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME rinda.reminder_snooze_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE rinda.report (
    id bigint NOT NULL,
    plan rinda.code NOT NULL,
    period rinda.period_code NOT NULL
);

COMMENT ON TABLE rinda.report IS 'A report of a plan for a period.';

ALTER TABLE rinda.report ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME rinda.report_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE rinda.report_revision (
    report bigint NOT NULL,
    revision integer NOT NULL,
    state text DEFAULT 'DRAFT'::text NOT NULL,
    snapshot text COLLATE pg_catalog."C",
    document text,
    digest bytea,
    compiled_by name DEFAULT SESSION_USER NOT NULL,
    compiled_at timestamp with time zone DEFAULT rinda.clock() NOT NULL,
    data_edited_by name,
    approved_by name,
    approved_at timestamp with time zone,
    published_at timestamp with time zone,
    archived_at timestamp with time zone,
    withdrawn_at timestamp with time zone,
    withdrawn_by name,
    reason text,
    superseded_by integer,
    CONSTRAINT report_approved_has_approver CHECK (((state <> ALL (ARRAY['APPROVED'::text, 'PUBLISHED'::text, 'ARCHIVED'::text])) OR (num_nulls(approved_by, approved_at) = 0))),
    CONSTRAINT report_approver_is_not_the_compiler CHECK ((approved_by <> compiled_by)),
    CONSTRAINT report_approver_is_not_the_data_editor CHECK ((approved_by <> data_edited_by)),
    CONSTRAINT report_archived_has_date CHECK (((state <> 'ARCHIVED'::text) OR (archived_at IS NOT NULL))),
    CONSTRAINT report_computed_is_bound CHECK (((state = ANY (ARRAY['DRAFT'::text, 'WITHDRAWN'::text])) OR (num_nulls(snapshot, document, digest) = 0))),
    CONSTRAINT report_revision_check CHECK ((superseded_by > revision)),
    CONSTRAINT report_revision_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT report_revision_revision_check CHECK ((revision >= 1)),
    CONSTRAINT report_revision_state_check CHECK ((state = ANY (ARRAY['DRAFT'::text, 'COMPUTED'::text, 'IN_REVIEW'::text, 'APPROVED'::text, 'PUBLISHED'::text, 'ARCHIVED'::text, 'WITHDRAWN'::text]))),
    CONSTRAINT report_withdrawal_has_reason CHECK (((state <> 'WITHDRAWN'::text) OR ((withdrawn_by IS NOT NULL) AND (reason <> ''::text))))
);

COMMENT ON TABLE rinda.report_revision IS 'Revisions of a report: state, snapshot, document, compiler and approver.';

CREATE TABLE rinda.schedule_default (
    name text NOT NULL COLLATE pg_catalog."C",
    installed_at timestamp with time zone DEFAULT rinda.clock() NOT NULL
);

COMMENT ON TABLE rinda.schedule_default IS 'The names of the schedules that came with the system and were installed.';

CREATE TABLE rinda.scheduler (
    name text NOT NULL,
    version text NOT NULL,
    started_at timestamp with time zone DEFAULT rinda.clock() NOT NULL,
    evaluated_at timestamp with time zone DEFAULT rinda.clock() NOT NULL,
    stopped_at timestamp with time zone
);

COMMENT ON TABLE rinda.scheduler IS 'One row a start of a process that evaluates schedules, and when it last did.';

CREATE TABLE rinda.snapshot (
    hash text NOT NULL COLLATE pg_catalog."C",
    plan rinda.code NOT NULL,
    period rinda.period_code NOT NULL,
    as_of date NOT NULL,
    target_basis text NOT NULL,
    vintage text NOT NULL,
    rules text NOT NULL,
    plan_version integer,
    completeness json NOT NULL,
    region json NOT NULL,
    known_at timestamp with time zone,
    reason text,
    computed_at timestamp with time zone DEFAULT rinda.clock() NOT NULL,
    computed_by name DEFAULT SESSION_USER NOT NULL,
    CONSTRAINT snapshot_completeness_check CHECK ((json_typeof(completeness) = 'object'::text)),
    CONSTRAINT snapshot_hash_check CHECK ((hash ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT snapshot_region_check CHECK ((json_typeof(region) = 'array'::text)),
    CONSTRAINT snapshot_target_basis_check CHECK ((target_basis ~ '^(AT_PERIOD_END|AT_REPORT_DATE|ORIGINAL|FIXED:[0-9]+)$'::text)),
    CONSTRAINT snapshot_vintage_check CHECK ((vintage ~ '^(reported|[0-9]{4}-[0-9]{2}-[0-9]{2})$'::text))
);

COMMENT ON TABLE rinda.snapshot IS 'Figures of a plan and period, immutable under the hash of their inputs.';

CREATE TABLE rinda.snapshot_input (
    inputs bytea NOT NULL,
    part bytea NOT NULL,
    CONSTRAINT snapshot_input_inputs_check CHECK ((octet_length(inputs) = 32))
);

COMMENT ON TABLE rinda.snapshot_input IS 'Which part of a snapshot follows from which inputs; append-only.';

CREATE TABLE rinda.snapshot_part (
    digest bytea NOT NULL,
    unit rinda.code NOT NULL,
    rows json NOT NULL,
    CONSTRAINT snapshot_part_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT snapshot_part_is_its_digest CHECK ((digest = sha256(convert_to((rows)::text, 'UTF8'::name)))),
    CONSTRAINT snapshot_part_rows_check CHECK ((json_typeof(rows) = 'array'::text))
);

COMMENT ON TABLE rinda.snapshot_part IS 'Rows of one unit under the digest of their content, shared by snapshots.';

CREATE TABLE rinda.snapshot_unit (
    snapshot text NOT NULL COLLATE pg_catalog."C",
    unit rinda.code NOT NULL,
    part bytea NOT NULL
);

COMMENT ON TABLE rinda.snapshot_unit IS 'Which part stands for which unit in a snapshot.';

CREATE TABLE rinda.submission (
    id bigint NOT NULL,
    unit rinda.code NOT NULL,
    form rinda.code NOT NULL,
    period rinda.period_code NOT NULL,
    version integer NOT NULL,
    received_at timestamp with time zone NOT NULL,
    status text NOT NULL,
    nil boolean NOT NULL,
    recorded_at timestamp with time zone DEFAULT rinda.clock() NOT NULL,
    recorded_by name DEFAULT SESSION_USER NOT NULL,
    CONSTRAINT submission_received_at_check CHECK (isfinite(received_at)),
    CONSTRAINT submission_status_check CHECK ((status = ANY (ARRAY['RECEIVED'::text, 'ACCEPTED'::text, 'RETURNED'::text]))),
    CONSTRAINT submission_version_check CHECK ((version >= 1))
);

COMMENT ON TABLE rinda.submission IS 'What a unit sent for a form and period, in versions; append-only.';

ALTER TABLE rinda.submission ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME rinda.submission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE rinda.succession (
    predecessor rinda.code NOT NULL,
    successor rinda.code NOT NULL,
    effective_on date NOT NULL,
    share rinda.amount NOT NULL,
    CONSTRAINT succession_is_to_another CHECK (((predecessor)::text <> (successor)::text)),
    CONSTRAINT succession_share_check CHECK ((((share)::numeric > (0)::numeric) AND ((share)::numeric <= (1)::numeric)))
);

COMMENT ON TABLE rinda.succession IS 'Which unit took over which share of another, from which day.';

CREATE TABLE rinda.target (
    plan rinda.code NOT NULL,
    version integer NOT NULL,
    indicator rinda.code NOT NULL,
    unit rinda.code,
    target_date date NOT NULL,
    kind text NOT NULL,
    value rinda.amount,
    baseline rinda.amount,
    CONSTRAINT target_kind_check CHECK ((kind = ANY (ARRAY['FINAL'::text, 'MILESTONE'::text])))
);

COMMENT ON TABLE rinda.target IS 'Targets and milestones of a plan version, per unit or (unit null) for the region.';

CREATE TABLE rinda.test_clock (
    only_row boolean DEFAULT true NOT NULL,
    present timestamp with time zone NOT NULL,
    set_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    rate double precision DEFAULT 0 NOT NULL,
    CONSTRAINT test_clock_is_one_row CHECK (only_row),
    CONSTRAINT test_clock_runs_forward CHECK (((rate >= (0)::double precision) AND (rate < 'Infinity'::double precision)))
);

COMMENT ON TABLE rinda.test_clock IS 'A row here is the clock of everything in this database, which must be marked as a test database.';

CREATE TABLE rinda.test_database (
    only_row boolean DEFAULT true NOT NULL,
    marked_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    marked_by name DEFAULT SESSION_USER NOT NULL,
    reason text NOT NULL,
    CONSTRAINT test_database_is_one_row CHECK (only_row)
);

COMMENT ON TABLE rinda.test_database IS 'A row here marks the database as one for tests: daemons refuse it, and its clock may be set.';

CREATE TABLE rinda.tick (
    schedule text NOT NULL COLLATE pg_catalog."C",
    tick timestamp with time zone NOT NULL,
    outcome text NOT NULL,
    job_id bigint,
    first_tick timestamp with time zone,
    ticks bigint DEFAULT 1 NOT NULL,
    recorded_at timestamp with time zone DEFAULT rinda.clock() NOT NULL,
    recorded_by text NOT NULL,
    CONSTRAINT tick_count CHECK (((ticks >= 1) AND ((ticks = 1) OR (outcome = 'skipped'::text)))),
    CONSTRAINT tick_has_job CHECK (((outcome = 'skipped'::text) = (job_id IS NULL))),
    CONSTRAINT tick_outcome CHECK ((outcome = ANY (ARRAY['enqueued'::text, 'caught_up'::text, 'existing'::text, 'skipped'::text, 'triggered'::text]))),
    CONSTRAINT tick_skipped CHECK (((outcome = 'skipped'::text) = (first_tick IS NOT NULL)))
);

COMMENT ON TABLE rinda.tick IS 'What became of each tick of each schedule; the key is what makes a tick fire once.';

CREATE TABLE rinda.unit (
    code rinda.code NOT NULL
);

COMMENT ON TABLE rinda.unit IS 'Organisation units by code: municipalities, institutions, the region.';

CREATE TABLE rinda.unit_version (
    code rinda.code NOT NULL,
    name text NOT NULL,
    name_gen text NOT NULL,
    name_dat text NOT NULL,
    name_acc text NOT NULL,
    type text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    CONSTRAINT unit_version_lasts CHECK ((valid_to > valid_from)),
    CONSTRAINT unit_version_name_check CHECK ((name <> ''::text)),
    CONSTRAINT unit_version_type_check CHECK ((type = ANY (ARRAY['NOVADS'::text, 'CITY'::text, 'INSTITUTION'::text, 'REGION'::text])))
);

COMMENT ON TABLE rinda.unit_version IS 'Names in four cases, type and validity of a unit; several rows are renamings.';

ALTER TABLE rinda.worker ALTER COLUMN session ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME rinda.worker_session_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY rinda.attempt_log ATTACH PARTITION rinda.attempt_log_later DEFAULT;

ALTER TABLE ONLY rinda.done ATTACH PARTITION rinda.done_later DEFAULT;

ALTER TABLE ONLY rinda.adjustment
    ADD CONSTRAINT adjustment_pkey PRIMARY KEY (plan, indicator, period);

ALTER TABLE ONLY rinda.archive_check
    ADD CONSTRAINT archive_check_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY rinda.archive_record
    ADD CONSTRAINT archive_record_digest_key UNIQUE (digest);

ALTER TABLE ONLY rinda.archive_record
    ADD CONSTRAINT archive_record_once UNIQUE (report, revision);

ALTER TABLE ONLY rinda.archive_record
    ADD CONSTRAINT archive_record_package_key UNIQUE (package);

ALTER TABLE ONLY rinda.archive_record
    ADD CONSTRAINT archive_record_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY rinda.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY rinda.calendar_adoption
    ADD CONSTRAINT calendar_adoption_pkey PRIMARY KEY (unit, year);

ALTER TABLE ONLY rinda.calendar_day
    ADD CONSTRAINT calendar_day_pkey PRIMARY KEY (calendar, date);

ALTER TABLE ONLY rinda.claim
    ADD CONSTRAINT claim_pkey PRIMARY KEY (lease);

ALTER TABLE ONLY rinda.contact
    ADD CONSTRAINT contact_pkey PRIMARY KEY (unit, role, email, valid_from);

ALTER TABLE ONLY rinda.contradiction
    ADD CONSTRAINT contradiction_pkey PRIMARY KEY (plan, indicator, source, value);

ALTER TABLE ONLY rinda.form_indicator
    ADD CONSTRAINT form_indicator_on_one_form UNIQUE (indicator);

ALTER TABLE ONLY rinda.form_indicator
    ADD CONSTRAINT form_indicator_pkey PRIMARY KEY (form, indicator);

ALTER TABLE ONLY rinda.form
    ADD CONSTRAINT form_pkey PRIMARY KEY (form);

ALTER TABLE ONLY rinda.framework_entry
    ADD CONSTRAINT framework_entry_pkey PRIMARY KEY (plan, priority, indicator);

ALTER TABLE ONLY rinda.indicator
    ADD CONSTRAINT indicator_pkey PRIMARY KEY (indicator);

ALTER TABLE ONLY rinda.intake
    ADD CONSTRAINT intake_pkey PRIMARY KEY (submission);

ALTER TABLE ONLY rinda.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (id);

ALTER TABLE ONLY rinda.kind
    ADD CONSTRAINT kind_pkey PRIMARY KEY (kind);

ALTER TABLE ONLY rinda.membership
    ADD CONSTRAINT membership_pkey PRIMARY KEY (plan, unit, role, valid_from);

ALTER TABLE ONLY rinda.notice_event
    ADD CONSTRAINT notice_event_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY rinda.notice
    ADD CONSTRAINT notice_once UNIQUE (obligation, step, role, due_version);

ALTER TABLE ONLY rinda.notice
    ADD CONSTRAINT notice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY rinda.obligation
    ADD CONSTRAINT obligation_key UNIQUE (form, period, unit);

ALTER TABLE ONLY rinda.obligation
    ADD CONSTRAINT obligation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY rinda.observation
    ADD CONSTRAINT observation_pkey PRIMARY KEY (submission, indicator);

ALTER TABLE ONLY rinda.plan
    ADD CONSTRAINT plan_pkey PRIMARY KEY (plan);

ALTER TABLE ONLY rinda.plan_version
    ADD CONSTRAINT plan_version_pkey PRIMARY KEY (plan, version);

ALTER TABLE ONLY rinda.queue
    ADD CONSTRAINT queue_pkey PRIMARY KEY (queue);

ALTER TABLE ONLY rinda.reminder_opt_out
    ADD CONSTRAINT reminder_opt_out_pkey PRIMARY KEY (email);

ALTER TABLE ONLY rinda.reminder_snooze
    ADD CONSTRAINT reminder_snooze_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY rinda.report
    ADD CONSTRAINT report_key UNIQUE (plan, period);

ALTER TABLE ONLY rinda.report
    ADD CONSTRAINT report_pkey PRIMARY KEY (id);

ALTER TABLE ONLY rinda.report_revision
    ADD CONSTRAINT report_revision_pkey PRIMARY KEY (report, revision);

ALTER TABLE ONLY rinda.schedule_default
    ADD CONSTRAINT schedule_default_pkey PRIMARY KEY (name);

ALTER TABLE ONLY rinda.schedule
    ADD CONSTRAINT schedule_pkey PRIMARY KEY (name);

ALTER TABLE ONLY rinda.scheduler
    ADD CONSTRAINT scheduler_pkey PRIMARY KEY (name);

ALTER TABLE ONLY rinda.snapshot_input
    ADD CONSTRAINT snapshot_input_pkey PRIMARY KEY (inputs);

ALTER TABLE ONLY rinda.snapshot_part
    ADD CONSTRAINT snapshot_part_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY rinda.snapshot
    ADD CONSTRAINT snapshot_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY rinda.snapshot_unit
    ADD CONSTRAINT snapshot_unit_pkey PRIMARY KEY (snapshot, unit);

ALTER TABLE ONLY rinda.submission
    ADD CONSTRAINT submission_key UNIQUE (unit, form, period, version);

ALTER TABLE ONLY rinda.submission
    ADD CONSTRAINT submission_pkey PRIMARY KEY (id);

ALTER TABLE ONLY rinda.succession
    ADD CONSTRAINT succession_pkey PRIMARY KEY (predecessor, successor);

ALTER TABLE ONLY rinda.target
    ADD CONSTRAINT target_key UNIQUE NULLS NOT DISTINCT (plan, version, indicator, unit, kind, target_date);

ALTER TABLE ONLY rinda.test_clock
    ADD CONSTRAINT test_clock_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY rinda.test_database
    ADD CONSTRAINT test_database_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY rinda.tick
    ADD CONSTRAINT tick_pkey PRIMARY KEY (schedule, tick);

ALTER TABLE ONLY rinda.unit
    ADD CONSTRAINT unit_pkey PRIMARY KEY (code);

ALTER TABLE ONLY rinda.unit_version
    ADD CONSTRAINT unit_version_pkey PRIMARY KEY (code, valid_from);

ALTER TABLE ONLY rinda.worker
    ADD CONSTRAINT worker_name_key UNIQUE (name);

ALTER TABLE ONLY rinda.worker
    ADD CONSTRAINT worker_pkey PRIMARY KEY (session);

CREATE INDEX adjustment_indicator ON rinda.adjustment USING btree (indicator);

CREATE INDEX archive_check_record ON rinda.archive_check USING btree (record, month);

CREATE INDEX attempt_log_job ON ONLY rinda.attempt_log USING btree (job_id);

CREATE INDEX attempt_log_later_job_id_idx ON rinda.attempt_log_later USING btree (job_id);

CREATE INDEX audit_object ON rinda.audit USING btree (object, seq);

CREATE INDEX contradiction_indicator ON rinda.contradiction USING btree (indicator);

CREATE INDEX done_id ON ONLY rinda.done USING btree (id);

CREATE INDEX done_later_id_idx ON rinda.done_later USING btree (id);

CREATE INDEX framework_entry_indicator ON rinda.framework_entry USING btree (indicator);

CREATE INDEX job_alone ON rinda.job USING btree (queue, priority, id) WHERE (state = 3);

CREATE INDEX job_cancel ON rinda.job USING btree (id) WHERE (cancel_requested_at IS NOT NULL);

CREATE INDEX job_due ON rinda.job USING btree (scheduled_at) WHERE (state = ANY (ARRAY[1, 2]));

CREATE INDEX job_ready ON rinda.job USING btree (queue, priority, id) WHERE (state = 0);

CREATE UNIQUE INDEX job_unique ON rinda.job USING btree (unique_digest) WHERE (unique_digest IS NOT NULL);

CREATE INDEX membership_unit ON rinda.membership USING btree (unit);

CREATE INDEX notice_bounced ON rinda.notice USING btree (recipient) WHERE (state = 'BOUNCED'::text);

CREATE INDEX notice_event_notice ON rinda.notice_event USING btree (notice, seq);

CREATE INDEX notice_message ON rinda.notice USING btree (message_id);

CREATE INDEX notice_planned_for ON rinda.notice USING btree (planned_for);

CREATE INDEX notice_unsettled ON rinda.notice USING btree (state, planned_for) WHERE (state = ANY (ARRAY['PLANNED'::text, 'SENDING'::text, 'FAILED'::text, 'HELD'::text]));

CREATE INDEX obligation_due ON rinda.obligation USING btree (due_on);

CREATE INDEX obligation_unit ON rinda.obligation USING btree (unit);

CREATE UNIQUE INDEX plan_version_approved ON rinda.plan_version USING btree (plan, effective_from) WHERE (approved_on IS NOT NULL);

CREATE INDEX reminder_snooze_unit ON rinda.reminder_snooze USING btree (unit, seq);

CREATE INDEX schedule_evaluate ON rinda.schedule USING btree (evaluate_at) WHERE (evaluate_at IS NOT NULL);

CREATE INDEX snapshot_question ON rinda.snapshot USING btree (plan, period, computed_at);

CREATE INDEX submission_form_period ON rinda.submission USING btree (form, period, unit);

CREATE INDEX succession_successor ON rinda.succession USING btree (successor);

CREATE INDEX target_indicator ON rinda.target USING btree (indicator);

CREATE INDEX target_unit ON rinda.target USING btree (unit);

CREATE INDEX tick_recorded ON rinda.tick USING brin (recorded_at) WITH (autosummarize='on');

CREATE INDEX worker_alive ON rinda.worker USING btree (lease_until) WHERE (stopped_at IS NULL);

ALTER INDEX rinda.attempt_log_job ATTACH PARTITION rinda.attempt_log_later_job_id_idx;

ALTER INDEX rinda.done_id ATTACH PARTITION rinda.done_later_id_idx;

CREATE TRIGGER archive_check_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON rinda.archive_check FOR EACH STATEMENT EXECUTE FUNCTION rinda.refuse_change();

CREATE TRIGGER archive_record_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON rinda.archive_record FOR EACH STATEMENT EXECUTE FUNCTION rinda.refuse_change();

CREATE TRIGGER archive_record_chained BEFORE INSERT ON rinda.archive_record FOR EACH ROW EXECUTE FUNCTION rinda.chain_archive_record();

CREATE TRIGGER audit_actor BEFORE INSERT ON rinda.audit FOR EACH ROW EXECUTE FUNCTION rinda.name_actor();

CREATE TRIGGER audit_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON rinda.audit FOR EACH STATEMENT EXECUTE FUNCTION rinda.refuse_change();

CREATE TRIGGER intake_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON rinda.intake FOR EACH STATEMENT EXECUTE FUNCTION rinda.refuse_change();

CREATE TRIGGER notice_changes BEFORE UPDATE ON rinda.notice FOR EACH ROW EXECUTE FUNCTION rinda.check_notice();

CREATE TRIGGER notice_event_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON rinda.notice_event FOR EACH STATEMENT EXECUTE FUNCTION rinda.refuse_change();

CREATE TRIGGER notice_kept BEFORE DELETE OR TRUNCATE ON rinda.notice FOR EACH STATEMENT EXECUTE FUNCTION rinda.refuse_change();

CREATE TRIGGER notice_recorded AFTER INSERT OR UPDATE ON rinda.notice FOR EACH ROW EXECUTE FUNCTION rinda.record_notice_event();

CREATE TRIGGER observation_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON rinda.observation FOR EACH STATEMENT EXECUTE FUNCTION rinda.refuse_change();

CREATE TRIGGER plan_version_final BEFORE DELETE OR UPDATE ON rinda.plan_version FOR EACH ROW WHEN ((old.approved_on IS NOT NULL)) EXECUTE FUNCTION rinda.refuse_change_of_approved();

CREATE TRIGGER plan_version_kept BEFORE TRUNCATE ON rinda.plan_version FOR EACH STATEMENT EXECUTE FUNCTION rinda.refuse_change();

CREATE TRIGGER reminder_snooze_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON rinda.reminder_snooze FOR EACH STATEMENT EXECUTE FUNCTION rinda.refuse_change();

CREATE TRIGGER report_revision_changes BEFORE UPDATE ON rinda.report_revision FOR EACH ROW EXECUTE FUNCTION rinda.check_report_revision();

CREATE TRIGGER report_revision_compiler BEFORE INSERT ON rinda.report_revision FOR EACH ROW EXECUTE FUNCTION rinda.stamp_compiler();

CREATE TRIGGER report_revision_kept BEFORE DELETE OR TRUNCATE ON rinda.report_revision FOR EACH STATEMENT EXECUTE FUNCTION rinda.refuse_change();

CREATE TRIGGER schedule_changed BEFORE UPDATE OF expression, zone, kind, queue, priority, args, unique_key, policy, catch_up_count, catch_up_seconds, paused_at ON rinda.schedule FOR EACH ROW EXECUTE FUNCTION rinda.schedule_begins_anew();

CREATE TRIGGER snapshot_immutable BEFORE DELETE OR UPDATE OR TRUNCATE ON rinda.snapshot FOR EACH STATEMENT EXECUTE FUNCTION rinda.refuse_change();

CREATE TRIGGER snapshot_input_immutable BEFORE DELETE OR UPDATE OR TRUNCATE ON rinda.snapshot_input FOR EACH STATEMENT EXECUTE FUNCTION rinda.refuse_change();

CREATE TRIGGER snapshot_part_immutable BEFORE DELETE OR UPDATE OR TRUNCATE ON rinda.snapshot_part FOR EACH STATEMENT EXECUTE FUNCTION rinda.refuse_change();

CREATE TRIGGER snapshot_unit_immutable BEFORE DELETE OR UPDATE OR TRUNCATE ON rinda.snapshot_unit FOR EACH STATEMENT EXECUTE FUNCTION rinda.refuse_change();

CREATE TRIGGER submission_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON rinda.submission FOR EACH STATEMENT EXECUTE FUNCTION rinda.refuse_change();

CREATE TRIGGER submission_recorder BEFORE INSERT ON rinda.submission FOR EACH ROW EXECUTE FUNCTION rinda.stamp_recorder();

CREATE TRIGGER succession_inserted AFTER INSERT ON rinda.succession REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION rinda.check_shares();

CREATE TRIGGER succession_updated AFTER UPDATE ON rinda.succession REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION rinda.check_shares();

CREATE TRIGGER target_final BEFORE DELETE OR UPDATE ON rinda.target FOR EACH ROW EXECUTE FUNCTION rinda.refuse_change_of_approved_target();

CREATE TRIGGER target_kept BEFORE TRUNCATE ON rinda.target FOR EACH STATEMENT EXECUTE FUNCTION rinda.refuse_change();

CREATE TRIGGER test_clock_is_installed AFTER INSERT OR DELETE OR TRUNCATE ON rinda.test_clock FOR EACH STATEMENT EXECUTE FUNCTION rinda.install_clock();

CREATE TRIGGER test_database_is_not_in_service BEFORE INSERT ON rinda.test_database FOR EACH ROW EXECUTE FUNCTION rinda.refuse_mark_in_service();

CREATE TRIGGER unit_version_inserted AFTER INSERT ON rinda.unit_version REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION rinda.check_unit_versions();

CREATE TRIGGER unit_version_updated AFTER UPDATE ON rinda.unit_version REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION rinda.check_unit_versions();

ALTER TABLE ONLY rinda.adjustment
    ADD CONSTRAINT adjustment_indicator_fkey FOREIGN KEY (indicator) REFERENCES rinda.indicator(indicator);

ALTER TABLE ONLY rinda.adjustment
    ADD CONSTRAINT adjustment_plan_fkey FOREIGN KEY (plan) REFERENCES rinda.plan(plan);

ALTER TABLE ONLY rinda.archive_check
    ADD CONSTRAINT archive_check_record_fkey FOREIGN KEY (record) REFERENCES rinda.archive_record(seq);

ALTER TABLE ONLY rinda.archive_record
    ADD CONSTRAINT archive_record_report_revision_fkey FOREIGN KEY (report, revision) REFERENCES rinda.report_revision(report, revision);

ALTER TABLE ONLY rinda.archive_record
    ADD CONSTRAINT archive_record_snapshot_fkey FOREIGN KEY (snapshot) REFERENCES rinda.snapshot(hash);

ALTER TABLE ONLY rinda.calendar_adoption
    ADD CONSTRAINT calendar_adoption_unit_fkey FOREIGN KEY (unit) REFERENCES rinda.unit(code);

ALTER TABLE ONLY rinda.contact
    ADD CONSTRAINT contact_unit_fkey FOREIGN KEY (unit) REFERENCES rinda.unit(code);

ALTER TABLE ONLY rinda.contradiction
    ADD CONSTRAINT contradiction_indicator_fkey FOREIGN KEY (indicator) REFERENCES rinda.indicator(indicator);

ALTER TABLE ONLY rinda.contradiction
    ADD CONSTRAINT contradiction_plan_fkey FOREIGN KEY (plan) REFERENCES rinda.plan(plan);

ALTER TABLE ONLY rinda.form_indicator
    ADD CONSTRAINT form_indicator_form_fkey FOREIGN KEY (form) REFERENCES rinda.form(form);

ALTER TABLE ONLY rinda.form_indicator
    ADD CONSTRAINT form_indicator_indicator_fkey FOREIGN KEY (indicator) REFERENCES rinda.indicator(indicator);

ALTER TABLE ONLY rinda.framework_entry
    ADD CONSTRAINT framework_entry_indicator_fkey FOREIGN KEY (indicator) REFERENCES rinda.indicator(indicator);

ALTER TABLE ONLY rinda.framework_entry
    ADD CONSTRAINT framework_entry_plan_fkey FOREIGN KEY (plan) REFERENCES rinda.plan(plan);

ALTER TABLE ONLY rinda.intake
    ADD CONSTRAINT intake_submission_fkey FOREIGN KEY (submission) REFERENCES rinda.submission(id);

ALTER TABLE ONLY rinda.membership
    ADD CONSTRAINT membership_plan_fkey FOREIGN KEY (plan) REFERENCES rinda.plan(plan);

ALTER TABLE ONLY rinda.membership
    ADD CONSTRAINT membership_unit_fkey FOREIGN KEY (unit) REFERENCES rinda.unit(code);

ALTER TABLE ONLY rinda.notice_event
    ADD CONSTRAINT notice_event_notice_fkey FOREIGN KEY (notice) REFERENCES rinda.notice(id);

ALTER TABLE ONLY rinda.notice
    ADD CONSTRAINT notice_obligation_fkey FOREIGN KEY (obligation) REFERENCES rinda.obligation(id);

ALTER TABLE ONLY rinda.obligation
    ADD CONSTRAINT obligation_form_fkey FOREIGN KEY (form) REFERENCES rinda.form(form);

ALTER TABLE ONLY rinda.obligation
    ADD CONSTRAINT obligation_responsible_fkey FOREIGN KEY (responsible) REFERENCES rinda.unit(code);

ALTER TABLE ONLY rinda.obligation
    ADD CONSTRAINT obligation_unit_fkey FOREIGN KEY (unit) REFERENCES rinda.unit(code);

ALTER TABLE ONLY rinda.observation
    ADD CONSTRAINT observation_indicator_fkey FOREIGN KEY (indicator) REFERENCES rinda.indicator(indicator);

ALTER TABLE ONLY rinda.observation
    ADD CONSTRAINT observation_submission_fkey FOREIGN KEY (submission) REFERENCES rinda.submission(id);

ALTER TABLE ONLY rinda.plan_version
    ADD CONSTRAINT plan_version_plan_fkey FOREIGN KEY (plan) REFERENCES rinda.plan(plan);

ALTER TABLE ONLY rinda.reminder_snooze
    ADD CONSTRAINT reminder_snooze_unit_fkey FOREIGN KEY (unit) REFERENCES rinda.unit(code);

ALTER TABLE ONLY rinda.report
    ADD CONSTRAINT report_plan_fkey FOREIGN KEY (plan) REFERENCES rinda.plan(plan);

ALTER TABLE ONLY rinda.report_revision
    ADD CONSTRAINT report_revision_report_fkey FOREIGN KEY (report) REFERENCES rinda.report(id);

ALTER TABLE ONLY rinda.report_revision
    ADD CONSTRAINT report_revision_snapshot_fkey FOREIGN KEY (snapshot) REFERENCES rinda.snapshot(hash);

ALTER TABLE ONLY rinda.snapshot_input
    ADD CONSTRAINT snapshot_input_part_fkey FOREIGN KEY (part) REFERENCES rinda.snapshot_part(digest);

ALTER TABLE ONLY rinda.snapshot
    ADD CONSTRAINT snapshot_plan_fkey FOREIGN KEY (plan) REFERENCES rinda.plan(plan);

ALTER TABLE ONLY rinda.snapshot_unit
    ADD CONSTRAINT snapshot_unit_part_fkey FOREIGN KEY (part) REFERENCES rinda.snapshot_part(digest);

ALTER TABLE ONLY rinda.snapshot_unit
    ADD CONSTRAINT snapshot_unit_snapshot_fkey FOREIGN KEY (snapshot) REFERENCES rinda.snapshot(hash);

ALTER TABLE ONLY rinda.submission
    ADD CONSTRAINT submission_form_fkey FOREIGN KEY (form) REFERENCES rinda.form(form);

ALTER TABLE ONLY rinda.submission
    ADD CONSTRAINT submission_unit_fkey FOREIGN KEY (unit) REFERENCES rinda.unit(code);

ALTER TABLE ONLY rinda.succession
    ADD CONSTRAINT succession_predecessor_fkey FOREIGN KEY (predecessor) REFERENCES rinda.unit(code);

ALTER TABLE ONLY rinda.succession
    ADD CONSTRAINT succession_successor_fkey FOREIGN KEY (successor) REFERENCES rinda.unit(code);

ALTER TABLE ONLY rinda.target
    ADD CONSTRAINT target_indicator_fkey FOREIGN KEY (indicator) REFERENCES rinda.indicator(indicator);

ALTER TABLE ONLY rinda.target
    ADD CONSTRAINT target_plan_version_fkey FOREIGN KEY (plan, version) REFERENCES rinda.plan_version(plan, version) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY rinda.target
    ADD CONSTRAINT target_unit_fkey FOREIGN KEY (unit) REFERENCES rinda.unit(code);

ALTER TABLE ONLY rinda.test_clock
    ADD CONSTRAINT test_clock_is_of_a_test_database FOREIGN KEY (only_row) REFERENCES rinda.test_database(only_row);

ALTER TABLE ONLY rinda.unit_version
    ADD CONSTRAINT unit_version_code_fkey FOREIGN KEY (code) REFERENCES rinda.unit(code);

