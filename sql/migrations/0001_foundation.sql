-- The schema and the audit trail: who did what, when and why. Every act that changes something writes here, in its
-- own transaction, so that the act and its record commit together.

create schema if not exists rinda;

-- What time it is: the one clock that decides when. Inlined into whatever calls it, so that it costs what
-- clock_timestamp() costs; a test may put another clock in its place (0007_test_clock.sql). The audit trail and the
-- measured offset of a worker's clock are not a matter of when, and keep to the server's own.
create function rinda.clock() returns timestamptz
language sql volatile parallel safe
return clock_timestamp();

comment on function rinda.clock is 'The present. Everything that is decided by time goes by it.';

create table rinda.audit (
    seq     bigint generated always as identity primary key,
    at      timestamptz not null default clock_timestamp(),
    -- The database's own word for who is connected: never an option that someone types.
    actor   name not null default session_user,
    action  text not null,
    object  text not null,
    reason  text,
    before  jsonb,
    after   jsonb
);

comment on table rinda.audit is 'Append-only record of administrative acts; the actor is the database''s session_user.';

create index audit_object on rinda.audit (object, seq);

create function rinda.refuse_change() returns trigger
language plpgsql as $$
begin
    raise exception using
        errcode = 'insufficient_privilege',
        message = format('%I.%I is append-only: %s is refused', tg_table_schema, tg_table_name, lower(tg_op)),
        hint = 'Record a correction as a new row.';
end
$$;

comment on function rinda.refuse_change() is 'Trigger of append-only tables: refuses UPDATE, DELETE and TRUNCATE.';

-- A trigger and not a check: a check would refuse the rows of others when a dump is restored.
create function rinda.name_actor() returns trigger
language plpgsql as $$
begin
    new.actor := session_user;
    return new;
end
$$;

comment on function rinda.name_actor() is 'Trigger of the audit trail: whatever an insert says, the actor is who is connected.';

create trigger audit_actor before insert on rinda.audit
    for each row execute function rinda.name_actor();

create trigger audit_append_only before update or delete or truncate on rinda.audit
    for each statement execute function rinda.refuse_change();
