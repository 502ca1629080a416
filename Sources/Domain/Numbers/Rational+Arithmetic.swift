import BigInt

extension Rational {
    /// The sum.
    package static func + (left: Rational, right: Rational) -> Rational {
        if case .small(let a, let b) = left.storage, case .small(let c, let d) = right.storage {
            if b == d {
                let (sum, overflow) = a.addingReportingOverflow(c)
                if !overflow { return Rational(numerator: sum, denominator: b) }
            } else {
                let (x, first) = a.multipliedReportingOverflow(by: d)
                let (y, second) = c.multipliedReportingOverflow(by: b)
                let (sum, third) = x.addingReportingOverflow(y)
                let (bottom, fourth) = b.multipliedReportingOverflow(by: d)
                if !(first || second || third || fourth) { return Rational(numerator: sum, denominator: bottom) }
            }
        }
        let (a, b) = left.terms
        let (c, d) = right.terms
        return Rational(a * d + c * b, b * d)
    }

    /// The negative.
    package static prefix func - (value: Rational) -> Rational {
        switch value.storage {
        case .small(let numerator, let denominator): Rational(storage: .small(-numerator, denominator))
        case .big(let fraction): Rational(-fraction.numerator, fraction.denominator)
        }
    }

    /// The difference.
    package static func - (left: Rational, right: Rational) -> Rational { left + -right }

    /// The product.
    package static func * (left: Rational, right: Rational) -> Rational {
        if case .small(let a, let b) = left.storage, case .small(let c, let d) = right.storage {
            if b == 1 && d == 1 {
                let (product, overflow) = a.multipliedReportingOverflow(by: c)
                if !overflow { return Rational(numerator: product, denominator: 1) }
            } else {
                let (top, first) = a.multipliedReportingOverflow(by: c)
                let (bottom, second) = b.multipliedReportingOverflow(by: d)
                if !(first || second) { return Rational(numerator: top, denominator: bottom) }
            }
        }
        let (a, b) = left.terms
        let (c, d) = right.terms
        return Rational(a * c, b * d)
    }

    /// The quotient.
    ///
    /// - Precondition: the divisor is not zero.
    package static func / (left: Rational, right: Rational) -> Rational {
        if case .small(let a, let b) = left.storage, case .small(let c, let d) = right.storage {
            let (top, first) = a.multipliedReportingOverflow(by: d)
            let (bottom, second) = b.multipliedReportingOverflow(by: c)
            if !(first || second) { return Rational(numerator: top, denominator: bottom) }
        }
        let (a, b) = left.terms
        let (c, d) = right.terms
        return Rational(a * d, b * c)
    }

    /// Adds to it.
    package static func += (left: inout Rational, right: Rational) { left = left + right }

    /// The smallest integer not below it, as a fraction.
    package var roundedUp: Rational {
        let (numerator, denominator) = terms
        let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
        return Rational(remainder > 0 ? quotient + 1 : quotient, 1)
    }
}
