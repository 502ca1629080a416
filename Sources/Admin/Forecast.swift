import ArgumentParser
import Civil
import Domain
import Postgres
import Registry

struct ForecastCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forecast",
        abstract: "Says what is lacking to a plan's targets and whether they will be reached at the present rate.",
        discussion: """
            The rate is that of the last comparable periods. Nothing is forecast across a break of the series, from one \
            figure alone, or where too few of the data are there; the reason is told instead.
            """)

    @OptionGroup var options: QuestionOptions
    @Option(help: "Through how many comparable periods the line is laid; at least 2.")
    var periods = 2
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard periods >= 2 else { throw ValidationError("A direction needs at least 2 periods.") }
    }

    func run() async throws {
        try await Desk.work { desk in
            let outlook = try await desk.pool.transaction(isolation: .repeatableRead, readOnly: true) { transaction in
                let (zone, today, _) = try await desk.surroundings(on: &transaction)
                let question = try options.question(zone: zone)
                let dataSet = try await Registry.load(for: question, on: &transaction)
                return try Outlook.compute(question, in: dataSet, periods: periods, today: today, zone: zone)
            }
            print(json ? outlook.json() : OutlookText(outlook).text)
        }
    }
}

/// An outlook as a person reads it in a terminal.
struct OutlookText {
    private let outlook: Outlook

    init(_ outlook: Outlook) { self.outlook = outlook }

    var text: String {
        var gaps = Table("INDICATOR", "REPORTED", "TARGET", "GAP", "TO 65 %", "TO 75 %", "TO 85 %", "TO 100 %")
        var forecasts = Table("INDICATOR", "A DAY", "REQUIRED", "RATIO", "BY", "FIGURE", "%", "REACHED")
        for line in outlook.lines {
            func text(_ value: Rational?) -> String { line.figure.kind.text(of: value) ?? "–" }
            let missing = Outlook.levels.map { text(line.missing(to: $0)) }
            gaps.add(
                line.figure.indicator, text(line.figure.reported), text(line.figure.target), text(line.gap),
                missing[0], missing[1], missing[2], missing[3])
            switch line.forecast {
            case .success(let forecast):
                forecasts.add(
                    line.figure.indicator, forecast.rate.rounded(decimals: 6),
                    forecast.requiredRate.rounded(decimals: 6),
                    forecast.requiredToActual?.rounded(decimals: 2) ?? "–", line.end.description,
                    forecast.atEnd.rounded(decimals: 2), forecast.shareAtEnd.percentText,
                    forecast.reachedOn?.description ?? "never")
            case .failure(let refusal):
                forecasts.add(line.figure.indicator, "–", "–", "–", line.end.description, "–", "–", refusal.reason)
            }
        }
        return [
            "Plan \(outlook.attainment.question.plan), as of \(outlook.attainment.asOf)", "",
            gaps.text(empty: "The plan has no indicators."), "",
            forecasts.text(empty: ""),
        ].joined(separator: "\n")
    }
}
