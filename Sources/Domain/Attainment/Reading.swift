import Civil

/// What a unit gives for an indicator at R, before it is held against a target.
struct Reading {
    /// Nil where the indicator is on no form.
    var status: ShownStatus?
    /// The figure where the unit has a number at R; a ratio's sums, whatever its denominator.
    var measure: Measure?
    /// The figure carried forward where it is missing.
    var carried: CarriedFigure?

    static let onNoForm = Reading(status: nil, measure: nil, carried: nil)

    var hasReported: Bool { measure != nil }

    /// Whether a number is not there: neither reported nor excused.
    var isMissing: Bool { measure == nil && status != .notApplicable && status != .waived }

    /// The figure as printed and compared; a ratio over nought has none.
    func actual(_ kind: IndicatorKind) -> Rational? {
        guard let measure else { return nil }
        guard kind == .ratio else { return measure.value }
        return measure.denominator.isZero ? nil : measure.value / measure.denominator
    }
}

extension Series {
    /// What a unit gives for an indicator at R.
    ///
    /// - Parameter isNotYetDue: whether the unit's form for R is not yet due; asked only where there is no accepted
    ///   submission.
    func reading(_ unit: Int, _ indicator: Int, isNotYetDue: () -> Bool) -> Reading {
        let indicatorFrame = frame.indicators[indicator]
        guard let place = indicatorFrame.place else { return .onNoForm }
        let current = frame.forms[place.form].current.ordinal
        var reading = Reading(status: .lacking, measure: nil, carried: nil)
        if let filing = filings[unit].filing(place.form, current) {
            let cell = filing.cells[place.position]
            switch cell.status {
            case .notApplicable: return Reading(status: .notApplicable, measure: nil, carried: nil)
            case .waived: return Reading(status: .waived, measure: nil, carried: nil)
            case .lacking: break
            case .actual, .provisional, .estimated, .seriesBreak, .unchanged:
                if let figure = figureAtCurrent(cell, unit, indicator, place.form) {
                    reading.measure = figure.measure
                    reading.status = figure.isPartial ? .provisional : ShownStatus(cell.status)
                    return reading
                }
            }
        } else if isNotYetDue() {
            reading.status = .notDue
        }
        if indicatorFrame.kind == .cumulativeUnique || indicatorFrame.kind == .stock {
            reading.carried = carried(unit, indicator, missingAt: current)
        }
        return reading
    }

    /// The figure of a cell of R that carries or repeats a number; nil for a nil return with nothing to repeat.
    private func figureAtCurrent(_ cell: Cell, _ unit: Int, _ indicator: Int, _ form: Int) -> StandingFigure? {
        let current = frame.forms[form].current.ordinal
        switch frame.indicators[indicator].kind {
        case .flow:
            if cell.status == .unchanged, !hasFlow(unit, indicator, through: current - 1) { return nil }
            return flow(unit, indicator, through: current)
        case .ratio:
            guard let number = lastNumber(unit, indicator, through: current), number.ordinal == current else {
                return nil
            }
            let first = min(frame.forms[form].firstAsked.ordinal, current)
            return StandingFigure(
                measure: ratio(unit, indicator, from: first, through: current), isPartial: false)
        case .cumulativeUnique, .stock, .step, .money:
            guard let number = lastNumber(unit, indicator, through: current), number.ordinal == current else {
                return nil
            }
            return number.figure
        }
    }
}

extension ShownStatus {
    /// The status of a cell that carries or repeats a number.
    init(_ status: ObservationStatus) {
        switch status {
        case .actual: self = .actual
        case .provisional: self = .provisional
        case .estimated: self = .estimated
        case .seriesBreak: self = .seriesBreak
        case .unchanged: self = .unchanged
        case .lacking: self = .lacking
        case .notApplicable: self = .notApplicable
        case .waived: self = .waived
        }
    }
}
