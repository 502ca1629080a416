package import Civil

/// Where a figure will stand at the end of its path if it goes on as in its last periods (`docs/domain.md` §16).
package struct Forecast: Hashable, Sendable {
    /// A figure at the end of a period.
    package struct Point: Hashable, Sendable {
        /// The period's last day.
        package var date: LocalDate
        /// The figure.
        package var figure: Rational
        /// Whether the series breaks there: what lies before cannot be compared with it.
        package var isBreak: Bool

        /// A figure at a day.
        package init(date: LocalDate, figure: Rational, isBreak: Bool = false) {
            self.date = date
            self.figure = figure
            self.isBreak = isBreak
        }
    }

    /// Why nothing is forecast.
    package enum Refusal: String, Error, Hashable, Sendable, CaseIterable {
        /// There is no target to go to, or nothing is to change.
        case noTarget = "NO_TARGET"
        /// There is no figure at the end of the line.
        case noFigure = "NO_FIGURE"
        /// One figure alone has no direction.
        case tooFewPoints = "TOO_FEW_POINTS"
        /// The series breaks between the figures.
        case seriesBreak = "BREAK"
        /// Too few of the data are there.
        case belowGate = "BELOW_GATE"
        /// The path has ended.
        case pathEnded = "PATH_ENDED"

        /// The reason in words.
        package var reason: String {
            switch self {
            case .noTarget: "there is no target to go to"
            case .noFigure: "nothing is reported for the last period"
            case .tooFewPoints: "a direction needs figures of two comparable periods"
            case .seriesBreak: "the series breaks between the periods that would be compared"
            case .belowGate: "less than 80 % of the data of the last period are there"
            case .pathEnded: "the target date has passed"
            }
        }
    }

    /// The figures that it rests on, in order of time.
    package let points: [Point]
    /// What is gained (or lost, where negative) a day.
    package let rate: Rational
    /// The figure at the end of the path.
    package let atEnd: Rational
    /// Its attained share.
    package let shareAtEnd: Rational
    /// What would have to be gained a day to reach the target in time.
    package let requiredRate: Rational
    /// How many times the rate that is; nil where the figure stands still or goes the other way.
    package let requiredToActual: Rational?
    /// The day on which the target is reached at this rate; nil for never.
    package let reachedOn: LocalDate?

    /// Continues the line through the first and the last of the given figures.
    ///
    /// - Parameters:
    ///   - points: the figures of the last periods that can be compared, in order of time.
    ///   - end: the day by which the target is to be reached.
    ///   - completeness: of the last figure; nil where it is not measured.
    /// - Throws: why nothing can be said.
    package init(
        points: [Point], target: Rational?, baseline: Rational = .zero, end: LocalDate, completeness: Rational? = nil
    ) throws(Refusal) {
        guard let target, target != baseline else { throw .noTarget }
        guard let last = points.last else { throw .noFigure }
        if let completeness, completeness < StatusRule.gate { throw .belowGate }
        guard let first = points.first, first.date < last.date else { throw .tooFewPoints }
        guard !points.dropFirst().contains(where: \.isBreak) else { throw .seriesBreak }
        guard last.date < end else { throw .pathEnded }
        let daysLeft = Rational(end.days(since: last.date))
        self.points = points
        rate = (last.figure - first.figure) / Rational(last.date.days(since: first.date))
        atEnd = last.figure + rate * daysLeft
        shareAtEnd = (atEnd - baseline) / (target - baseline)
        requiredRate = (target - last.figure) / daysLeft
        let ratio = rate.isZero ? .zero : requiredRate / rate
        requiredToActual = ratio.signum > 0 ? ratio : nil
        let isUp = target > baseline
        if isUp ? last.figure >= target : last.figure <= target {
            reachedOn = last.date
        } else {
            reachedOn = Self.day(after: last.date, way: target - last.figure, rate: rate)
        }
    }

    /// The day on which a way has been gone; nil where it leads elsewhere, or beyond the calendar.
    private static func day(after start: LocalDate, way: Rational, rate: Rational) -> LocalDate? {
        guard !rate.isZero, (way / rate).signum > 0, let end = LocalDate(year: 9999, month: 12, day: 31),
            let days = (way / rate).roundedUp.wholeNumber, days <= end.days(since: start)
        else { return nil }
        return start.adding(days: days)
    }
}
