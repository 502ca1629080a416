import Civil
package import Postgres

/// Puts many jobs into their queues, in the caller's transaction: one statement for all, or bounded ones where they are
/// very many or their arguments large. The answers stand in the jobs' order; what `enqueue`
/// says of one job holds for each, as if they had been enqueued one after the other.
///
/// - Throws: `PostgresError`; SQLSTATE 22023 names a value that is not well-formed, and nothing is enqueued then.
package func enqueue(
    _ jobs: [EnqueueRequest], in transaction: inout Transaction
) async throws -> [EnqueueAnswer] {
    var answers: [EnqueueAnswer] = []
    answers.reserveCapacity(jobs.count)
    for chunk in chunks(of: jobs) {
        answers += try await enqueueChunk(chunk, in: &transaction)
    }
    return answers
}

/// The most jobs of one statement.
private let mostJobs = 100_000
/// The most bytes of arguments and metadata of one statement, well below the server's limit for a message.
private let mostBytes = 64 << 20

/// Cuts jobs into stretches that can go in one statement.
private func chunks(of jobs: [EnqueueRequest]) -> [ArraySlice<EnqueueRequest>] {
    var chunks: [ArraySlice<EnqueueRequest>] = []
    var start = jobs.startIndex
    var bytes = 0
    for (index, job) in jobs.enumerated() {
        let size = job.args.text.utf8.count + job.metadata.text.utf8.count
        let isFull = index - start >= mostJobs || bytes + size > mostBytes
        if index > start, isFull {
            chunks.append(jobs[start..<index])
            start = index
            bytes = 0
        }
        bytes += size
    }
    if start < jobs.endIndex { chunks.append(jobs[start...]) }
    return chunks
}

private func enqueueChunk(
    _ jobs: ArraySlice<EnqueueRequest>, in transaction: inout Transaction
) async throws -> [EnqueueAnswer] {
    let rows = try await transaction.query(
        """
        select job_ids, outcomes, states
          from rinda.enqueue_many(
                   \(jobs.map(\.kind)), \(jobs.map(\.args)), \(column(jobs, \.queue)),
                   \(column(jobs) { $0.priority.map(Int32.init(clamping:)) }), \(column(jobs, \.scheduledAt)),
                   \(column(jobs, \.uniqueKey)), \(column(jobs) { $0.maxAttempts.map(Int32.init(clamping:)) }),
                   \(column(jobs) { $0.tags.isEmpty ? nil : arrayText($0.tags) }),
                   \(column(jobs) { $0.metadata.text == "{}" ? nil : $0.metadata }),
                   \(column(jobs) { $0.onConflict == .keep ? nil : $0.onConflict.rawValue }.map { $0.map { $0 ?? "keep" } }))
        """)
    guard let row = rows.first else {
        throw QueueError(.protocolViolation, "rinda.enqueue_many answered nothing")
    }
    let ids = try row.decode(0, as: [Int64].self)
    let outcomes = try row.decode(1, as: [String].self)
    let states = try row.decode(2, as: [String].self)
    guard ids.count == jobs.count, outcomes.count == jobs.count, states.count == jobs.count else {
        throw QueueError(.protocolViolation, "rinda.enqueue_many answered \(ids.count) of \(jobs.count) jobs")
    }
    return try ids.indices.map { index in
        guard let outcome = EnqueueAnswer.Outcome(rawValue: outcomes[index]),
            let state = JobState(rawValue: states[index])
        else {
            throw QueueError(.protocolViolation, "rinda.enqueue_many answered \(outcomes[index]), \(states[index])")
        }
        return EnqueueAnswer(jobID: ids[index], outcome: outcome, state: state)
    }
}

/// A value of each job, or nil where none has it: an array that is not there costs nothing.
private func column<Value>(_ jobs: ArraySlice<EnqueueRequest>, _ value: (EnqueueRequest) -> Value?) -> [Value?]? {
    var column: [Value?]?
    for (index, job) in jobs.enumerated() {
        guard let value = value(job) else { continue }
        if column == nil { column = Array(repeating: nil, count: jobs.count) }
        column?[index] = value
    }
    return column
}

/// An array of texts as PostgreSQL reads it: arrays of arrays of different lengths do not exist there.
func arrayText(_ texts: [String]) -> String {
    let quoted = texts.map { text in
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
    return "{" + quoted.joined(separator: ",") + "}"
}

/// How many jobs of a bulk were inserted, found and replaced.
package struct EnqueueCounts: Sendable, Hashable {
    /// New jobs.
    package var inserted = 0
    /// Jobs whose key was taken.
    package var existing = 0
    /// Waiting jobs that were given new values.
    package var replaced = 0
}

/// Puts any number of jobs into their queues by COPY, in the caller's transaction: they are never all in memory, neither
/// here nor there. The rules are those of `enqueue`; the answer only counts.
///
/// The rows go to a temporary table first, since COPY itself knows no conflicts, and from there in stretches through
/// `rinda.enqueue_many`.
/// - Throws: `PostgresError`; SQLSTATE 22023 names a value that is not well-formed, and nothing is enqueued then.
package func enqueueByCopy(
    _ jobs: some Sequence<EnqueueRequest>, onConflict: EnqueueRequest.Conflict = .keep,
    in transaction: inout Transaction
) async throws -> EnqueueCounts {
    try await transaction.executeScript(
        """
        drop table if exists pg_temp.rinda_incoming;
        create temp table rinda_incoming (
            place bigint generated always as identity, kind text, args jsonb, queue text, priority integer,
            scheduled_at timestamptz, unique_key text, max_attempts integer, tags text, metadata jsonb
        ) on commit drop;
        """)
    let copy = """
        copy pg_temp.rinda_incoming (kind, args, queue, priority, scheduled_at, unique_key, max_attempts, tags, metadata)
        from stdin
        """
    try await transaction.copyIn(copy) { writer in
        for job in jobs {
            try await writer.writeRow([
                job.kind, job.args.text, job.queue, job.priority.map { "\($0)" }, job.scheduledAt.map { "\($0)" },
                job.uniqueKey, job.maxAttempts.map { "\($0)" }, job.tags.isEmpty ? nil : arrayText(job.tags),
                job.metadata.text,
            ])
        }
    }
    let rows = try await transaction.query(
        """
        select o.outcome, count(*)
          from (select array_agg(i.kind order by i.place) as kinds, array_agg(i.args order by i.place) as args,
                       array_agg(i.queue order by i.place) as queues,
                       array_agg(i.priority order by i.place) as priorities,
                       array_agg(i.scheduled_at order by i.place) as scheduled_at,
                       array_agg(i.unique_key order by i.place) as unique_keys,
                       array_agg(i.max_attempts order by i.place) as max_attempts,
                       array_agg(i.tags order by i.place) as tags,
                       array_agg(i.metadata order by i.place) as metadata
                  from pg_temp.rinda_incoming i group by (i.place - 1) / 10000 order by (i.place - 1) / 10000) c
         cross join lateral rinda.enqueue_many(c.kinds, c.args, c.queues, c.priorities, c.scheduled_at, c.unique_keys,
                                               c.max_attempts, c.tags, c.metadata,
                                               array_fill(\(onConflict.rawValue)::text, array[cardinality(c.kinds)])) e
         cross join lateral unnest(e.outcomes) as o(outcome)
         group by o.outcome
        """)
    try await transaction.execute("drop table pg_temp.rinda_incoming")
    var counts = EnqueueCounts()
    for row in rows {
        let count = Int(try row.decode(1, as: Int64.self))
        switch EnqueueAnswer.Outcome(rawValue: try row.decode(0, as: String.self)) {
        case .inserted: counts.inserted = count
        case .existing: counts.existing = count
        case .replaced: counts.replaced = count
        case nil: throw QueueError(.protocolViolation, "rinda.enqueue_many answered an unknown outcome")
        }
    }
    return counts
}
