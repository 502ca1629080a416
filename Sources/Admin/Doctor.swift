import ArgumentParser
import Migrations
import Postgres
import Queue

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says what is wrong with the database and the processes, and what to do.",
        discussion: """
            Changes nothing. Looks at who holds back vacuum, dead rows and bloat, autovacuum, connections, the \
            notification queue, workers and their clocks and leases, jobs that nobody can run, paused queues, how long \
            jobs wait, schedules, partitions of history, and migrations.

            Exit codes: 0 nothing is wrong; 3 warnings; 4 at least one critical finding; 1 the database cannot be asked; \
            69 it cannot be reached.
            """)

    @Flag(help: "Print JSON.")
    var json = false
    @Flag(help: "Print only what is wrong.")
    var quiet = false

    func run() async throws {
        try await Desk.reporting {
            let desk = try Desk.open()
            let facts = try await desk.pool.withConnection { connection in
                let schema = try await schemaFacts(on: &connection)
                return try await doctorFacts(schema: schema, on: &connection)
            }
            let findings = diagnose(facts)
            let told = quiet ? findings.filter { $0.severity > .ok } : findings
            print(json ? Self.json(told, facts) : Self.text(told))
            switch overallSeverity(findings) {
            case .ok: break
            case .warning: throw ExitCode(3)
            case .critical: throw ExitCode(4)
            }
        }
    }

    /// Where the schema stands against the migrations of this program.
    private func schemaFacts(on connection: inout Connection) async throws -> SchemaFacts {
        let migrator = Migrator(Migrations.all)
        let status = try await migrator.status(on: &connection)
        var obstacle: String?
        do {
            try await migrator.check(on: &connection)
        } catch {
            switch error.code {
            case .schemaMissing, .schemaTooOld, .schemaTooNew, .migrationChanged, .migrationGap:
                obstacle = error.message
            default: throw error
            }
        }
        return SchemaFacts(
            applied: status.count { $0.isKnown && $0.applied != nil },
            pending: status.filter { $0.isKnown && $0.applied == nil }.map(\.title),
            newer: status.filter { !$0.isKnown }.map(\.title), obstacle: obstacle)
    }

    private static func text(_ findings: [Finding]) -> String {
        var lines: [String] = []
        for finding in findings {
            let mark = finding.severity == .ok ? "ok      " : finding.severity == .warning ? "WARNING " : "CRITICAL"
            lines.append("\(mark)  \(finding.code.rawValue): \(finding.message)")
            if let advice = finding.advice { lines.append("          → \(advice)") }
        }
        let bad = findings.count { $0.severity > .ok }
        lines.append(bad == 0 ? "Nothing is wrong." : "\(bad) of \(findings.count) findings need attention.")
        return lines.joined(separator: "\n")
    }

    private static func json(_ findings: [Finding], _ facts: DoctorFacts) -> String {
        JSONText.object([
            ("status", JSONText(overallSeverity(findings).word)), ("checked_at", JSONText(facts.server.now)),
            (
                "findings",
                .array(
                    findings.map { finding in
                        .object([
                            ("code", JSONText(finding.code.rawValue)), ("severity", JSONText(finding.severity.word)),
                            ("subject", finding.subject.json { JSONText($0) }), ("message", JSONText(finding.message)),
                            ("advice", finding.advice.json { JSONText($0) }),
                        ])
                    })
            ),
        ]).text
    }
}
