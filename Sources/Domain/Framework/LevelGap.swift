/// How much is lacking to a level of a reference (`docs/domain.md` §15, §16).
package enum LevelGap {
    /// What is lacking to a share of a reference, nought where it is reached: of persons, places and steps so many more
    /// whole ones that the level is not missed; of money and ratios the exact rest.
    package static func missing(to level: Rational, of reference: Rational, actual: Rational, kind: IndicatorKind)
        -> Rational
    {
        max(-surplus(over: level, of: reference, actual: actual, kind: kind), .zero)
    }

    /// By how much a figure is above a share of a reference; negative where it is below.
    package static func surplus(over level: Rational, of reference: Rational, actual: Rational, kind: IndicatorKind)
        -> Rational
    {
        let wanted = level * reference
        return switch kind {
        case .cumulativeUnique, .flow, .stock, .step: actual - wanted.roundedUp
        case .money, .ratio: actual - wanted
        }
    }
}
