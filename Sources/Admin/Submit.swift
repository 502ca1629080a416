import ArgumentParser
import Civil
import Domain
import Foundation
import Postgres
import Registry
import Rendering

struct Submit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Takes one municipality's rows: checks, keeps and answers them.",
        discussion: """
            FILE is CSV with the columns of observations.csv; the version is given by the system. A row without an \
            indicator and with nil (or status NIL) says that nothing has changed. Each form and period becomes a version, \
            accepted or sent back; the same content again is no new version. What follows from accepted ones is \
            enqueued in the same transaction.

            Exit codes: 0 accepted or received already; 1 refused, nothing was kept; 3 something was sent back.
            """)

    @Argument(help: "The file; - is standard input.", completion: .file(extensions: ["csv"]))
    var file: String
    @Option(help: "The language of the answer: lv or en.")
    var lang = Language.latvian.rawValue
    @Option(help: "Which unit sends it; a file about another one is refused.")
    var unit: String?
    @Option(help: "Why it changes what was said before.")
    var reason: String?
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        guard let language = Language(rawValue: lang) else {
            throw ValidationError("'\(lang)' is neither lv nor en.")
        }
        if let reason, reason.isEmpty { throw ValidationError("The reason is empty; leave it out or give one.") }
        try await Desk.work { desk in
            let sent = SubmissionFile(try read(), reason: reason)
            let report = try await desk.pool.transaction { transaction in
                let zone = try await desk.surroundings(on: &transaction).zone
                return try await Registry.submit(sent, from: unit, zone: zone, in: &transaction)
            }
            print(json ? report.json(language).text : report.text(language))
            if !report.refusals.isEmpty { throw ExitCode(1) }
            if report.answers.contains(where: { $0.status == .returned }) { throw ExitCode(3) }
        }
    }

    private func read() throws -> [UInt8] {
        let handle = file == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: file)
        guard let handle, let data = try handle.readToEnd() else {
            if handle != nil { return [] }
            throw RegistryError(.unusableFolder, "\(file) cannot be opened; check that it may be read")
        }
        return [UInt8](data)
    }
}

extension IntakeReport {
    /// The answer in words.
    func text(_ language: Language) -> String {
        guard refusals.isEmpty else {
            return ([IntakeWords.refusal(in: language)] + refusals.map { "  \(IntakeWords.text($0, in: language))" })
                .joined(separator: "\n")
        }
        return answers.flatMap { answer in
            [
                IntakeWords.outcome(
                    answer.outcome.rawValue, form: answer.filing.form, period: answer.filing.period,
                    version: answer.version, in: language)
            ] + answer.findings.map { "  \(IntakeWords.text($0, in: language)) [\($0.rule.rawValue)]" }
        }.joined(separator: "\n")
    }

    /// The answer for other programs, with the words for people.
    func json(_ language: Language) -> JSONText {
        func findings(_ list: [IntakeFinding]) -> JSONText {
            .array(
                list.map { finding in
                    .object([
                        ("rule", JSONText(finding.rule.rawValue)), ("weight", JSONText(finding.rule.weight.rawValue)),
                        ("line", finding.line.json { JSONText($0) }),
                        ("subject", finding.subject.json { JSONText($0) }),
                        ("text", JSONText(IntakeWords.text(finding, in: language))),
                    ])
                })
        }
        return .object([
            ("taken", JSONText(refusals.isEmpty)), ("refusals", findings(refusals)),
            (
                "answers",
                .array(
                    answers.map { answer in
                        .object([
                            ("unit", JSONText(answer.filing.unit)), ("form", JSONText(answer.filing.form)),
                            ("period", JSONText(answer.filing.period.code)),
                            ("outcome", JSONText(answer.outcome.rawValue)), ("version", JSONText(answer.version)),
                            ("status", JSONText(answer.status.rawValue)), ("findings", findings(answer.findings)),
                        ])
                    })
            ),
            (
                "recalculations",
                .array(
                    recalculations.map {
                        .object([("plan", JSONText($0.question.plan)), ("period", JSONText($0.question.period.code))])
                    })
            ),
        ])
    }
}
