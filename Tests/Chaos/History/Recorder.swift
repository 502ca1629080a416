package import Postgres

/// Records what happens to jobs in a database of a test's own, by triggers that write each event in the transaction that
/// makes it happen: what is rolled back leaves nothing, what is committed cannot be without it.
package enum Recorder {
    /// Puts the triggers into a migrated database.
    package static func install(on connection: inout some Querying & ~Copyable) async throws {
        try await connection.executeScript(script)
    }

    /// Takes the engine's fence away: settles go by what the worker says alone. What checks histories must find it out.
    package static func removeFence(on connection: inout some Querying & ~Copyable) async throws {
        try await connection.executeScript(
            """
            create or replace function rinda.held(p_ids bigint[], p_leases bigint[])
            returns table (id bigint, lease bigint, session bigint, claimed_at timestamptz)
            language sql volatile rows 1000 as $$
                select a.id, a.lease, 0::bigint, clock_timestamp() from unnest(p_ids, p_leases) as a(id, lease)
            $$
            """)
    }

    /// Lets every lease run out long before its process believes so, as after a jump of the server's clock: processes
    /// that are alive lose their jobs to others all the time, and only the fence keeps them from writing.
    package static func expireEarly(on connection: inout some Querying & ~Copyable) async throws {
        try await connection.executeScript(
            """
            create function rinda_history.early() returns trigger language plpgsql as $$
            begin
                new.lease_until := least(new.lease_until, clock_timestamp() + interval '400 ms');
                return new;
            end $$;
            create trigger early before insert or update on rinda.worker
                for each row execute function rinda_history.early();
            """)
    }

    /// Ends what `expireEarly` began.
    package static func expireInTime(on connection: inout some Querying & ~Copyable) async throws {
        try await connection.executeScript("drop trigger early on rinda.worker")
    }

    /// Reads the history on from an event, in order, up to a number of events.
    package static func read(
        after number: Int64, limit: Int = 20_000, on connection: inout some Querying & ~Copyable
    ) async throws -> [Event] {
        try await connection.query(
            """
            select number, transaction::text, kind, coalesce(job, 0), lease, coalesce(jobs, '{}'), state,
                   coalesce(attempt, 0), coalesce(crashes, 0), coalesce(in_time, true)
              from rinda_history.event where number > \(number) order by number limit \(limit)
            """
        ).map { row in
            let word = try row.decode(2, as: String.self)
            guard let kind = Event.Kind(rawValue: word),
                let transaction = UInt64(try row.decode(1, as: String.self))
            else { throw UnknownEvent(description: "the history holds the event \(word)") }
            return Event(
                number: try row.decode(0, as: Int64.self), transaction: transaction, kind: kind,
                job: try row.decode(3, as: Int64.self), lease: try row.decode(4, as: Int64?.self),
                jobs: try row.decode(5, as: [Int64].self), state: try row.decode(6, as: String?.self),
                attempt: Int(try row.decode(7, as: Int32.self)), crashes: Int(try row.decode(8, as: Int32.self)),
                inTime: try row.decode(9, as: Bool.self))
        }
    }

    private struct UnknownEvent: Error, CustomStringConvertible {
        let description: String
    }

    /// The number of an event is drawn while its transaction runs. Of two events of one job the later one's transaction
    /// had to see the earlier one's (or wait for its lock), so that the numbers of one job's events are in order.
    private static let script = """
        create schema rinda_history;
        create table rinda_history.event (
            number bigint generated always as identity primary key,
            at timestamptz not null default clock_timestamp(),
            transaction xid8 not null default pg_current_xact_id(),
            kind text not null, job bigint, lease bigint, jobs bigint[], state text, attempt integer, crashes integer,
            in_time boolean
        );

        create function rinda_history.on_claim() returns trigger language plpgsql as $$
        begin
            if tg_op = 'INSERT' then
                insert into rinda_history.event (kind, lease, job, jobs) values ('claim', new.lease, new.session, new.ids);
            elsif tg_op = 'DELETE' then
                insert into rinda_history.event (kind, lease, jobs) values ('drop', old.lease, old.ids);
            else
                insert into rinda_history.event (kind, lease, jobs)
                select 'release', new.lease, array(select unnest(old.ids) except select unnest(new.ids));
            end if;
            return null;
        end $$;
        create trigger history after insert or update or delete on rinda.claim
            for each row execute function rinda_history.on_claim();

        create function rinda_history.on_job() returns trigger language plpgsql as $$
        begin
            if tg_op = 'INSERT' then
                insert into rinda_history.event (kind, job) values ('enqueue', new.id);
            elsif (new.attempt, new.crashes) is distinct from (old.attempt, old.crashes) then
                insert into rinda_history.event (kind, job, lease, attempt, crashes)
                values ('change', new.id, new.lease, new.attempt, new.crashes);
            end if;
            return null;
        end $$;
        create trigger history after insert or update on rinda.job
            for each row execute function rinda_history.on_job();

        create function rinda_history.on_done() returns trigger language plpgsql as $$
        begin
            if tg_op = 'DELETE' then
                insert into rinda_history.event (kind, job) values ('unfinal', old.id);
            else
                insert into rinda_history.event (kind, job, lease, state, attempt, crashes)
                values (case tg_op when 'INSERT' then 'final' else 'tamper' end, new.id, new.lease, new.state, new.attempt,
                        new.crashes);
            end if;
            return null;
        end $$;
        create trigger history after insert or update or delete on rinda.done
            for each row execute function rinda_history.on_done();

        create function rinda_history.on_effect() returns trigger language plpgsql as $$
        begin
            insert into rinda_history.event (kind, job, lease) values ('effect', new.job_id, new.lease);
            return null;
        end $$;
        create trigger history after insert on rinda.diagnostic_effect
            for each row execute function rinda_history.on_effect();

        create function rinda_history.on_renewal() returns trigger language plpgsql as $$
        begin
            insert into rinda_history.event (kind, job, in_time)
            values ('renew', new.session, new.seen_at < old.lease_until + interval '100 ms');
            return null;
        end $$;
        create trigger history after update of seen_at on rinda.worker
            for each row when (new.lease_until > old.lease_until) execute function rinda_history.on_renewal();
        """
}
