package import Civil
package import Postgres

/// The workers, and what stands under leases that have run out.
package struct WorkerFacts: Sendable, Hashable {
    /// A worker that lives: its lease holds.
    package struct Live: Sendable, Hashable {
        /// `HOST:PID:…`.
        package var name: String
        /// Its program's version.
        package var version: String
        /// How far its clock is ahead of the database's; negative where behind.
        package var clockOffset: Duration

        /// A worker in full.
        package init(name: String, version: String, clockOffset: Duration) {
            self.name = name
            self.version = version
            self.clockOffset = clockOffset
        }
    }

    /// A worker whose lease has run out while it holds jobs.
    package struct Expired: Sendable, Hashable {
        /// `HOST:PID:…`.
        package var name: String
        /// When its lease ended.
        package var leaseUntil: Timestamp
        /// How long ago that is.
        package var past: Duration
        /// The jobs that it still holds.
        package var jobs: Int64

        /// A worker in full.
        package init(name: String, leaseUntil: Timestamp, past: Duration, jobs: Int64) {
            self.name = name
            self.leaseUntil = leaseUntil
            self.past = past
            self.jobs = jobs
        }
    }

    /// Those that live.
    package var live: [Live]
    /// Those that are gone and hold jobs, the longest gone first.
    package var expired: [Expired]

    /// Facts in full.
    package init(live: [Live], expired: [Expired]) {
        self.live = live
        self.expired = expired
    }
}

/// Reads the workers. Index: `worker_alive`; claims are few.
package func workerFacts(on session: inout some Querying & ~Copyable) async throws -> WorkerFacts {
    let live = try await session.query(
        """
        select w.name, w.version, w.clock_offset_seconds
          from rinda.worker w
         where w.stopped_at is null and w.lease_until > rinda.clock()
         order by w.name
        """
    ).map { row in
        WorkerFacts.Live(
            name: try row.decode(0, as: String.self), version: try row.decode(1, as: String.self),
            clockOffset: .seconds(try row.decode(2, as: Double.self)))
    }
    // A claim may still name jobs that have left.
    let expired = try await session.query(
        """
        select w.name, w.lease_until, extract(epoch from rinda.clock() - w.lease_until)::float8, count(j.id)
          from rinda.claim c
          join rinda.worker w on w.session = c.session
         cross join lateral unnest(c.ids) as held(id)
          join rinda.job j on j.id = held.id
         where w.lease_until <= rinda.clock()
         group by w.name, w.lease_until
         order by w.lease_until
        """
    ).map { row in
        WorkerFacts.Expired(
            name: try row.decode(0, as: String.self), leaseUntil: try row.decode(1, as: Timestamp.self),
            past: .seconds(try row.decode(2, as: Double.self)), jobs: try row.decode(3, as: Int64.self))
    }
    return WorkerFacts(live: live, expired: expired)
}
