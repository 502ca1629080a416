import Civil

/// The share of a target that is expected by a date: linear from the plan's start to the target date, through
/// milestones (`docs/domain.md` §9).
struct ExpectedPath {
    /// A point on the way.
    struct Point {
        let date: LocalDate
        let share: Rational
    }

    let start: LocalDate
    let end: LocalDate
    /// In order of time, strictly between start and end.
    let milestones: [Point]

    /// A path from share 0 at its start to 1 at its end; milestones outside it are left out.
    init(start: LocalDate, end: LocalDate, milestones: [Point] = []) {
        self.start = start
        self.end = end
        self.milestones = milestones.filter { start < $0.date && $0.date < end }.sorted { $0.date < $1.date }
    }

    /// The expected share at a date, between 0 and 1.
    func share(at date: LocalDate) -> Rational {
        if date >= end { return .one }
        if date <= start { return .zero }
        var from = Point(date: start, share: .zero)
        var to = Point(date: end, share: .one)
        for point in milestones {
            if point.date <= date {
                from = point
            } else {
                to = point
                break
            }
        }
        let way = Rational(date.days(since: from.date), to.date.days(since: from.date))
        return min(max(from.share + way * (to.share - from.share), .zero), .one)
    }
}
