import Foundation
package import Postgres

/// One attempt's decision on its way to the database.
package struct SettleRequest: Sendable {
    /// The job.
    package let id: Int64
    /// The attempt's lease.
    package let lease: Int64
    /// What becomes of the job.
    package let settlement: Settlement

    /// A decision about the attempt of a job under a lease.
    package init(id: Int64, lease: Int64, settlement: Settlement) {
        self.id = id
        self.lease = lease
        self.settlement = settlement
    }
}

/// Writes what became of attempts: one statement a batch, each job joined on its lease. Answers the jobs that were
/// settled; the others were stale: their lease no longer held them.
///
/// Completions go by `rinda.complete`, everything else by `rinda.settle`; both move final jobs from `rinda.job` to
/// `rinda.done` in the statement that fences them.
/// - Parameters:
///   - requests: the decisions; a job at most once.
///   - closed: leases of which nothing is left after this; their rows go.
package func settle(
    _ requests: [SettleRequest], closed: [Int64], on connection: inout some Querying & ~Copyable
) async throws -> Set<Int64> {
    let plain = requests.filter { $0.settlement.verdict == .completed }
    let others = requests.filter { $0.settlement.verdict != .completed }
    var settled = Set<Int64>(minimumCapacity: requests.count)
    if !plain.isEmpty || others.isEmpty {
        let outputs = plain.contains { $0.settlement.output != nil } ? plain.map(\.settlement.output) : []
        let rows = try await connection.query(
            """
            select complete from rinda.complete(\(plain.map(\.id)), \(plain.map(\.lease)), \(outputs),
                                                \(others.isEmpty ? closed : []))
            """)
        for row in rows { settled.insert(try row.decode(0, as: Int64.self)) }
    }
    if !others.isEmpty {
        let rows = try await connection.query(
            """
            select settle
              from rinda.settle(\(others.map(\.id)), \(others.map(\.lease)), \(others.map(\.settlement.verdict.rawValue)),
                                \(others.map { $0.settlement.delay / .seconds(1) }),
                                \(others.map { errorJSON($0.settlement) }), \(others.map(\.settlement.output)), \(closed))
            """)
        for row in rows { settled.insert(try row.decode(0, as: Int64.self)) }
    }
    return settled
}

/// The longest message that is kept of a failure, in characters: an error is for reading, not for storing.
let longestErrorMessage = 4_000

/// What goes into a job's `errors`; the database adds the time, attempt and lease.
private func errorJSON(_ settlement: Settlement) -> JSON? {
    guard let reason = settlement.reason else { return nil }
    let message = String((settlement.message ?? "").prefix(longestErrorMessage)).replacing("\0", with: "\u{FFFD}")
    let body = ["reason": reason.rawValue, "message": message]
    let data = (try? JSONEncoder().encode(body)) ?? Data("{}".utf8)
    return JSON(String(decoding: data, as: UTF8.self))
}
