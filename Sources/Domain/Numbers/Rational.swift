import BigInt

/// An exact fraction: every count, sum of money and share is one, so that nothing is ever rounded but what is printed
/// (`docs/domain.md` §1).
///
/// Nearly all of them are small: those that fit are two machine integers, and only the others go to the heap.
package struct Rational: Sendable {
    enum Storage: Sendable {
        /// Lowest terms, the denominator positive, the numerator never `Int64.min`.
        case small(Int64, Int64)
        /// Lowest terms, the denominator positive, and at least one of the two too big for `small`.
        case big(BigFraction)
    }

    let storage: Storage

    init(storage: Storage) {
        self.storage = storage
    }

    /// An integer.
    package init(_ value: Int) {
        self.init(numerator: Int64(value), denominator: 1)
    }

    /// The fraction of two integers.
    ///
    /// - Precondition: the denominator is not zero.
    package init(_ numerator: Int, _ denominator: Int) {
        self.init(numerator: Int64(numerator), denominator: Int64(denominator))
    }

    init(numerator: Int64, denominator: Int64) {
        precondition(denominator != 0, "a fraction needs a denominator other than zero")
        guard numerator != .min, denominator != .min else {
            self.init(BigInt(numerator), BigInt(denominator))
            return
        }
        let sign: Int64 = denominator < 0 ? -1 : 1
        let divisor = Self.greatestCommonDivisor(numerator.magnitude, denominator.magnitude)
        self.init(storage: .small(sign * (numerator / Int64(divisor)), sign * (denominator / Int64(divisor))))
    }

    init(_ numerator: BigInt, _ denominator: BigInt) {
        precondition(denominator != 0, "a fraction needs a denominator other than zero")
        let divisor = numerator.greatestCommonDivisor(with: denominator) * (denominator < 0 ? -1 : 1)
        let top = numerator / divisor
        let bottom = denominator / divisor
        if let small = Int64(exactly: top), small != .min, let under = Int64(exactly: bottom) {
            self.init(storage: .small(small, under))
        } else {
            self.init(storage: .big(BigFraction(numerator: top, denominator: bottom)))
        }
    }

    /// Nought.
    package static let zero = Rational(0)

    /// One.
    package static let one = Rational(1)

    /// Whether it is nought.
    package var isZero: Bool {
        if case .small(0, _) = storage { true } else { false }
    }

    /// -1, 0 or 1.
    package var signum: Int {
        switch storage {
        case .small(let numerator, _): Int(numerator.signum())
        case .big(let fraction): fraction.numerator < 0 ? -1 : 1
        }
    }

    /// Its value where it is a whole number that fits an `Int`; nil otherwise.
    package var wholeNumber: Int? {
        if case .small(let numerator, 1) = storage { Int(numerator) } else { nil }
    }

    /// Without its sign.
    package var magnitude: Rational { signum < 0 ? -self : self }

    /// Numerator and denominator in lowest terms, the denominator positive.
    var terms: (numerator: BigInt, denominator: BigInt) {
        switch storage {
        case .small(let numerator, let denominator): (BigInt(numerator), BigInt(denominator))
        case .big(let fraction): (fraction.numerator, fraction.denominator)
        }
    }

    static func greatestCommonDivisor(_ left: UInt64, _ right: UInt64) -> UInt64 {
        var (a, b) = (left, right)
        if b == 1 { return 1 }
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}

/// The terms of a fraction that do not fit two machine integers.
final class BigFraction: Sendable {
    let numerator: BigInt
    let denominator: BigInt

    init(numerator: BigInt, denominator: BigInt) {
        self.numerator = numerator
        self.denominator = denominator
    }
}

extension Rational: Hashable {
    package static func == (left: Rational, right: Rational) -> Bool {
        switch (left.storage, right.storage) {
        case (.small(let a, let b), .small(let c, let d)): a == c && b == d
        case (.big(let a), .big(let b)): a.numerator == b.numerator && a.denominator == b.denominator
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch storage {
        case .small(let numerator, let denominator):
            hasher.combine(numerator)
            hasher.combine(denominator)
        case .big(let fraction):
            hasher.combine(fraction.numerator)
            hasher.combine(fraction.denominator)
        }
    }
}

extension Rational: Comparable {
    package static func < (left: Rational, right: Rational) -> Bool {
        if case .small(let a, let b) = left.storage, case .small(let c, let d) = right.storage {
            if b == d { return a < c }
            let (high, low) = (a.multipliedFullWidth(by: d), c.multipliedFullWidth(by: b))
            return high.high != low.high ? high.high < low.high : high.low < low.low
        }
        let (a, b) = left.terms
        let (c, d) = right.terms
        return a * d < c * b
    }
}
