import Civil
import Crypto

/// SHA-256 over fields, each with its length in front, so that no two lists of fields read the same.
struct FieldDigest {
    private var hash = SHA256()

    mutating func add(_ text: String) {
        add(length: text.utf8.count)
        var text = text
        text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    }

    mutating func add(_ bytes: [UInt8]) {
        add(length: bytes.count)
        hash.update(data: bytes)
    }

    mutating func add(_ number: Int) {
        withUnsafeBytes(of: Int64(number).littleEndian) { hash.update(bufferPointer: $0) }
    }

    mutating func add(_ date: LocalDate?) { add(date.map { Int($0.days) } ?? Int.min) }

    mutating func add(_ value: Rational?) {
        guard let value else { return add(length: -1) }
        if case .small(let numerator, let denominator) = value.storage {
            add(Int(numerator))
            add(Int(denominator))
        } else {
            add(value.decimalText)
        }
    }

    private mutating func add(length: Int) { add(length) }

    consuming func finish() -> [UInt8] { Array(hash.finalize()) }
}

/// The hash of a snapshot: over what was used to compute it, unit by unit, and over nothing else. Neither known-at nor
/// the clock is in it (`docs/domain.md` §7).
struct SnapshotDigest {
    private var parts = FieldDigest()

    init(frame: PlanFrame) {
        addHeader(frame)
    }

    /// The hash, hexadecimal.
    consuming func finish() -> String { Self.hex(parts.finish()) }

    /// Adds a unit by the digest of what was used of it; units must come in order.
    mutating func add(_ part: [UInt8]) { parts.add(part) }

    private mutating func addHeader(_ frame: PlanFrame) {
        let question = frame.question
        for field in [
            "rinda attainment", Attainment.rules, frame.plan.plan, question.period.code, frame.asOf.description,
            question.targetBasis.description, question.vintage.description,
        ] { parts.add(field) }
        parts.add(frame.plan.pathStart)
        parts.add(frame.plan.targetDate)
        parts.add(frame.planVersion ?? -1)
        parts.add(frame.forms.count)
        for form in frame.forms {
            parts.add(form.form.form)
            parts.add(form.form.recurrence.rawValue)
            parts.add(form.form.role.rawValue)
        }
        parts.add(frame.indicators.count)
        for (number, indicator) in frame.indicators.enumerated() {
            parts.add(indicator.code)
            parts.add(indicator.kind.rawValue)
            parts.add(indicator.direction.rawValue)
            parts.add(indicator.place.map { frame.forms[$0.form].form.form } ?? "")
            Self.add(frame.targets.entry(number, unit: nil), to: &parts)
            parts.add(frame.adjustments[number])
        }
    }

    /// The digest of what was used of one unit: its existence and roles up to as-of, whom it succeeded, its targets, its
    /// counting submissions, and what was due of it.
    static func part(of unit: Int, frame: PlanFrame, filings: UnitFilings, duties: [Duty]) -> [UInt8] {
        var digest = FieldDigest()
        let unitFrame = frame.units[unit]
        digest.add(unitFrame.code)
        addIntervals(unitFrame.validity, upTo: frame.asOf, to: &digest)
        for role in MembershipRole.allCases {
            let intervals = unitFrame.memberships.filter { $0.role == role }.map(\.interval)
            addIntervals(intervals, upTo: frame.asOf, to: &digest)
        }
        addEdges(unitFrame.predecessors, frame, to: &digest)
        if case .map(let date) = frame.question.vintage {
            addEdges(unitFrame.successors.filter { $0.effectiveOn <= date }, frame, to: &digest)
        }
        for indicator in frame.indicators.indices { add(frame.targets.entry(indicator, unit: unit), to: &digest) }
        for form in filings.byForm {
            digest.add(form.count)
            for filing in form { add(filing, to: &digest) }
        }
        digest.add(duties.count)
        for duty in duties {
            digest.add(duty.form)
            digest.add(duty.ordinal)
            // Of a due date only what it decided: whether the data came in time, or could have come still.
            digest.add(
                duty.acceptedOn.map { $0 <= duty.dueOn ? 1 : 0 } ?? (frame.dueDay <= duty.dueOn ? 3 : 2))
        }
        return digest.finish()
    }

    private static func add(_ filing: Filing, to digest: inout FieldDigest) {
        digest.add(filing.ordinal)
        digest.add(filing.version)
        digest.add(Int(filing.receivedAt.microseconds))
        digest.add(filing.cells.count)
        for cell in filing.cells {
            digest.add(cell.status.rawValue)
            guard cell.status.carriesNumber else { continue }
            digest.add(cell.value)
            digest.add(cell.denominator)
            digest.add(cell.includesPredecessors ? 1 : 0)
        }
    }

    private static func add(_ entry: TargetBook.Entry?, to digest: inout FieldDigest) {
        guard let entry else { return digest.add(0) }
        digest.add(1)
        if let final = entry.final {
            digest.add(1)
            digest.add(final.value)
            digest.add(final.baseline)
            digest.add(final.date)
        } else {
            digest.add(0)
        }
        digest.add(entry.milestones.count)
        for milestone in entry.milestones.sorted(by: { $0.date < $1.date }) {
            digest.add(milestone.date)
            digest.add(milestone.value)
        }
    }

    /// What happens after as-of is not used, so an end that lies later is as good as none.
    private static func addIntervals(_ intervals: [Interval], upTo last: LocalDate, to digest: inout FieldDigest) {
        let used = intervals.filter { $0.from <= last }.sorted { $0.from < $1.from }
        digest.add(used.count)
        for interval in used {
            digest.add(interval.from)
            digest.add(interval.to.flatMap { $0 <= last ? $0 : nil })
        }
    }

    private static func addEdges(_ edges: [SuccessionEdge], _ frame: PlanFrame, to digest: inout FieldDigest) {
        digest.add(edges.count)
        for edge in edges.sorted(by: { ($0.effectiveOn, $0.unit) < ($1.effectiveOn, $1.unit) }) {
            digest.add(frame.units[edge.unit].code)
            digest.add(edge.share)
            digest.add(edge.effectiveOn)
        }
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
