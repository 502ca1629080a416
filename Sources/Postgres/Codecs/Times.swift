package import Civil

/// PostgreSQL counts as `Timestamp` does: microseconds since 2000-01-01T00:00:00Z, with the extremes as infinities.
extension Timestamp: PostgresScalar {
    package static var postgresType: PostgresType { .timestamptz }
    package static var postgresArrayType: PostgresType { .timestamptzArray }

    package func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        bytes.append(bigEndian: microseconds)
    }

    package static func decode(_ cell: Cell) throws(PostgresError) -> Timestamp {
        guard cell.type == .timestamptz, cell.count == 8 else { throw cell.mismatch("Timestamp") }
        return Timestamp(microseconds: cell.integer(Int64.self))
    }
}

/// PostgreSQL counts as `LocalDate` does: days since 2000-01-01.
extension LocalDate: PostgresScalar {
    package static var postgresType: PostgresType { .date }
    package static var postgresArrayType: PostgresType { .dateArray }

    package func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        bytes.append(bigEndian: days)
    }

    package static func decode(_ cell: Cell) throws(PostgresError) -> LocalDate {
        guard cell.type == .date, cell.count == 4 else { throw cell.mismatch("LocalDate") }
        return LocalDate(days: cell.integer(Int32.self))
    }
}

/// A `timestamp` without time zone, to the second: a fraction is rounded down.
extension LocalDateTime: PostgresScalar {
    package static var postgresType: PostgresType { .timestamp }
    package static var postgresArrayType: PostgresType { .timestampArray }

    package func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        bytes.append(bigEndian: secondsSince2000 * 1_000_000)
    }

    package static func decode(_ cell: Cell) throws(PostgresError) -> LocalDateTime {
        guard cell.type == .timestamp, cell.count == 8 else { throw cell.mismatch("LocalDateTime") }
        let instant = Timestamp(microseconds: cell.integer(Int64.self))
        if instant.isInfinite { throw PostgresError(.decoding, "an infinite timestamp is not a LocalDateTime") }
        return LocalDateTime(secondsSince2000: instant.seconds)
    }
}

/// An `interval` of a fixed length: one with months has none, its days count 24 hours.
extension Duration: PostgresScalar {
    package static var postgresType: PostgresType { .interval }
    package static var postgresArrayType: PostgresType { .intervalArray }

    package func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        let (seconds, attoseconds) = components
        let (product, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (microseconds, carries) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        guard !overflows, !carries else {
            throw PostgresError(.encoding, "a duration of \(seconds) s is longer than an interval can be")
        }
        bytes.append(bigEndian: microseconds)
        bytes.append(bigEndian: Int32(0))
        bytes.append(bigEndian: Int32(0))
    }

    package static func decode(_ cell: Cell) throws(PostgresError) -> Duration {
        guard cell.type == .interval, cell.count == 16 else { throw cell.mismatch("Duration") }
        guard cell.integer(Int32.self, at: 12) == 0 else {
            throw PostgresError(.decoding, "an interval with months has no fixed length")
        }
        return .microseconds(cell.integer(Int64.self)) + .seconds(Int64(cell.integer(Int32.self, at: 8)) * 86_400)
    }
}
