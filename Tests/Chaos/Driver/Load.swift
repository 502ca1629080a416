import ChaosHistory
import Foundation
import Postgres
import Synchronization

/// Programs that enqueue jobs and now and then cancel one, straight to the server.
final class Load: Sendable {
    private let server: Server
    private let acknowledgedIDs = Mutex<[Int64]>([])
    private let isOver = Mutex(false)

    init(_ server: Server) {
        self.server = server
    }

    /// The jobs whose enqueue was answered after its commit.
    var acknowledged: [Int64] { acknowledgedIDs.withLock { $0 } }

    func stop() { isOver.withLock { $0 = true } }

    /// Enqueues until told to stop.
    func run(seed: UInt64) async {
        var dice = Dice(seed)
        while !isOver.withLock({ $0 }) {
            do {
                var connection = try await Connection.connect(server.settings)
                while !isOver.withLock({ $0 }) {
                    try await act(&dice, on: &connection)
                    try await Task.sleep(for: .milliseconds(10 + dice.roll(40)))
                }
                connection.close()
            } catch {
                try? await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    private func act(_ dice: inout Dice, on connection: inout Connection) async throws {
        if dice.roll(60) == 0, let id = dice.pick(acknowledged.suffix(50)) {
            try await connection.execute("select rinda.cancel(\(id))")
            return
        }
        let fails = dice.roll(12) == 0 ? 1 + dice.roll(2) : 0
        let crashes = dice.roll(250) == 0 ? 1 + dice.roll(4) : 0
        // Some run for longer than a lease, so that a process that was paused finds them running elsewhere.
        let sleep = dice.roll(8) == 0 ? dice.roll(4_500) : dice.roll(30)
        let args = JSON(
            "{\"sleep_ms\": \(sleep), \"effect\": true, "
                + "\"fail_times\": \(fails), \"crash_times\": \(crashes)}")
        let key: String? = dice.roll(5) == 0 ? "k\(dice.roll(30))" : nil
        let priority = Int32(dice.roll(5) - 2)
        let count = dice.roll(10) == 0 ? 10 : 1
        if count == 1 {
            let rows = try await connection.query(
                "select job_id from rinda.enqueue('diagnostic', \(args), priority => \(priority), unique_key => \(key))"
            )
            note([try rows[0].decode(0, as: Int64.self)])
        } else {
            let rows = try await connection.query(
                """
                select job_ids from rinda.enqueue_many(\(Array(repeating: "diagnostic", count: count)),
                                                       \(Array(repeating: args, count: count)))
                """)
            note(try rows[0].decode(0, as: [Int64].self))
        }
    }

    private func note(_ ids: [Int64]) { acknowledgedIDs.withLock { $0 += ids } }
}
