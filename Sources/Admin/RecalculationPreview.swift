import Civil
import Domain
import Postgres
import Registry

/// What a recalculation would change, computed without writing.
struct RecalculationPreview {
    /// One question with what would come of it.
    struct Entry {
        let question: Question
        /// The hash that would come out; nil where the question cannot be answered.
        let snapshot: String?
        let newest: StoredSnapshot?
        /// Whether a snapshot would be stored that is not there.
        let isNew: Bool
        let changes: [FigureChange]
        /// Why it cannot be answered.
        let refusal: String?
        /// The newest revision of the report, where it would no longer have the figures as they are.
        let outdatedReport: ReportRevision?

        /// Whether a new draft of the report would be proposed.
        var proposesRevision: Bool { outdatedReport?.state == .archived }
    }

    let entries: [Entry]

    static func compute(
        _ questions: [RecordedQuestion], today: LocalDate, zone: ZoneRules,
        on database: inout some Querying & ~Copyable
    ) async throws -> RecalculationPreview {
        var entries: [Entry] = []
        for recorded in questions {
            let question = recorded.question
            let dataSet = try await Registry.load(for: question, on: &database)
            let attainment: Attainment
            do {
                attainment = try Attainment.compute(question, in: dataSet, today: today, zone: zone)
            } catch {
                // One plan's trouble is not another's.
                guard questions.count > 1 else { throw error }
                entries.append(
                    Entry(
                        question: question, snapshot: nil, newest: recorded.newest, isNew: false, changes: [],
                        refusal: error.message, outdatedReport: nil))
                continue
            }
            let hash = attainment.snapshot
            let changes =
                try recorded.newest.map { $0.hash == hash ? [] : try FigureChange.between($0.region, attainment) } ?? []
            var report: ReportRevision?
            if question == Question(plan: question.plan, period: question.period) {
                let revisions = try await Registry.reportRevisions(
                    of: question.plan, for: question.period, on: &database)
                report = revisions.first.flatMap { $0.snapshot.map { $0 != hash } ?? false ? $0 : nil }
            }
            entries.append(
                Entry(
                    question: question, snapshot: hash, newest: recorded.newest,
                    isNew: try await Registry.snapshot(hash, on: &database) == nil, changes: changes, refusal: nil,
                    outdatedReport: report))
        }
        return RecalculationPreview(entries: entries)
    }

    /// The preview as a person reads it.
    var text: String {
        var lines: [String] = []
        for entry in entries {
            let name =
                "\(entry.question.plan) \(entry.question.period)"
                + (entry.question.asOf.map { ", as of \($0)" } ?? "")
                + (entry.question.targetBasis == .atPeriodEnd ? "" : ", \(entry.question.targetBasis)")
                + (entry.question.vintage == .reported ? "" : ", map \(entry.question.vintage)")
            guard let snapshot = entry.snapshot else {
                lines.append("\(name): cannot be computed: \(entry.refusal ?? "")")
                continue
            }
            if entry.isNew {
                let before = entry.newest.map { "in place of \($0.hash.prefix(16))" } ?? "the first one"
                lines.append("\(name): a new snapshot, \(snapshot.prefix(16)), \(before)")
            } else {
                lines.append("\(name): no change, snapshot \(snapshot.prefix(16)) is there already")
            }
            for change in entry.changes {
                lines.append("  \(change.indicator) \(change.figure): \(change.before ?? "–") → \(change.after ?? "–")")
            }
            if let report = entry.outdatedReport {
                lines.append(
                    "  report r\(report.revision) (\(report.state.rawValue)) has other figures"
                        + (entry.proposesRevision ? "; r\(report.revision + 1) would be proposed" : ""))
            }
        }
        return lines.isEmpty ? "Nothing is on record in this scope." : lines.joined(separator: "\n")
    }

    /// The preview for other programs.
    var json: JSONText {
        .object([
            ("changes", JSONText(entries.contains { $0.isNew })),
            ("snapshots", .array(entries.map(Self.json))),
            (
                "reports",
                .array(
                    entries.compactMap { entry in
                        entry.outdatedReport.map { report in
                            .object([
                                ("plan", JSONText(report.plan)), ("period", JSONText(report.period.code)),
                                ("revision", JSONText(report.revision)), ("state", JSONText(report.state.rawValue)),
                                ("proposes_revision", JSONText(entry.proposesRevision)),
                            ])
                        }
                    })
            ),
        ])
    }

    private static func json(_ entry: Entry) -> JSONText {
        .object([
            ("plan", JSONText(entry.question.plan)), ("period", JSONText(entry.question.period.code)),
            ("as_of", JSONText(entry.question.asOf ?? entry.question.period.lastDay)),
            ("target_basis", JSONText(entry.question.targetBasis.description)),
            ("vintage", JSONText(entry.question.vintage.description)),
            ("snapshot", entry.snapshot.json { JSONText($0) }), ("changes", JSONText(entry.isNew)),
            ("newest", entry.newest.json { JSONText($0.hash) }), ("refused", entry.refusal.json { JSONText($0) }),
            (
                "figures",
                .array(
                    entry.changes.map { change in
                        .object([
                            ("indicator", JSONText(change.indicator)), ("figure", JSONText(change.figure)),
                            ("before", change.before.json { JSONText($0) }),
                            ("after", change.after.json { JSONText($0) }),
                        ])
                    })
            ),
        ])
    }
}
