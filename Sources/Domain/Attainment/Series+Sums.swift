import Civil

/// Indicators whose figure is a sum over periods: flows and ratios (`docs/domain.md` §5).
extension Series {
    /// The sum of a flow from the start of the plan's path through a period, the predecessors' included.
    ///
    /// Partial where an earlier period that was owed has neither a number nor a reason for having none.
    func flow(_ unit: Int, _ indicator: Int, through current: Int) -> StandingFigure {
        guard let place = frame.indicators[indicator].place else {
            return StandingFigure(measure: .zero, isPartial: false)
        }
        let form = frame.forms[place.form]
        var sum = Measure.zero
        var gaps = GapFinder(next: form.first.ordinal)
        for filing in filings[unit].byForm[place.form] where (form.first.ordinal...).contains(filing.ordinal) {
            if filing.ordinal > current { break }
            let cell = filing.cells[place.position]
            if cell.status.carriesNumber { sum.value += cell.value }
            if isAnswer(cell, unit, indicator, at: filing.ordinal) {
                gaps.answered(filing.ordinal) { frame.owes(unit, place.form, $0) }
            }
        }
        gaps.end(after: current) { frame.owes(unit, place.form, $0) }
        var isPartial = gaps.found
        for edge in frame.units[unit].predecessors {
            let last = min(current, form.lastOrdinal(before: edge.effectiveOn))
            let part = flow(edge.unit, indicator, through: last)
            sum.add(part.measure, share: edge.share)
            isPartial = isPartial || part.isPartial
        }
        return StandingFigure(measure: sum, isPartial: isPartial)
    }

    /// Whether a unit or one of its predecessors has a number of a flow from the start of the path through a period.
    func hasFlow(_ unit: Int, _ indicator: Int, through last: Int) -> Bool {
        guard let place = frame.indicators[indicator].place else { return false }
        let form = frame.forms[place.form]
        let own = filings[unit].byForm[place.form].contains {
            $0.ordinal >= form.first.ordinal && $0.ordinal <= last
                && $0.cells[place.position].status.carriesNumber
        }
        if own { return true }
        return frame.units[unit].predecessors.contains {
            hasFlow($0.unit, indicator, through: form.lastOrdinal(before: $0.effectiveOn))
        }
    }

    /// The numerators and denominators of a ratio over the periods from one to another, the predecessors' included.
    func ratio(_ unit: Int, _ indicator: Int, from first: Int, through last: Int) -> Measure {
        guard let place = frame.indicators[indicator].place else { return .zero }
        var sum = Measure.zero
        for filing in filings[unit].byForm[place.form] where filing.ordinal >= first && filing.ordinal <= last {
            let cell = filing.cells[place.position]
            if cell.status.carriesNumber {
                sum.add(Measure(value: cell.value, denominator: cell.denominator))
            } else if cell.status == .unchanged,
                let number = lastNumber(unit, indicator, through: filing.ordinal), number.ordinal == filing.ordinal
            {
                sum.add(number.figure.measure)
            }
        }
        for edge in frame.units[unit].predecessors {
            let frozenAt = min(last, frame.forms[place.form].lastOrdinal(before: edge.effectiveOn))
            sum.add(ratio(edge.unit, indicator, from: first, through: frozenAt), share: edge.share)
        }
        return sum
    }

    /// Whether a flow's cell leaves no gap: a number, a confirmed nil, not applicable or waived.
    private func isAnswer(_ cell: Cell, _ unit: Int, _ indicator: Int, at ordinal: Int) -> Bool {
        switch cell.status {
        case .actual, .provisional, .estimated, .seriesBreak, .notApplicable, .waived: true
        case .unchanged: hasFlow(unit, indicator, through: ordinal - 1)
        case .lacking: false
        }
    }
}

/// Finds a period that was owed and not answered, in one pass over the answers in order of time.
private struct GapFinder {
    /// The first period not looked at yet.
    var next: Int
    private(set) var found = false

    init(next: Int) {
        self.next = next
    }

    mutating func answered(_ ordinal: Int, owed: (Int) -> Bool) {
        end(after: ordinal - 1, owed: owed)
        next = max(next, ordinal + 1)
    }

    mutating func end(after last: Int, owed: (Int) -> Bool) {
        while next <= last {
            if !found { found = owed(next) }
            next += 1
        }
    }
}
