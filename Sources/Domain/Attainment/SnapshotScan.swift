package import Civil

/// Answers a question with the units coming in pieces, so that memory does not grow with their number, and rows that are
/// there already need not be computed again (`docs/domain.md` §7). For the reported map.
package struct SnapshotScan {
    /// The rows of one unit, as a snapshot stores them.
    package struct Part: Hashable, Sendable {
        /// The unit's code.
        package let unit: String
        /// SHA-256 over all that the rows follow from: the same inputs have the same rows.
        package let inputs: [UInt8]
        /// The rows as JSON; nil where they are known.
        package let rows: String?
    }

    private let question: Question
    private let today: LocalDate
    private let zone: ZoneRules
    private var frame: PlanFrame
    private var totals: AttainmentTotals

    /// Begins to answer a question.
    ///
    /// - Parameter reference: the plan with its versions, indicators, forms, the region's targets and the calendar.
    /// - Throws: `DomainError`, as `Attainment.compute`; also for a later map.
    package init(
        _ question: Question, reference: DataSet, today: LocalDate, zone: ZoneRules
    ) throws(DomainError) {
        guard question.vintage == .reported else {
            throw DomainError(.ruleNotMet, "A later map joins units, so they cannot come in pieces.")
        }
        self.question = question
        self.today = today
        self.zone = zone
        frame = try PlanFrame(question, in: reference, today: today, zone: zone)
        totals = AttainmentTotals(frame: frame)
    }

    /// A piece of the units, ready to be added.
    package struct Piece {
        fileprivate let computation: AttainmentComputation
        fileprivate let frame: PlanFrame
        fileprivate let units: [Int]
        fileprivate let digests: [[UInt8]]
        fileprivate let keys: [Int: [UInt8]]

        /// What the rows of its units follow from: the inputs of the parts, of units that have rows.
        package var inputs: [[UInt8]] { units.compactMap { keys[$0] } }
    }

    /// Reads a piece of the units.
    ///
    /// - Parameters:
    ///   - units: the codes of the piece; pieces come in the order of codes.
    ///   - dataSet: the reference data, and all that belongs to these units and to those they came from or became.
    /// - Throws: `DomainError`.
    package func piece(_ units: Set<String>, in dataSet: DataSet) throws(DomainError) -> Piece {
        let frame = try PlanFrame(question, in: dataSet, today: today, zone: zone)
        let computation = AttainmentComputation(
            frame: frame, filings: FilingIndex(dataSet, frame: frame).filings, totals: totals)
        let digests = computation.digests()
        let own = frame.units.indices.filter { units.contains(frame.units[$0].code) }
        let header = Self.header(frame)
        var keys: [Int: [UInt8]] = [:]
        for unit in own where computation.isShown(unit) { keys[unit] = Self.key(unit, header, frame, digests) }
        return Piece(computation: computation, frame: frame, units: own, digests: digests, keys: keys)
    }

    /// Adds a piece to the answer.
    ///
    /// - Parameter known: the inputs whose rows are there already.
    /// - Returns: the parts of its units that have rows, by code.
    /// - Throws: `DomainError`.
    package mutating func add(_ piece: Piece, known: Set<[UInt8]>) throws(DomainError) -> [Part] {
        var computation = piece.computation
        let result = try computation.add(piece.units, digests: piece.digests) { unit in
            piece.keys[unit].map(known.contains) ?? false
        }
        totals = result.totals
        frame = piece.frame
        let rows = Dictionary(uniqueKeysWithValues: result.rows.map { ($0.unit, Attainment.json(of: $0.figures[...])) })
        return piece.units.compactMap { unit in
            piece.keys[unit].map { Part(unit: piece.frame.units[unit].code, inputs: $0, rows: rows[unit]) }
        }
    }

    /// The answer, without rows of units.
    package consuming func finish() -> Attainment { totals.attainment(frame, units: []) }

    /// What the rows of all units rest on.
    private static func header(_ frame: PlanFrame) -> [UInt8] {
        var digest = FieldDigest()
        for field in ["rinda part", Attainment.rules, frame.plan.plan, frame.question.period.code] { digest.add(field) }
        digest.add(frame.asOf)
        digest.add(frame.plan.pathStart)
        digest.add(frame.plan.targetDate)
        for form in frame.forms {
            for field in [form.form.form, form.form.recurrence.rawValue, form.form.role.rawValue] { digest.add(field) }
        }
        for indicator in frame.indicators {
            digest.add(indicator.code)
            digest.add(indicator.kind.rawValue)
            digest.add(indicator.direction.rawValue)
            digest.add(indicator.place?.form ?? -1)
        }
        return digest.finish()
    }

    /// A unit's rows follow from its own inputs and from those of all it came from.
    private static func key(
        _ unit: Int, _ header: [UInt8], _ frame: PlanFrame, _ digests: [[UInt8]]
    ) -> [UInt8] {
        var ancestors: Set<Int> = []
        func find(_ unit: Int) {
            for edge in frame.units[unit].predecessors where ancestors.insert(edge.unit).inserted { find(edge.unit) }
        }
        find(unit)
        var digest = FieldDigest()
        digest.add(header)
        digest.add(digests[unit])
        for ancestor in ancestors.sorted() { digest.add(digests[ancestor]) }
        return digest.finish()
    }
}
