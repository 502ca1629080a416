package import Civil

extension Attainment {
    /// Answers a question about a plan from a data set (`docs/domain.md` §7). Pure: the same inputs give the same answer.
    ///
    /// - Parameters:
    ///   - question: what is asked.
    ///   - dataSet: everything recorded; what was not known at the question's known-at is left out here.
    ///   - today: the local day of the clock, held against due dates where the question has no known-at.
    ///   - zone: the zone in which instants have their local day.
    /// - Throws: `DomainError` for an unknown plan or version, an as-of date outside the period, an impossible map.
    package static func compute(
        _ question: Question, in dataSet: DataSet, today: LocalDate, zone: ZoneRules
    ) throws(DomainError) -> Attainment {
        let frame = try PlanFrame(question, in: dataSet, today: today, zone: zone)
        var computation = AttainmentComputation(frame: frame, filings: FilingIndex(dataSet, frame: frame).filings)
        return try computation.run()
    }
}

/// Goes through the units once: each gives its rows, its share of the region's sums and its part of the hash.
struct AttainmentComputation {
    private struct MergedKey: Hashable {
        let unit: Int
        let indicator: Int
    }

    private let frame: PlanFrame
    private let series: Series
    private let filings: [UnitFilings]
    private let laterMap: LaterMap?
    private var dueDates: DueDates
    private var digest: SnapshotDigest
    private var counts = DutyCounts()
    private var sums: [RegionSums]
    private var capped: [CappedSums]
    private var rows: [(unit: Int, indicator: Int, figure: UnitFigure)] = []
    private var merged: [MergedKey: MergedRow] = [:]

    init(frame: PlanFrame, filings: [UnitFilings]) {
        self.frame = frame
        self.filings = filings
        self.series = Series(frame: frame, filings: filings)
        if case .map(let date) = frame.question.vintage {
            self.laterMap = LaterMap(date: date, units: frame.units)
        } else {
            self.laterMap = nil
        }
        self.dueDates = DueDates(frame: frame)
        self.digest = SnapshotDigest(frame: frame)
        self.sums = frame.indicators.map { RegionSums(kind: $0.kind, direction: $0.direction) }
        self.capped = frame.indicators.map { CappedSums(kind: $0.kind, direction: $0.direction) }
    }

    mutating func run() throws(DomainError) -> Attainment {
        var used = Array(repeating: false, count: frame.units.count)
        for unit in frame.units.indices {
            let duties = dueDates.duties(of: unit, filings[unit])
            for duty in duties { counts.add(duty) }
            let isShown = try addRows(of: unit, duties: duties)
            if isShown || !duties.isEmpty { markUsed(unit, &used) }
        }
        for unit in frame.units.indices where used[unit] {
            let duties = dueDates.duties(of: unit, filings[unit])
            digest.add(SnapshotDigest.part(of: unit, frame: frame, filings: filings[unit], duties: duties))
        }
        addMergedRows()
        return Attainment(
            question: frame.question, asOf: frame.asOf, planVersion: frame.planVersion, snapshot: digest.finish(),
            completeness: Completeness(
                expected: counts.expected, reported: counts.reported, onTime: counts.onTime,
                weighted: frame.indicators.indices.map {
                    Completeness.Weighted(indicator: frame.indicators[$0].code, share: sums[$0].weighted)
                }),
            region: frame.indicators.indices.map(regionFigure), units: rows.map(\.figure))
    }

    /// Adds a unit's row of every indicator to whose set it belongs; says whether there was one.
    private mutating func addRows(of unit: Int, duties: [Duty]) throws(DomainError) -> Bool {
        var isShown = false
        for indicator in frame.indicators.indices where frame.isInSet(unit, indicator) {
            if !isShown { try laterMap?.check(unit) }
            isShown = true
            let indicatorFrame = frame.indicators[indicator]
            let reading = series.reading(unit, indicator) {
                guard let place = indicatorFrame.place else { return false }
                let current = frame.forms[place.form].current.ordinal
                return duties.contains {
                    $0.form == place.form && $0.ordinal == current && frame.dueDay <= $0.dueOn
                }
            }
            let goal = frame.targets.goal(indicator, unit: unit, kind: indicatorFrame.kind, units: frame.units)
            let row = UnitRow(reading: reading, goal: goal)
            sums[indicator].add(reading, goal)
            if let heirs = laterMap?.heirs(of: unit, after: frame.settingDay(of: indicator)) {
                for (heir, share) in heirs {
                    merged[MergedKey(unit: heir, indicator: indicator), default: MergedRow()].parts
                        .append(MergedRow.Part(row: row, share: share))
                }
            } else {
                let figure = UnitFigure(
                    unit: frame.units[unit].code, indicator: indicatorFrame, row: row, asOf: frame.asOf)
                show(figure, unit, indicator, hasReported: reading.hasReported)
            }
        }
        return isShown
    }

    private mutating func addMergedRows() {
        guard !merged.isEmpty else { return }
        for (key, row) in merged {
            let figure = row.figure(
                unit: frame.units[key.unit].code, indicator: frame.indicators[key.indicator], targets: frame.targets,
                asOf: frame.asOf)
            show(figure, key.unit, key.indicator, hasReported: row.hasReported)
        }
        rows.sort { ($0.unit, $0.indicator) < ($1.unit, $1.indicator) }
    }

    private mutating func show(_ figure: UnitFigure, _ unit: Int, _ indicator: Int, hasReported: Bool) {
        capped[indicator].add(
            actual: figure.actual, target: figure.target, baseline: figure.baseline, hasReported: hasReported)
        rows.append((unit, indicator, figure))
    }

    /// Marks a unit and all it has succeeded: their finals, targets and duties may stand in its figures.
    private func markUsed(_ unit: Int, _ used: inout [Bool]) {
        if used[unit] { return }
        used[unit] = true
        for edge in frame.units[unit].predecessors { markUsed(edge.unit, &used) }
    }

    private func regionFigure(_ indicator: Int) -> RegionFigure {
        let indicatorFrame = frame.indicators[indicator]
        let entry = frame.targets.entry(indicator, unit: nil)
        var terms = sums[indicator].summedTarget
        if let final = entry?.final { terms = final.value.map { ($0, final.baseline) } }
        let shares = sums[indicator].figures(
            target: terms?.target, baseline: terms?.baseline, adjustment: frame.adjustments[indicator])
        let pace = terms.flatMap { terms in
            StatusRule.pace(
                share: shares.attained,
                expected: frame.targets.path(entry, target: terms.target, baseline: terms.baseline)
                    .share(at: frame.asOf))
        }
        return RegionFigure(
            indicator: indicatorFrame.code, kind: indicatorFrame.kind, target: terms?.target,
            baseline: terms?.baseline, reported: shares.reported, carried: shares.carried, upper: shares.upper,
            attained: shares.attained, attainedReporting: shares.attainedReporting,
            attainedCarried: shares.attainedCarried, attainedUpper: shares.attainedUpper,
            attainedCapped: capped[indicator].share, pace: pace,
            status: StatusRule.status(
                target: terms?.target, baseline: terms?.baseline, figure: shares.reported,
                completeness: sums[indicator].completeness, share: shares.attained, pace: pace))
    }
}
