import Civil

/// The series of the unit that sends something, seen from one of the plans that its form belongs to.
struct SeriesOfUnit {
    let frame: PlanFrame
    private let series: Series
    private let unit: Int

    /// Nil where the plan or unit is not in the data set.
    init?(_ dataSet: DataSet, plan: String, _ filing: IntakeFiling, today: LocalDate, zone: ZoneRules) {
        // Numbers of later periods are looked at too, so the question reaches as far as there are any.
        let last = dataSet.submissions.lazy.filter { $0.unit == filing.unit && $0.form == filing.form }
            .map(\.period).filter { $0.recurrence == filing.period.recurrence }
            .reduce(filing.period) { $0.ordinal < $1.ordinal ? $1 : $0 }
        guard
            let frame = try? PlanFrame(Question(plan: plan, period: last), in: dataSet, today: today, zone: zone),
            let unit = frame.unitNumbers[filing.unit]
        else { return nil }
        self.frame = frame
        self.unit = unit
        series = Series(frame: frame, filings: FilingIndex(dataSet, frame: frame).filings)
    }

    private func place(_ indicator: String) -> (number: Int, form: Int, position: Int)? {
        guard let number = frame.indicatorNumbers[indicator], let place = frame.indicators[number].place else {
            return nil
        }
        return (number, place.form, place.position)
    }

    /// Whether there is a number that a nil return could repeat.
    func hasNumber(_ indicator: String, before period: Period) -> Bool {
        guard let place = place(indicator) else { return false }
        if frame.indicators[place.number].kind == .flow {
            return series.hasFlow(unit, place.number, through: period.ordinal - 1)
        }
        return series.lastNumber(unit, place.number, through: period.ordinal - 1) != nil
            || series.frozenSum(unit, place.number).measure != nil
    }

    /// The figure that stands after the last number before a period, and the period it stands at; the predecessors' where
    /// there is none of its own.
    func lastFigure(of indicator: String, before period: Period) -> (period: Period, figure: Rational)? {
        guard let place = place(indicator) else { return nil }
        if let last = series.lastNumber(unit, place.number, through: period.ordinal - 1) {
            return (Period(recurrence: period.recurrence, ordinal: last.ordinal), last.figure.measure.value)
        }
        guard let finals = series.frozenSum(unit, place.number).measure,
            let reform = frame.units[unit].predecessors.map(\.effectiveOn).max()
        else { return nil }
        return (Period.last(period.recurrence, endingBy: reform.adding(days: -1)), finals.value)
    }

    /// The figure of a period in which there is a number.
    func figure(of indicator: String, at period: Period) -> Rational? {
        guard let place = place(indicator),
            let last = series.lastNumber(unit, place.number, through: period.ordinal), last.ordinal == period.ordinal
        else { return nil }
        return last.figure.measure.value
    }

    /// The last figure up to a day, whatever the form of the indicator.
    func figure(of indicator: String, by day: LocalDate) -> Rational? {
        guard let place = place(indicator), frame.indicators[place.number].kind == .cumulativeUnique else { return nil }
        let last = Period.last(frame.forms[place.form].form.recurrence, endingBy: day).ordinal
        return series.lastNumber(unit, place.number, through: last)?.figure.measure.value
    }

    /// The figure of the next period with a number of its own.
    func nextFigure(of indicator: String, after period: Period) -> (period: Period, figure: Rational)? {
        guard let place = place(indicator) else { return nil }
        for filing in series.filings[unit].byForm[place.form] where filing.ordinal > period.ordinal {
            guard filing.cells[place.position].status.carriesNumber else { continue }
            let next = Period(recurrence: period.recurrence, ordinal: filing.ordinal)
            return figure(of: indicator, at: next).map { (next, $0) }
        }
        return nil
    }

    /// What the predecessors had reached, by share.
    func predecessors(of indicator: String) -> Rational? {
        place(indicator).flatMap { series.frozenSum(unit, $0.number).measure?.value }
    }
}
