package import Civil

/// What is lacking to the targets of a plan, and whether they will be reached: what `rinda forecast` prints
/// (`docs/domain.md` §16).
package struct Outlook: Hashable, Sendable {
    /// The levels to which what is lacking is told, in percent.
    package static let levels = [65, 75, 85, 100]

    /// The outlook of one indicator.
    package struct Line: Hashable, Sendable {
        /// The region's figure, with its target.
        package var figure: RegionFigure
        /// The day by which the target is to be reached.
        package var end: LocalDate
        /// Whether it is to rise; what is to fall lacks nothing in whole persons.
        package var isUp: Bool
        /// The forecast, or why there is none.
        package var forecast: Result<Forecast, Forecast.Refusal>

        /// Target less figure; nil where either is not there.
        package var gap: Rational? {
            guard let target = figure.target, let reported = figure.reported else { return nil }
            return target - reported
        }

        /// What is lacking to a level in percent; nil where it cannot be said.
        package func missing(to percent: Int) -> Rational? {
            guard isUp, let target = figure.target, let reported = figure.reported else { return nil }
            return LevelGap.missing(to: Rational(percent, 100), of: target, actual: reported, kind: figure.kind)
        }
    }

    /// The attainment it starts from.
    package var attainment: Attainment
    /// One line an indicator, by code.
    package var lines: [Line]

    /// Looks ahead from a question's answer, by the region's figures of the last comparable periods: those of the
    /// indicator's form, back to the start of the path, in which something was reported and the gate was passed.
    ///
    /// - Parameter periods: how many comparable periods the line is laid through; at least 2.
    /// - Throws: `DomainError`, as `Attainment.compute`.
    package static func compute(
        _ question: Question, in dataSet: DataSet, periods: Int = 2, today: LocalDate, zone: ZoneRules
    ) throws(DomainError) -> Outlook {
        let frame = try PlanFrame(question, in: dataSet, today: today, zone: zone)
        let attainment = try Attainment.compute(question, in: dataSet, today: today, zone: zone)
        var past = PastAnswers(question: question, dataSet: dataSet, today: today, zone: zone)
        var lines: [Line] = []
        for (number, figure) in attainment.region.enumerated() {
            let end = frame.targets.entry(number, unit: nil)?.final?.date ?? frame.plan.targetDate
            var line = Line(
                figure: figure, end: end, isUp: frame.indicators[number].direction == .up,
                forecast: .failure(.noFigure))
            if let place = frame.indicators[number].place, let reported = figure.reported {
                let form = frame.forms[place.form]
                let points = try past.points(
                    of: number, endingWith: reported, at: form.current, attainment, from: form.first, count: periods)
                line.forecast = Result { () throws(Forecast.Refusal) in
                    try Forecast(
                        points: points, target: figure.target, baseline: figure.baseline ?? .zero, end: end,
                        completeness: attainment.completeness.weighted[number].share)
                }
            }
            lines.append(line)
        }
        return Outlook(attainment: attainment, lines: lines)
    }
}

/// The answers of earlier periods, each computed once.
private struct PastAnswers {
    let question: Question
    let dataSet: DataSet
    let today: LocalDate
    let zone: ZoneRules
    private var known: [Period: Attainment] = [:]

    init(question: Question, dataSet: DataSet, today: LocalDate, zone: ZoneRules) {
        self.question = question
        self.dataSet = dataSet
        self.today = today
        self.zone = zone
    }

    /// The region's figures of the last comparable periods, in order of time.
    mutating func points(
        of indicator: Int, endingWith figure: Rational, at current: Period, _ now: Attainment, from first: Period,
        count: Int
    ) throws(DomainError) -> [Forecast.Point] {
        let code = now.region[indicator].indicator
        var points = [Forecast.Point(date: current.lastDay, figure: figure, isBreak: now.hasBreak(code))]
        var period = current
        // A break in a period that is passed over stands between the figures all the same.
        var isBroken = points[0].isBreak
        while points.count < count, period.ordinal > first.ordinal {
            period = period.previous
            let answer = try answer(for: period)
            let isComplete = answer.completeness.weighted[indicator].share.map { $0 >= StatusRule.gate } ?? true
            if let reported = answer.region[indicator].reported, isComplete {
                points[0].isBreak = isBroken
                isBroken = false
                points.insert(Forecast.Point(date: period.lastDay, figure: reported), at: 0)
            }
            isBroken = isBroken || answer.hasBreak(code)
        }
        return points
    }

    private mutating func answer(for period: Period) throws(DomainError) -> Attainment {
        if let answer = known[period] { return answer }
        var earlier = question
        earlier.period = period
        earlier.asOf = nil
        earlier.vintage = .reported
        let answer = try Attainment.compute(earlier, in: dataSet, today: today, zone: zone)
        known[period] = answer
        return answer
    }
}

extension Attainment {
    /// Whether a unit's series of an indicator breaks in the period.
    fileprivate func hasBreak(_ indicator: String) -> Bool {
        units.contains { $0.indicator == indicator && $0.obsStatus == .seriesBreak }
    }
}
