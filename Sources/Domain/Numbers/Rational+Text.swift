import BigInt

extension Rational {
    /// The fraction of a plain decimal (`-12`, `0.85`, `1172200.50`), or nil for anything else: no exponent, no blank,
    /// no separator of thousands, a digit on both sides of the point.
    package init?(decimal text: some StringProtocol) {
        var digits = text.utf8[...]
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
        var value: Int64 = 0
        var scale: Int64 = 1
        var count = 0
        var decimals = 0
        var afterPoint = false
        for digit in digits {
            if digit == UInt8(ascii: "."), !afterPoint, count > 0 {
                afterPoint = true
                continue
            }
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            count += 1
            if afterPoint { decimals += 1 }
            // Beyond 18 digits the value is read again below, without bound.
            if count <= 18 {
                value = value * 10 + Int64(digit - UInt8(ascii: "0"))
                if afterPoint { scale *= 10 }
            }
        }
        guard count > 0, !afterPoint || decimals > 0 else { return nil }
        if count <= 18 {
            self.init(numerator: isNegative ? -value : value, denominator: scale)
        } else {
            guard let all = BigInt(String(text.filter { $0 != "." && $0 != "+" })) else { return nil }
            self.init(all, BigInt(10).power(decimals))
        }
    }

    /// A plain decimal without exponent, plus sign or zeros at the end: `350`, `1172200.5`. A fraction that has no
    /// finite decimal form (only a ratio can) is rounded to six decimals first, half away from zero.
    package var decimalText: String {
        if case .small(let numerator, 1) = storage { return String(numerator) }
        var (numerator, rest) = terms
        // The number of decimals is the greater of the powers of two and five in the denominator.
        var twos = 0
        var fives = 0
        while rest % 2 == 0 {
            rest /= 2
            twos += 1
        }
        while rest % 5 == 0 {
            rest /= 5
            fives += 1
        }
        guard rest == 1 else { return ratioText }
        let decimals = max(twos, fives)
        numerator *= BigInt(2).power(decimals - twos) * BigInt(5).power(decimals - fives)
        return Self.trimmed(Self.text(of: numerator, decimals: decimals))
    }

    /// Rounded to six decimals, half away from zero, zeros at the end dropped: `0.333333`, `0.625`.
    package var ratioText: String { Self.trimmed(rounded(decimals: 6)) }

    /// Exact, as a fraction in lowest terms: `-3/70`, `2`.
    package var fractionText: String {
        let (numerator, denominator) = terms
        return denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)"
    }

    /// As a percentage with exactly two decimals and no sign: one half prints `50.00`.
    package var percentText: String { (self * Rational(100)).rounded(decimals: 2) }

    /// With exactly four decimals, as pace is printed: `0.8608`.
    package var paceText: String { rounded(decimals: 4) }

    /// With exactly so many decimals, half away from zero (as PostgreSQL's `round(numeric)`), nought without a sign.
    package func rounded(decimals: Int) -> String {
        if case .small(let numerator, let denominator) = storage, decimals <= 6 {
            var scale: Int64 = 2
            for _ in 0..<decimals { scale *= 10 }
            let (doubled, overflow) = numerator.magnitude.multipliedReportingOverflow(by: UInt64(scale))
            if !overflow, doubled <= UInt64.max - UInt64(denominator), denominator <= Int64.max / 2 {
                let units = (doubled + UInt64(denominator)) / (2 * UInt64(denominator))
                return Self.text(digits: String(units), isNegative: numerator < 0 && units != 0, decimals: decimals)
            }
        }
        let (numerator, denominator) = terms
        let doubled = BigInt(numerator.magnitude) * BigInt(10).power(decimals) * 2
        let units = (doubled + denominator) / (denominator * 2)
        return Self.text(of: numerator < 0 ? -units : units, decimals: decimals)
    }

    private static func text(of units: BigInt, decimals: Int) -> String {
        text(digits: String(units.magnitude), isNegative: units < 0, decimals: decimals)
    }

    private static func text(digits: String, isNegative: Bool, decimals: Int) -> String {
        let sign = isNegative ? "-" : ""
        guard decimals > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.utf8.count)) + digits
        return "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
    }

    private static func trimmed(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: ".")) else { return text }
        var result = text[...]
        while result.last == "0" { result = result.dropLast() }
        if result.last == "." { result = result.dropLast() }
        return result == "-0" ? "0" : String(result)
    }
}

extension Rational: CustomStringConvertible {
    package var description: String { decimalText }
}

extension Rational: ExpressibleByIntegerLiteral {
    /// An integer written in the source.
    package init(integerLiteral value: Int) {
        self.init(value)
    }
}
