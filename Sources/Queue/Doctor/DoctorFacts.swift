package import Postgres

/// Everything that the doctor knows of a database before it judges.
package struct DoctorFacts: Sendable {
    /// The server and this database on it.
    package var server: ServerFacts
    /// Who holds back vacuum, the oldest first.
    package var horizon: [HorizonHolder]
    /// Where the schema stands.
    package var schema: SchemaFacts
    /// The engine's tables; nil where the schema does not allow to read them.
    package var engine: EngineFacts?

    /// Facts in full.
    package init(server: ServerFacts, horizon: [HorizonHolder], schema: SchemaFacts, engine: EngineFacts?) {
        self.server = server
        self.horizon = horizon
        self.schema = schema
        self.engine = engine
    }
}

/// What the engine's own tables say.
package struct EngineFacts: Sendable {
    /// Space and vacuum of the tables that change most.
    package var storage: StorageFacts
    /// Workers and their leases.
    package var workers: WorkerFacts
    /// What waits, by kind and queue.
    package var waiting: [WaitingJobs]
    /// Kinds with jobs in trouble.
    package var troubled: [TroubledKind]
    /// Schedules and schedulers.
    package var schedules: ScheduleFacts
    /// The partitions of history.
    package var history: HistoryFacts

    /// Facts in full.
    package init(
        storage: StorageFacts, workers: WorkerFacts, waiting: [WaitingJobs], troubled: [TroubledKind],
        schedules: ScheduleFacts, history: HistoryFacts
    ) {
        self.storage = storage
        self.workers = workers
        self.waiting = waiting
        self.troubled = troubled
        self.schedules = schedules
        self.history = history
    }
}

/// Where the schema of the database stands against the program that asks. Known to whoever has the migrations.
package struct SchemaFacts: Sendable, Hashable {
    /// How many migrations the database has had that the program knows.
    package var applied: Int
    /// The titles of those still to apply.
    package var pending: [String]
    /// The titles of those of a newer program.
    package var newer: [String]
    /// Why the program cannot work with the schema, if it cannot.
    package var obstacle: String?

    /// A schema's standing in full.
    package init(applied: Int, pending: [String], newer: [String], obstacle: String?) {
        self.applied = applied
        self.pending = pending
        self.newer = newer
        self.obstacle = obstacle
    }
}

/// Reads everything, one statement a group, each with a snapshot of its own: the doctor pins no horizon itself.
package func doctorFacts(
    schema: SchemaFacts, on session: inout some Querying & ~Copyable
) async throws -> DoctorFacts {
    let server = try await serverFacts(on: &session)
    let horizon = try await horizonHolders(on: &session)
    guard schema.obstacle == nil else {
        return DoctorFacts(server: server, horizon: horizon, schema: schema, engine: nil)
    }
    let engine = EngineFacts(
        storage: try await storageFacts(on: &session), workers: try await workerFacts(on: &session),
        waiting: try await waitingJobs(on: &session), troubled: try await troubledKinds(on: &session),
        schedules: try await scheduleFacts(on: &session), history: try await historyFacts(on: &session))
    return DoctorFacts(server: server, horizon: horizon, schema: schema, engine: engine)
}
