import Civil

/// A figure as counted: a number, or the two sums of a ratio.
struct Measure {
    var value: Rational
    /// Of a ratio; nought otherwise.
    var denominator: Rational

    static let zero = Measure(value: .zero, denominator: .zero)

    mutating func add(_ other: Measure, share: Rational = .one) {
        if share == .one {
            value += other.value
            if !other.denominator.isZero { denominator += other.denominator }
        } else {
            value += share * other.value
            if !other.denominator.isZero { denominator += share * other.denominator }
        }
    }
}

/// A unit's figure after some period.
struct StandingFigure {
    var measure: Measure
    /// Whether something that belongs to it is not known.
    var isPartial: Bool
}

/// A unit's last own number: the period it stands at (that of a nil return, if one confirmed it) and the figure then.
struct LastNumber {
    let ordinal: Int
    let figure: StandingFigure
}

/// Reads a unit's series of an indicator: nil returns repeat, predecessors' finals are frozen, old figures are carried
/// (`docs/domain.md` §5 and §6).
struct Series {
    let frame: PlanFrame
    let filings: [UnitFilings]

    /// How many periods a figure is carried at most.
    static let carriedPeriods = 2

    /// The unit's last own number in a period up to one; nil where it has none.
    ///
    /// Not for flows, whose figure is a sum of periods.
    func lastNumber(_ unit: Int, _ indicator: Int, through last: Int) -> LastNumber? {
        guard let place = frame.indicators[indicator].place else { return nil }
        var confirmedAt: Int?
        for filing in filings[unit].byForm[place.form].reversed() where filing.ordinal <= last {
            let cell = filing.cells[place.position]
            if cell.status.carriesNumber {
                return LastNumber(
                    ordinal: confirmedAt ?? filing.ordinal, figure: figure(of: cell, unit, indicator))
            }
            if cell.status == .unchanged, confirmedAt == nil { confirmedAt = filing.ordinal }
        }
        guard let confirmedAt else { return nil }
        let frozen = frozenSum(unit, indicator)
        return frozen.measure.map {
            LastNumber(ordinal: confirmedAt, figure: StandingFigure(measure: $0, isPartial: frozen.isPartial))
        }
    }

    /// The sum of the predecessors' frozen finals, by share: of each its last own number before it ended, at any age, else
    /// what it had taken over itself. Nil where there is none.
    ///
    /// Partial where a predecessor owed its last period and never gave a number of its own.
    func frozenSum(_ unit: Int, _ indicator: Int) -> (measure: Measure?, isPartial: Bool) {
        guard let place = frame.indicators[indicator].place else { return (nil, false) }
        var sum: Measure?
        var isPartial = false
        for edge in frame.units[unit].predecessors {
            let last = frame.forms[place.form].lastOrdinal(before: edge.effectiveOn)
            let final: (measure: Measure?, isPartial: Bool)
            if let number = lastNumber(edge.unit, indicator, through: last) {
                final = (number.figure.measure, number.figure.isPartial)
            } else {
                let takenOver = frozenSum(edge.unit, indicator)
                final = (takenOver.measure, takenOver.isPartial || frame.owes(edge.unit, place.form, last))
            }
            isPartial = isPartial || final.isPartial
            guard let measure = final.measure else { continue }
            var total = sum ?? .zero
            total.add(measure, share: edge.share)
            sum = total
        }
        return (sum, isPartial)
    }

    /// What is carried for a unit that is missing in a period: the figure after its last own number, unless that is too
    /// old; for a successor that never reported, what is carried for its predecessors.
    func carried(_ unit: Int, _ indicator: Int, missingAt current: Int) -> CarriedFigure? {
        carried(unit, indicator, through: current - 1, missingAt: current)
    }

    private func carried(_ unit: Int, _ indicator: Int, through last: Int, missingAt current: Int) -> CarriedFigure? {
        if let number = lastNumber(unit, indicator, through: last) {
            let age = current - number.ordinal
            return age <= Self.carriedPeriods ? CarriedFigure(value: number.figure.measure.value, age: age) : nil
        }
        guard let place = frame.indicators[indicator].place else { return nil }
        var sum: CarriedFigure?
        for edge in frame.units[unit].predecessors {
            let frozenAt = min(last, frame.forms[place.form].lastOrdinal(before: edge.effectiveOn))
            guard let part = carried(edge.unit, indicator, through: frozenAt, missingAt: current) else { continue }
            sum = CarriedFigure(
                value: (sum?.value ?? .zero) + edge.share * part.value, age: max(sum?.age ?? 0, part.age))
        }
        return sum
    }

    private func figure(of cell: Cell, _ unit: Int, _ indicator: Int) -> StandingFigure {
        var figure = StandingFigure(
            measure: Measure(value: cell.value, denominator: cell.denominator), isPartial: false)
        switch frame.indicators[indicator].kind {
        case .cumulativeUnique, .money:
            if cell.includesPredecessors || frame.units[unit].predecessors.isEmpty { break }
            let frozen = frozenSum(unit, indicator)
            if let finals = frozen.measure { figure.measure.add(finals) }
            figure.isPartial = frozen.isPartial
        case .flow, .stock, .ratio, .step: break
        }
        return figure
    }
}
