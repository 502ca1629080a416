import Civil
import Domain
import Postgres
import Queue
import Registry

/// The arguments of `obligations.generate`: a form and a period, or a date on which all forms are opened whose period
/// ended the day before.
enum GenerateObligationsArgs: Decodable, Sendable {
    case one(form: String, period: Period)
    case opening(on: LocalDate)

    private enum CodingKeys: String, CodingKey {
        case form, period, date
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        if let date = try values.decodeIfPresent(.date, reading: { LocalDate(iso: $0) }, "a date such as 2020-01-01") {
            self = .opening(on: date)
        } else {
            self = .one(
                form: try values.decode(String.self, forKey: .form),
                period: try values.decode(.period, reading: { Period(code: $0) }, "a period such as 2019-H2"))
        }
    }
}

/// `obligations.generate` opens a period: who owes which form by when. Again, it adds what has become owed since.
enum GenerateObligations {
    static let kind = "obligations.generate"

    /// What was opened, the job's output.
    private struct Report: Encodable {
        struct Opened: Encodable {
            let form: String
            let period: String
            let added: Int
            let moved: Int
            let total: Int
        }

        let opened: [Opened]
    }

    static func run(_ args: GenerateObligationsArgs, _ context: JobContext) async throws -> Outcome {
        try await givingUpOnRefusals {
            try await context.database.transaction { transaction in
                let periods: [(form: String, period: Period)]
                switch args {
                case .one(let form, let period): periods = [(form, period)]
                case .opening(let day):
                    periods = try await Registry.periodsOpening(on: day, database: &transaction)
                        .map { ($0.form, $0.period) }
                }
                var opened: [Report.Opened] = []
                for (form, period) in periods {
                    let done = try await Registry.generateObligations(form: form, period: period, in: &transaction)
                    opened.append(
                        Report.Opened(
                            form: form, period: period.code, added: done.added, moved: done.moved, total: done.total))
                }
                // Adding what is there changes nothing, so that an attempt that dies after this commit is none the worse.
                return .completed(output: try JSON(encoding: Report(opened: opened)))
            }
        }
    }
}
