import ChaosHistory
import Foundation
import Postgres
import Synchronization

/// Looks from outside, again and again: a job whose lease has run out is rescued while something lives that can do it,
/// and every job stands in one row.
///
/// The promise is five seconds. Here faults hit the rescuers too, several at a time, so that twice as long is allowed,
/// and only time counts in which the server answered.
final class Watch: Sendable {
    private static let patience = 10.0

    private let server: Server
    private let found = Mutex<[Int64: Violation]>([:])
    private let isOver = Mutex(false)

    init(_ server: Server) {
        self.server = server
    }

    var violations: [Violation] { found.withLock { Array($0.values) } }

    func stop() { isOver.withLock { $0 = true } }

    func run() async {
        var upSince = ContinuousClock.now
        while !isOver.withLock({ $0 }) {
            do {
                var connection = try await Connection.connect(server.settings)
                while !isOver.withLock({ $0 }) {
                    try await look(on: &connection, upFor: (ContinuousClock.now - upSince) / .seconds(1))
                    try await Task.sleep(for: .milliseconds(500))
                }
                connection.close()
            } catch {
                try? await Task.sleep(for: .milliseconds(200))
                upSince = .now
            }
        }
    }

    private func look(on connection: inout Connection, upFor seconds: Double) async throws {
        let doubles = try await connection.query(
            "select id, count(*) from rinda.jobs where id > (select max(id) - 500 from rinda.jobs) group by id having count(*) > 1"
        )
        for row in doubles {
            let id = try row.decode(0, as: Int64.self)
            note(id, Violation(.overlap, "job \(id) stands in more than one row of one snapshot"))
        }
        guard seconds > Self.patience else { return }
        let late = try await connection.query(
            """
            select id, lease, extract(epoch from clock_timestamp() - lease_until)::double precision
              from rinda.jobs
             where state = 'running' and lease_until < clock_timestamp() - make_interval(secs => \(Self.patience))
            """)
        for row in late {
            let id = try row.decode(0, as: Int64.self)
            let lease = try row.decode(1, as: Int64.self)
            let since = try row.decode(2, as: Double.self)
            note(id, Violation(.notRescued, "job \(id) runs \(since) s past the end of lease \(lease)"))
        }
    }

    private func note(_ id: Int64, _ violation: Violation) {
        found.withLock { if $0[id] == nil { $0[id] = violation } }
    }
}
