import ArgumentParser
import Civil
import Domain
import Postgres
import Registry

struct BridgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bridge",
        abstract: "Explains why attained shares differ between two snapshots: data, corrections, units, targets.",
        discussion: """
            Each end is a period (2019-H2), a period as it was known (2019-H2@2020-01-22), or the hash of a stored \
            snapshot, of which the first digits will do. The steps add up exactly to the change.
            """)

    @Option(help: "The plan's code.")
    var plan: String
    @Option(help: "The beginning: a period, PERIOD@KNOWN-AT, or a snapshot's hash.")
    var from: String
    @Option(help: "The end, in the same forms.")
    var to: String
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Desk.work { desk in
            let bridge = try await desk.pool.transaction(isolation: .repeatableRead, readOnly: true) { transaction in
                let (zone, today, _) = try await desk.surroundings(on: &transaction)
                let start = try await BridgeEnd(from, plan: plan, zone: zone, on: &transaction)
                let end = try await BridgeEnd(to, plan: plan, zone: zone, on: &transaction)
                let dataSet = try await Registry.load(for: [start.question, end.question], on: &transaction)
                let bridge = try Bridge.compute(
                    from: start.question, to: end.question, in: dataSet, today: today, zone: zone)
                try start.check(bridge.from)
                try end.check(bridge.to)
                return bridge
            }
            print(json ? bridge.json() : BridgeText(bridge).text)
        }
    }
}

/// One end of a bridge, as named on the command line.
struct BridgeEnd {
    let question: Question
    /// The stored snapshot that was named.
    let stored: StoredSnapshot?

    /// Reads the name of an end, and looks up a stored snapshot where it is a hash.
    init(
        _ text: String, plan: String, zone: ZoneRules, on database: inout some Querying & ~Copyable
    ) async throws {
        let parts = text.split(separator: "@", maxSplits: 1).map(String.init)
        if let period = parts.first.flatMap({ Period(code: $0) }) {
            question = try QuestionOptions.question(
                plan: plan, period: period.code, asOf: nil, knownAt: parts.count > 1 ? parts[1] : nil,
                targetBasis: "AT_PERIOD_END", vintage: "reported", zone: zone)
            stored = nil
            return
        }
        let found = try await Registry.snapshots(of: plan, startingWith: text.lowercased(), on: &database)
        guard let snapshot = found.first, found.count == 1 else {
            throw ValidationError(
                found.isEmpty
                    ? "'\(text)' is neither a period, PERIOD@KNOWN-AT, nor the hash of a snapshot of plan \(plan)."
                    : "'\(text)' begins the hashes of \(found.count) snapshots; give more digits.")
        }
        // What was recorded after the computation was not known to it.
        question = Question(
            plan: snapshot.plan, period: snapshot.period, asOf: snapshot.asOf,
            knownAt: snapshot.knownAt ?? snapshot.computedAt,
            targetBasis: TargetBasis(snapshot.targetBasis) ?? .atPeriodEnd,
            vintage: Vintage(snapshot.vintage) ?? .reported)
        stored = snapshot
    }

    /// Refuses where the inputs of a stored snapshot are no longer found as they were known then.
    func check(_ attainment: Attainment) throws {
        guard let stored, stored.vintage == Vintage.reported.description, stored.hash != attainment.snapshot else {
            return
        }
        throw DomainError(
            .ruleNotMet,
            "Snapshot \(stored.hash.prefix(16)) cannot be explained: what was recorded for that time has changed since "
                + "(data with an earlier date of receipt were imported, or reference data were replaced). Name the "
                + "period and the time instead: \(stored.period)@\(stored.computedAt).")
    }
}

/// A bridge as a person reads it in a terminal.
struct BridgeText {
    private let bridge: Bridge

    init(_ bridge: Bridge) { self.bridge = bridge }

    var text: String {
        var table = Table(
            "INDICATOR", "FROM %", "ACTUAL", "CORRECTION", "ORGANISATION", "TARGET", "TO %", "CHANGE")
        for line in bridge.lines {
            let steps = line.steps?.percentTexts.map(Self.signed) ?? ["–", "–", "–", "–"]
            table.add(
                line.indicator, line.from.attained?.percentText ?? "–", steps[0], steps[1], steps[2], steps[3],
                line.to.attained?.percentText ?? "–", line.steps.map { Self.signed($0.changeText) } ?? "–")
        }
        return [
            "From \(Self.name(bridge.from)) to \(Self.name(bridge.to)), in percentage points:", "",
            table.text(empty: "The plan has no indicators."),
        ].joined(separator: "\n")
    }

    private static func signed(_ text: String) -> String {
        text.hasPrefix("-") || text == "0.00" ? text : "+" + text
    }

    private static func name(_ attainment: Attainment) -> String {
        "\(attainment.asOf)" + (attainment.question.knownAt.map { " as known at \($0)" } ?? "")
            + " (plan version \(attainment.planVersion.map(String.init) ?? "none"))"
    }
}
