import Foundation
import Postgres
import TestSupport
import Testing

@Suite("A database that is marked for tests", .database, .timeLimit(.minutes(2)))
struct TestDatabaseRefusalTests {
    private let system = WorkerSystem()

    @Test(
        "is refused by the daemons, whether or not its clock is set, and its jobs stay",
        arguments: ["rinda-worker", "rinda-scheduler"], [true, false])
    func refused(_ program: String, clockIsSet: Bool) async throws {
        try await system.pool.execute("insert into rinda.test_database (reason) values ('a test of refusals')")
        if clockIsSet { try await system.pool.execute("insert into rinda.test_clock (present) values ('2030-01-01')") }
        let job = try await system.enqueue("{}")
        try await withDaemon(program, environment: system.environment()) { daemon in
            let end = try await daemon.end(within: .seconds(20))
            #expect(end == .exited(1))
            #expect(daemon.log.contains("a test of refusals"))
            #expect(daemon.readyLines.isEmpty)
        }
        #expect(try await system.job(job).state == "available")
        #expect(try await system.pool.query("select from rinda.worker").isEmpty)
    }
}
