-- A clock that tests set. Nothing of it can come into use by accident:
--
--  * the database has to be marked as a test database first, by a row of its owner, and that is refused while a worker
--    or scheduler serves it;
--  * the daemons refuse a marked database, whether or not its clock is set;
--  * as long as there is no row in rinda.test_clock, rinda.clock() is what the foundation made it, and costs nothing.

create table rinda.test_database (
    only_row    boolean primary key default true,
    marked_at   timestamptz not null default clock_timestamp(),
    marked_by   name not null default session_user,
    reason      text not null,
    constraint test_database_is_one_row check (only_row)
);

comment on table rinda.test_database is 'A row here marks the database as one for tests: daemons refuse it, and its clock may be set.';

create function rinda.refuse_mark_in_service() returns trigger
language plpgsql as $$
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

create trigger test_database_is_not_in_service before insert on rinda.test_database
    for each row execute function rinda.refuse_mark_in_service();

create table rinda.test_clock (
    only_row    boolean primary key default true,
    -- The present as of set_at, the server's own time.
    present     timestamptz not null,
    set_at      timestamptz not null default clock_timestamp(),
    -- How many seconds pass in one: 0 stands still, 1 runs with the server's clock.
    rate        double precision not null default 0,
    constraint test_clock_is_one_row check (only_row),
    constraint test_clock_runs_forward check (rate >= 0 and rate < 'infinity'),
    constraint test_clock_is_of_a_test_database foreign key (only_row) references rinda.test_database (only_row)
);

comment on table rinda.test_clock is 'A row here is the clock of everything in this database, which must be marked as a test database.';

-- Puts the clock that belongs there in the place of rinda.clock(): the test clock's while its row stands, the server's
-- otherwise. Only the owner of the function can replace it, so only the owner can set the clock. Changing the row does
-- not pass here: it is read each time.
create function rinda.install_clock() returns trigger
language plpgsql as $$
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

create trigger test_clock_is_installed after insert or delete or truncate on rinda.test_clock
    for each statement execute function rinda.install_clock();
