/// Adds up one indicator over its unit set; what is needed for the region's figure and no more, so that units can come
/// one after another (`docs/domain.md` §8).
struct RegionSums {
    /// Where units stand that have no number in a figure: at their baseline.
    private struct Absent {
        var baselines = Rational.zero
        /// Whether one of them has no target row with a value, so that its baseline is not known.
        var isUnknown = false

        mutating func add(_ goal: Goal?, _ status: ShownStatus?) {
            if let goal {
                baselines += goal.baseline
            } else if status != .notApplicable {
                isUnknown = true
            }
        }
    }

    private let kind: IndicatorKind
    private let direction: Direction

    private var reportedUnits = 0
    private var missingUnits = 0
    private var reported = Measure.zero
    private var carriedMore: Rational?
    private var upperMore: Rational?
    private var absentFromReported = Absent()
    private var absentFromCarried = Absent()
    private var absentFromUpper = Absent()

    /// Σ T and Σ B over units with a target; the number of those with a target above nought, for steps.
    private var targets = Rational.zero
    private var baselines = Rational.zero
    private var unitsWithTarget = 0
    private var stepsPlanned = 0

    private var reportedWeight = Rational.zero
    private var missingWeight = Rational.zero
    private var reportedGain = Rational.zero
    private var reportedSpan = Rational.zero
    private var stepsDone = 0
    private var stepsReported = 0

    init(kind: IndicatorKind, direction: Direction) {
        self.kind = kind
        self.direction = direction
    }

    /// Adds a unit of the reported map.
    mutating func add(_ reading: Reading, _ goal: Goal?) {
        if let goal {
            unitsWithTarget += 1
            targets += goal.target
            baselines += goal.baseline
            if goal.target.signum > 0 { stepsPlanned += 1 }
        }
        let weight = weight(of: goal)
        if let measure = reading.measure {
            reportedUnits += 1
            reportedWeight += weight
            reported.add(measure)
            reportedGain += measure.value - (goal?.baseline ?? .zero)
            if let goal {
                reportedSpan += goal.target - goal.baseline
                if goal.target.signum > 0 {
                    stepsReported += 1
                    if isDone(measure.value, goal.target) { stepsDone += 1 }
                }
            }
            return
        }
        absentFromReported.add(goal, reading.status)
        guard reading.isMissing else {
            absentFromCarried.add(goal, reading.status)
            absentFromUpper.add(goal, reading.status)
            return
        }
        missingUnits += 1
        missingWeight += weight
        if let carried = reading.carried {
            carriedMore = (carriedMore ?? .zero) + carried.value
        } else {
            absentFromCarried.add(goal, reading.status)
        }
        if let best = best(goal?.target, reading.carried?.value) {
            upperMore = (upperMore ?? .zero) + best
        } else {
            absentFromUpper.add(goal, reading.status)
        }
    }

    /// The completeness of the indicator, weighted; nil without weight.
    var weighted: Rational? {
        let all = reportedWeight + missingWeight
        return all.isZero ? nil : reportedWeight / all
    }

    /// The completeness that the gate asks for: weighted, else counted; nil where no unit is expected to report.
    var completeness: Rational? {
        if let weighted { return weighted }
        let units = reportedUnits + missingUnits
        return units == 0 ? nil : Rational(reportedUnits, units)
    }

    /// The target and baseline of the region where no row names them.
    var summedTarget: (target: Rational, baseline: Rational)? {
        switch kind {
        case .ratio: nil
        case .step: unitsWithTarget == 0 ? nil : (Rational(stepsPlanned), .zero)
        case .cumulativeUnique, .flow, .stock, .money: unitsWithTarget == 0 ? nil : (targets, baselines)
        }
    }

    /// The figures of the region, without pace and colour.
    ///
    /// - Parameter adjustment: what is added to summed figures for persons whom several units count.
    func figures(target: Rational?, baseline: Rational?, adjustment: Rational) -> RegionShares {
        var shares = RegionShares()
        switch kind {
        case .ratio:
            if reportedUnits > 0, !reported.denominator.isZero {
                shares.reported = reported.value / reported.denominator
            }
            shares.attained = plainShare(shares.reported, target, baseline)
            shares.attainedReporting = shares.attained
        case .step:
            if reportedUnits > 0 { shares.reported = Rational(stepsDone) }
            shares.attained = plainShare(shares.reported, target, baseline)
            if stepsReported > 0 { shares.attainedReporting = Rational(stepsDone, stepsReported) }
        case .cumulativeUnique, .flow, .stock, .money:
            let plain = reportedUnits > 0 ? reported.value : nil
            shares.reported = plain.map { $0 + adjustment }
            shares.attained = share(shares.reported, absentFromReported, target, baseline)
            if reportedUnits > 0, !reportedSpan.isZero {
                shares.attainedReporting = (reportedGain + adjustment) / reportedSpan
            }
            if kind == .cumulativeUnique || kind == .stock {
                shares.carried = sum(plain, carriedMore).map { $0 + adjustment }
                shares.upper = sum(plain, upperMore).map { $0 + adjustment }
                shares.attainedCarried = share(shares.carried, absentFromCarried, target, baseline)
                shares.attainedUpper = share(shares.upper, absentFromUpper, target, baseline)
            }
        }
        return shares
    }

    private func weight(of goal: Goal?) -> Rational {
        guard let goal else { return .zero }
        switch kind {
        case .ratio: return .one
        case .step: return goal.target.signum > 0 ? .one : .zero
        case .cumulativeUnique, .flow, .stock, .money: return goal.target
        }
    }

    private func isDone(_ actual: Rational, _ target: Rational) -> Bool {
        direction == .up ? actual >= target : actual <= target
    }

    /// The better of a target and a carried figure, of what exists.
    private func best(_ target: Rational?, _ carried: Rational?) -> Rational? {
        guard let target else { return carried }
        guard let carried else { return target }
        return direction == .up ? max(target, carried) : min(target, carried)
    }

    private func sum(_ first: Rational?, _ second: Rational?) -> Rational? {
        guard let first else { return second }
        return first + (second ?? .zero)
    }

    /// The share of a figure that counts units: it starts from the baseline as it is.
    private func plainShare(_ figure: Rational?, _ target: Rational?, _ baseline: Rational?) -> Rational? {
        guard let figure, let target, let baseline, target != baseline else { return nil }
        return (figure - baseline) / (target - baseline)
    }

    /// The share of a summed figure: units without a number in it stand at their baseline.
    private func share(_ figure: Rational?, _ absent: Absent, _ target: Rational?, _ baseline: Rational?) -> Rational? {
        guard let baseline, !baseline.isZero else { return plainShare(figure, target, baseline) }
        guard !absent.isUnknown else { return nil }
        return plainShare(figure.map { $0 + absent.baselines }, target, baseline)
    }
}

/// The figures of a region and their shares, without pace and colour.
struct RegionShares {
    var reported: Rational?
    var carried: Rational?
    var upper: Rational?
    var attained: Rational?
    var attainedReporting: Rational?
    var attainedCarried: Rational?
    var attainedUpper: Rational?
}

/// The attained share where no unit counts for more than its target, over the units as shown (`docs/domain.md` §8).
struct CappedSums {
    private let kind: IndicatorKind
    private let direction: Direction
    private var gain = Rational.zero
    private var span = Rational.zero
    private var anyReported = false

    init(kind: IndicatorKind, direction: Direction) {
        self.kind = kind
        self.direction = direction
    }

    /// Adds a unit as shown.
    mutating func add(actual: Rational?, target: Rational?, baseline: Rational?, hasReported: Bool) {
        if hasReported { anyReported = true }
        guard let target, let baseline else { return }
        switch kind {
        case .ratio: break
        case .step:
            guard target.signum > 0 else { return }
            span += .one
            if let actual, direction == .up ? actual >= target : actual <= target { gain += .one }
        case .cumulativeUnique, .flow, .stock, .money:
            span += target - baseline
            if let actual { gain += (direction == .up ? min(actual, target) : max(actual, target)) - baseline }
        }
    }

    /// Nil where no unit has reported, or there is nothing to reach.
    var share: Rational? {
        anyReported && !span.isZero && kind != .ratio ? gain / span : nil
    }
}
