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

/// What is added up over units, which may come in pieces: the region's sums, counts of obligations, and the hash.
struct AttainmentTotals {
    var digest: SnapshotDigest
    var counts = DutyCounts()
    var sums: [RegionSums]
    var capped: [CappedSums]

    init(frame: PlanFrame) {
        digest = SnapshotDigest(frame: frame)
        sums = frame.indicators.map { RegionSums(kind: $0.kind, direction: $0.direction) }
        capped = frame.indicators.map { CappedSums(kind: $0.kind, direction: $0.direction) }
    }

    /// The answer, with the rows of units given; the frame is any of those that the units came in.
    consuming func attainment(_ frame: PlanFrame, units: [UnitFigure]) -> Attainment {
        let region = frame.indicators.indices.map { regionFigure($0, frame) }
        let completeness = Completeness(
            expected: counts.expected, reported: counts.reported, onTime: counts.onTime,
            weighted: frame.indicators.indices.map {
                Completeness.Weighted(indicator: frame.indicators[$0].code, share: sums[$0].weighted)
            })
        return Attainment(
            question: frame.question, asOf: frame.asOf, planVersion: frame.planVersion, snapshot: digest.finish(),
            completeness: completeness, region: region, units: units)
    }

    private func regionFigure(_ indicator: Int, _ frame: PlanFrame) -> RegionFigure {
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

/// Goes through the units of a frame once: each gives its rows, its share of the region's sums and its part of the hash.
struct AttainmentComputation {
    private struct MergedKey: Hashable {
        let unit: Int
        let indicator: Int
    }

    private let frame: PlanFrame
    private let series: Series
    private let filings: [UnitFilings]
    private let laterMap: LaterMap?
    private let duties: [[Duty]]
    /// By unit, whether something of it stands in the answer: its own rows and obligations, or its successors' figures.
    private let used: [Bool]
    private var totals: AttainmentTotals
    private var rows: [(unit: Int, indicator: Int, figure: UnitFigure)] = []
    private var merged: [MergedKey: MergedRow] = [:]

    init(frame: PlanFrame, filings: [UnitFilings], totals: AttainmentTotals? = nil) {
        self.frame = frame
        self.filings = filings
        self.totals = totals ?? AttainmentTotals(frame: frame)
        self.series = Series(frame: frame, filings: filings)
        if case .map(let date) = frame.question.vintage {
            self.laterMap = LaterMap(date: date, units: frame.units)
        } else {
            self.laterMap = nil
        }
        var dueDates = DueDates(frame: frame)
        let duties = frame.units.indices.map { dueDates.duties(of: $0, filings[$0]) }
        self.duties = duties
        var used = Array(repeating: false, count: frame.units.count)
        for unit in frame.units.indices {
            if !duties[unit].isEmpty || frame.indicators.indices.contains(where: { frame.isInSet(unit, $0) }) {
                Self.markUsed(unit, frame, &used)
            }
        }
        self.used = used
    }

    mutating func run() throws(DomainError) -> Attainment {
        for unit in frame.units.indices { try add(unit) }
        addMergedRows()
        return totals.attainment(frame, units: rows.map(\.figure))
    }

    /// The digests of what was used of units, of all in order.
    func digests() -> [[UInt8]] {
        frame.units.indices.map {
            SnapshotDigest.part(of: $0, frame: frame, filings: filings[$0], duties: duties[$0])
        }
    }

    /// Adds some of the units, which must come in order.
    ///
    /// - Parameters:
    ///   - digests: of all units of the frame.
    ///   - isKnown: whether a unit's rows are there already, so that only its sums are wanted.
    /// - Returns: the totals so far, and the rows by unit.
    mutating func add(
        _ units: [Int], digests: [[UInt8]], isKnown: (Int) -> Bool
    ) throws(DomainError) -> (totals: AttainmentTotals, rows: [(unit: Int, figures: [UnitFigure])]) {
        var parts: [(unit: Int, figures: [UnitFigure])] = []
        for unit in units {
            let start = rows.count
            try add(unit, digest: digests[unit], withRows: !isKnown(unit))
            if rows.count > start { parts.append((unit, rows[start...].map(\.figure))) }
        }
        return (totals, parts)
    }

    /// Whether a unit has rows of its own.
    func isShown(_ unit: Int) -> Bool { frame.indicators.indices.contains { frame.isInSet(unit, $0) } }

    private mutating func add(_ unit: Int, digest: [UInt8]? = nil, withRows: Bool = true) throws(DomainError) {
        for duty in duties[unit] { totals.counts.add(duty) }
        try addRows(of: unit, duties: duties[unit], withRows: withRows)
        guard used[unit] else { return }
        totals.digest.add(
            digest ?? SnapshotDigest.part(of: unit, frame: frame, filings: filings[unit], duties: duties[unit]))
    }

    /// Adds a unit's row of every indicator to whose set it belongs.
    private mutating func addRows(of unit: Int, duties: [Duty], withRows: Bool) throws(DomainError) {
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
            totals.sums[indicator].add(reading, goal)
            if let heirs = laterMap?.heirs(of: unit, after: frame.settingDay(of: indicator)) {
                for (heir, share) in heirs {
                    merged[MergedKey(unit: heir, indicator: indicator), default: MergedRow()].parts
                        .append(MergedRow.Part(row: row, share: share))
                }
            } else {
                cap(indicator, reading.actual(indicatorFrame.kind), goal, hasReported: reading.hasReported)
                guard withRows else { continue }
                let figure = UnitFigure(
                    unit: frame.units[unit].code, indicator: indicatorFrame, row: row, asOf: frame.asOf)
                rows.append((unit, indicator, figure))
            }
        }
    }

    private mutating func addMergedRows() {
        guard !merged.isEmpty else { return }
        for (key, row) in merged {
            let figure = row.figure(
                unit: frame.units[key.unit].code, indicator: frame.indicators[key.indicator], targets: frame.targets,
                asOf: frame.asOf)
            totals.capped[key.indicator].add(
                actual: figure.actual, target: figure.target, baseline: figure.baseline,
                hasReported: row.hasReported)
            rows.append((key.unit, key.indicator, figure))
        }
        rows.sort { ($0.unit, $0.indicator) < ($1.unit, $1.indicator) }
    }

    private mutating func cap(_ indicator: Int, _ actual: Rational?, _ goal: Goal?, hasReported: Bool) {
        totals.capped[indicator].add(
            actual: actual, target: goal?.target, baseline: goal?.baseline, hasReported: hasReported)
    }

    /// Marks a unit and all it has succeeded: their finals, targets and duties may stand in its figures.
    private static func markUsed(_ unit: Int, _ frame: PlanFrame, _ used: inout [Bool]) {
        if used[unit] { return }
        used[unit] = true
        for edge in frame.units[unit].predecessors { markUsed(edge.unit, frame, &used) }
    }
}
