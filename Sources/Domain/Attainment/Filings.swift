import Civil

/// What a counting submission says about one indicator.
struct Cell {
    let status: ObservationStatus
    /// Nought where the status carries no number.
    let value: Rational
    /// Of a ratio; nought otherwise.
    let denominator: Rational
    let includesPredecessors: Bool

    static let lacking = Cell(
        status: .lacking, value: .zero, denominator: .zero, includesPredecessors: false)
    static let unchanged = Cell(
        status: .unchanged, value: .zero, denominator: .zero, includesPredecessors: false)
}

/// The submission that counts for a unit, form and period: the highest accepted version that was known.
struct Filing {
    let ordinal: Int
    var version: Int
    var receivedAt: Timestamp
    /// When the first accepted version arrived: a late correction of a timely one stays on time.
    var firstAcceptedAt: Timestamp
    /// By place of the plan's indicators on the form; an indicator without a row is lacking, or unchanged if nil.
    var cells: [Cell]
}

/// The counting submissions of one unit: by form, in order of time.
struct UnitFilings {
    var byForm: [[Filing]]

    /// The filing for a period, if there is one.
    func filing(_ form: Int, _ ordinal: Int) -> Filing? {
        // The one asked for is nearly always the last.
        byForm[form].last { $0.ordinal <= ordinal }.flatMap { $0.ordinal == ordinal ? $0 : nil }
    }
}

/// Finds the counting submissions of every unit of a frame in a data set.
struct FilingIndex {
    private struct Key: Hashable {
        let unit: Int32
        let form: Int32
        let ordinal: Int32
    }

    /// By unit.
    private(set) var filings: [UnitFilings]

    init(_ dataSet: DataSet, frame: PlanFrame) {
        var drafts: [(unit: Int, form: Int, filing: Filing)] = []
        var index: [Key: Int] = [:]
        let knownAt = frame.question.knownAt ?? .distantFuture
        var finder = Finder(frame: frame)
        for row in dataSet.submissions where row.status == .accepted && row.receivedAt <= knownAt {
            guard let key = finder.key(unit: row.unit, form: row.form, period: row.period) else { continue }
            let blank = row.isNil ? Cell.unchanged : Cell.lacking
            if let draft = index[key] {
                drafts[draft].filing.firstAcceptedAt = min(drafts[draft].filing.firstAcceptedAt, row.receivedAt)
                guard drafts[draft].filing.version < row.version else { continue }
                drafts[draft].filing.version = row.version
                drafts[draft].filing.receivedAt = row.receivedAt
                drafts[draft].filing.cells = Array(repeating: blank, count: drafts[draft].filing.cells.count)
            } else {
                index[key] = drafts.count
                let form = Int(key.form)
                let cells = Array(repeating: blank, count: frame.forms[form].indicators.count)
                drafts.append(
                    (
                        Int(key.unit), form,
                        Filing(
                            ordinal: Int(key.ordinal), version: row.version, receivedAt: row.receivedAt,
                            firstAcceptedAt: row.receivedAt, cells: cells)
                    ))
            }
        }
        for row in dataSet.observations {
            guard let key = finder.key(unit: row.unit, form: row.form, period: row.period), let draft = index[key],
                drafts[draft].filing.version == row.version,
                let indicator = frame.indicatorNumbers[row.indicator],
                let place = frame.indicators[indicator].place, place.form == Int(key.form)
            else { continue }
            drafts[draft].filing.cells[place.position] = Cell(
                status: row.obsStatus, value: row.value ?? .zero, denominator: row.denominator ?? .zero,
                includesPredecessors: row.basis == .includesPredecessors)
        }
        let empty = UnitFilings(byForm: Array(repeating: [], count: frame.forms.count))
        filings = Array(repeating: empty, count: frame.units.count)
        drafts.sort { $0.filing.ordinal < $1.filing.ordinal }
        for draft in drafts { filings[draft.unit].byForm[draft.form].append(draft.filing) }
    }

    /// Turns codes into numbers; rows come in runs of one unit and form, so the last answer is tried first.
    private struct Finder {
        let frame: PlanFrame
        var unit: (code: String, number: Int?) = ("", nil)
        var form: (code: String, number: Int?) = ("", nil)

        init(frame: PlanFrame) {
            self.frame = frame
        }

        mutating func key(unit unitCode: String, form formCode: String, period: Period) -> Key? {
            if form.code != formCode { form = (formCode, frame.formNumbers[formCode]) }
            guard let formNumber = form.number else { return nil }
            let current = frame.forms[formNumber].current
            // Figures are as of a day: what concerns a later period is not used.
            guard period.recurrence == current.recurrence, period.ordinal <= current.ordinal else { return nil }
            if unit.code != unitCode { unit = (unitCode, frame.unitNumbers[unitCode]) }
            guard let unitNumber = unit.number else { return nil }
            return Key(unit: Int32(unitNumber), form: Int32(formNumber), ordinal: Int32(period.ordinal))
        }
    }
}
