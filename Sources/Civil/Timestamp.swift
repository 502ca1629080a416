/// An instant, exact to the microsecond, as PostgreSQL stores a `timestamptz`.
package struct Timestamp: Hashable, Comparable, Sendable {
    /// Microseconds since 2000-01-01T00:00:00Z; the type's extremes stand for PostgreSQL's `-infinity` and `infinity`.
    package let microseconds: Int64

    /// The instant so many microseconds after 2000-01-01T00:00:00Z.
    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// PostgreSQL's `-infinity`: before every instant.
    package static let distantPast = Timestamp(microseconds: .min)

    /// PostgreSQL's `infinity`: after every instant.
    package static let distantFuture = Timestamp(microseconds: .max)

    /// Whether this is one of PostgreSQL's two infinities.
    package var isInfinite: Bool { self == .distantPast || self == .distantFuture }

    /// Whole seconds since 2000-01-01T00:00:00Z, rounded down.
    package var seconds: Int64 {
        microseconds >= 0 ? microseconds / 1_000_000 : (microseconds - 999_999) / 1_000_000
    }

    /// The instant so many whole seconds after 2000-01-01T00:00:00Z.
    package init(seconds: Int64) {
        self.init(microseconds: seconds * 1_000_000)
    }

    /// The instant a duration later (earlier where negative); infinities stay.
    package func adding(_ duration: Duration) -> Timestamp {
        if isInfinite { return self }
        let (seconds, attoseconds) = duration.components
        return Timestamp(microseconds: microseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }

    /// The duration from another instant to this one.
    package func duration(since other: Timestamp) -> Duration {
        .microseconds(microseconds - other.microseconds)
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    /// The instant of an ISO 8601 text with an offset (`2020-01-15T10:00:00+02:00`, `…Z`; a blank in place of the T,
    /// fractions of a second and a missing second are accepted), or nil for anything else: a time without an offset is
    /// not an instant.
    package init?(iso text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 17, let date = LocalDate(iso: text.prefix(10)),
            bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " ")
        else { return nil }
        var scanner = DigitScanner(bytes: bytes, position: 11)
        guard let hour = scanner.number(of: 2), hour < 24, scanner.skip(":"), let minute = scanner.number(of: 2),
            minute < 60
        else { return nil }
        var second = 0
        var fraction = 0
        if scanner.skip(":") {
            guard let value = scanner.number(of: 2), value < 60 else { return nil }
            second = value
            if scanner.skip(".") {
                guard let value = scanner.microseconds() else { return nil }
                fraction = value
            }
        }
        guard let offset = scanner.offset(), scanner.isAtEnd else { return nil }
        let local = Int64(date.days) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
        self.init(microseconds: (local - Int64(offset)) * 1_000_000 + Int64(fraction))
    }
}

extension Timestamp: CustomStringConvertible {
    /// The ISO 8601 text in UTC, `2022-01-31T21:59:59Z`, with six decimals only where there is a fraction.
    package var description: String {
        switch self {
        case .distantPast: return "-infinity"
        case .distantFuture: return "infinity"
        default: break
        }
        let local = LocalDateTime(secondsSince2000: seconds)
        let fraction = Int(microseconds - seconds * 1_000_000)
        let decimals = fraction == 0 ? "" : ".\(padded(fraction, 6))"
        return "\(local.date)T\(local.timeText)\(decimals)Z"
    }
}

/// Reads the fixed-width parts of an ISO 8601 time.
private struct DigitScanner {
    let bytes: [UInt8]
    var position: Int

    var isAtEnd: Bool { position == bytes.count }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func digit() -> Int? {
        guard position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) else {
            return nil
        }
        defer { position += 1 }
        return Int(bytes[position] - UInt8(ascii: "0"))
    }

    mutating func number(of width: Int) -> Int? {
        var value = 0
        for _ in 0..<width {
            guard let next = digit() else { return nil }
            value = value * 10 + next
        }
        return value
    }

    /// One to six decimals, as microseconds.
    mutating func microseconds() -> Int? {
        var value = 0
        var count = 0
        while let next = digit() {
            guard count < 6 else { return nil }
            value = value * 10 + next
            count += 1
        }
        guard count > 0 else { return nil }
        for _ in count..<6 { value *= 10 }
        return value
    }

    /// `Z`, `+02`, `+02:00` or `+0200`, in seconds.
    mutating func offset() -> Int? {
        if skip("Z") || skip("z") { return 0 }
        let sign: Int
        if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
        guard let hours = number(of: 2), hours <= 15 else { return nil }
        if isAtEnd { return sign * hours * 3600 }
        _ = skip(":")
        guard let minutes = number(of: 2), minutes < 60 else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}
