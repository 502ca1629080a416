import ArgumentParser
import Civil
import Domain
import Postgres
import Registry

struct FrameworkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "framework",
        abstract: "Judges a plan's priorities by the rule of the EU's performance framework 2014–2020, as an analogy.",
        discussion: """
            Which indicators a priority has stands in framework.csv. Figures are compared exactly, whatever a rounded \
            percentage looks like.
            """)

    @OptionGroup var options: QuestionOptions
    @Option(help: "Which indicators are counted for a serious failure: ALL or NON_RESULT.")
    var countBasis = SeriousFailureBasis.all.rawValue
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        guard let basis = SeriousFailureBasis(rawValue: countBasis) else {
            throw ValidationError("'\(countBasis)' is neither ALL nor NON_RESULT.")
        }
        try await Desk.work { desk in
            let assessment = try await desk.pool.transaction(isolation: .repeatableRead, readOnly: true) {
                transaction in
                let (zone, today, _) = try await desk.surroundings(on: &transaction)
                let question = try options.question(zone: zone)
                var dataSet = try await Registry.load(for: question, on: &transaction)
                dataSet.framework = try await Registry.framework(of: question.plan, on: &transaction)
                return try FrameworkAssessment.compute(
                    question, in: dataSet, countBasis: basis, today: today, zone: zone)
            }
            print(json ? assessment.json() : FrameworkText(assessment).text)
        }
    }
}

/// An assessment as a person reads it in a terminal.
struct FrameworkText {
    private let assessment: FrameworkAssessment

    init(_ assessment: FrameworkAssessment) { self.assessment = assessment }

    var text: String {
        let attainment = assessment.attainment
        var lines = [
            FrameworkAssessment.label,
            "Plan \(attainment.question.plan), \(attainment.question.period.code), as of \(attainment.asOf)"
                + (attainment.question.knownAt.map { ", as known at \($0)" } ?? "")
                + "; targets of plan version \(attainment.planVersion.map(String.init) ?? "none")",
        ]
        if assessment.priorities.isEmpty { lines.append("The plan has no priorities; see framework.csv.") }
        for priority in assessment.priorities {
            let failure = priority.verdict.isSeriousFailure.map { $0 ? "yes" : "no" } ?? "not decided"
            lines.append("")
            lines.append(
                "Priority \(priority.code): \(priority.verdict.result.rawValue); serious failure: \(failure)"
                    + (priority.verdict.blocking.map { "; blocking: \($0)" } ?? ""))
            var table = Table("INDICATOR", "KIND", "ACTUAL", "REFERENCE", "%", "TO 65 %", "TO 75 %", "TO 85 %")
            for line in priority.lines {
                let gaps = FrameworkAssessment.levels.map { line.kind?.text(of: line.missing(to: $0)) ?? "–" }
                table.add(
                    line.measure.indicator, line.measure.kind.rawValue,
                    line.kind?.text(of: line.measure.actual) ?? "–", reference(of: line),
                    line.measure.share.map(Self.percent) ?? "not assessed", gaps[0], gaps[1], gaps[2])
            }
            lines.append(table.text(empty: ""))
        }
        return lines.joined(separator: "\n")
    }

    private func reference(of line: FrameworkAssessment.Line) -> String {
        guard let reference = line.kind?.text(of: line.measure.reference), let date = line.referenceDate else {
            return "–"
        }
        return "\(reference) (\(line.referenceKind == .milestone ? "milestone" : "target") \(date))"
    }

    /// A percentage with two decimals, or with as many as show on which side of a level it lies.
    static func percent(_ share: Rational) -> String {
        let percent = share * 100
        for decimals in 2...12 {
            let text = percent.rounded(decimals: decimals)
            let shown = Rational(decimal: text) ?? percent
            let misleads = FrameworkAssessment.levels.contains { level in
                (percent < Rational(level)) != (shown < Rational(level))
            }
            if !misleads { return text }
        }
        return "just below \(percent.rounded(decimals: 2))"
    }
}
