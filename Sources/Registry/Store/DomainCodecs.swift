import Civil
package import Domain
package import Postgres

// The domain's values as PostgreSQL holds them. Codes of closed lists are bound and read as their text.

extension UnitType: PostgresDecodable {}
extension MembershipRole: PostgresEncodable, PostgresDecodable {}
extension IndicatorKind: PostgresDecodable {}
extension Direction: PostgresDecodable {}
extension TargetKind: PostgresDecodable {}
extension Recurrence: PostgresDecodable {}
extension ContactRole: PostgresEncodable, PostgresDecodable {}
extension Language: PostgresEncodable, PostgresDecodable {}
extension WorkingDays.DayKind: PostgresDecodable {}
extension SubmissionStatus: PostgresDecodable {}
extension ObservationStatus: PostgresDecodable {}
extension Basis: PostgresDecodable {}
extension FrameworkKind: PostgresDecodable {}
extension ReminderStep: PostgresEncodable, PostgresDecodable {}
extension Addressee: PostgresEncodable, PostgresDecodable {}
extension ReportStage: PostgresEncodable, PostgresDecodable {}

extension Period: PostgresEncodable, PostgresDecodable {
    /// Bound as its code.
    package static var postgresType: PostgresType { String.postgresType }

    package func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        try code.encode(into: &bytes)
    }

    /// Read from its code.
    package static func decode(_ cell: Cell) throws(PostgresError) -> Period {
        guard let period = Period(code: try String.decode(cell)) else { throw cell.mismatch("Period") }
        return period
    }
}

extension Rational: PostgresEncodable, PostgresDecodable {
    /// Bound as `numeric`.
    package static var postgresType: PostgresType { .numeric }

    /// Bound exactly. A fraction without a finite decimal form never comes from a file or form, and is rounded to six
    /// decimals.
    package func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        try Numeric(decimalText).encode(into: &bytes)
    }

    /// Read exactly.
    package static func decode(_ cell: Cell) throws(PostgresError) -> Rational {
        if let count = smallCount(cell) { return Rational(count) }
        guard let value = Rational(decimal: try Numeric.decode(cell).text) else { throw cell.mismatch("Rational") }
        return value
    }

    /// The value of a whole number below a hundred million, which nearly every observation is: read from the binary form
    /// (digits of base 10000 after a header of four 16-bit integers: their count, the first one's weight, the sign, the
    /// decimals) without a detour by way of text.
    private static func smallCount(_ cell: Cell) -> Int? {
        guard cell.type == .numeric, cell.count >= 8 else { return nil }
        func part(_ index: Int) -> Int {
            Int(UInt16(bigEndian: cell.bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)))
        }
        let (digits, weight, sign) = (part(0), part(1), part(2))
        guard sign == 0 else { return nil }
        switch (digits, weight) {
        case (0, _): return 0
        case (1, 0): return part(4)
        case (1, 1): return part(4) * 10_000
        case (2, 1): return part(4) * 10_000 + part(5)
        default: return nil
        }
    }
}
