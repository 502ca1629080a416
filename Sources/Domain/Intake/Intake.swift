package import Civil

/// Looks at what a municipality sends, against what it said before (`docs/domain.md` §18).
package struct Intake {
    private let filing: IntakeFiling
    private let dataSet: DataSet
    private let indicators: [String: Indicator]
    private let onForm: Set<String>
    private(set) var findings: [IntakeFinding] = []

    /// What is to be said about a filing: what makes it unusable, else what sends it back or deserves a look.
    ///
    /// - Parameters:
    ///   - dataSet: what the unit and its predecessors said before, with the reference data that belong to it.
    ///   - dueOn: the due date, as extended; nil where the unit does not owe the form.
    ///   - today: the local day of arrival.
    package static func check(
        _ filing: IntakeFiling, in dataSet: DataSet, dueOn: LocalDate?, today: LocalDate, zone: ZoneRules
    ) -> [IntakeFinding] {
        var intake = Intake(filing, dataSet)
        intake.checkSubject(dueOn: dueOn, today: today)
        guard intake.findings.isEmpty else { return intake.findings }
        intake.checkRows()
        guard intake.findings.isEmpty else { return intake.findings }
        let accepted = intake.acceptedVersion
        if accepted != nil, filing.reason == nil { intake.add(.correctionWithoutReason, when: filing.period.code) }
        intake.checkSeries(today: today, zone: zone)
        if intake.findings.contains(where: { $0.rule.weight == .refusal }) {
            return intake.findings.filter { $0.rule.weight == .refusal }
        }
        if let dueOn, today > dueOn, accepted == nil { intake.add(.late, when: dueOn.description) }
        return intake.findings
    }

    private init(_ filing: IntakeFiling, _ dataSet: DataSet) {
        self.filing = filing
        self.dataSet = dataSet
        indicators = Dictionary(dataSet.indicators.map { ($0.indicator, $0) }) { first, _ in first }
        onForm = Set(dataSet.formIndicators.lazy.filter { $0.form == filing.form }.map(\.indicator))
    }

    /// The highest accepted version of the same form and period.
    private var acceptedVersion: Int? {
        dataSet.submissions.filter {
            $0.unit == filing.unit && $0.form == filing.form && $0.period == filing.period && $0.status == .accepted
        }.map(\.version).max()
    }

    private mutating func add(
        _ rule: IntakeFinding.Rule, line: Int? = nil, subject: String? = nil, value: String? = nil,
        other: String? = nil, when: String? = nil
    ) {
        findings.append(
            IntakeFinding(rule, line: line, subject: subject, value: value, other: other, when: when))
    }

    private mutating func checkSubject(dueOn: LocalDate?, today: LocalDate) {
        if let reason = filing.reason, Self.holdsPersonalCode(reason) { add(.personalCode) }
        guard dataSet.units.contains(where: { $0.code == filing.unit }) else {
            return add(.unknownUnit, line: filing.line, value: filing.unit)
        }
        guard let form = dataSet.forms.first(where: { $0.form == filing.form }) else {
            return add(.unknownForm, line: filing.line, value: filing.form)
        }
        guard form.recurrence == filing.period.recurrence else {
            return add(.wrongPeriod, line: filing.line, value: filing.period.code, other: form.recurrence.rawValue)
        }
        if today <= filing.period.lastDay {
            add(.periodNotEnded, line: filing.line, value: filing.period.code, when: filing.period.lastDay.description)
        } else if dueOn == nil {
            add(.notOwed, line: filing.line, subject: filing.form, value: filing.unit, when: filing.period.code)
        }
    }

    private mutating func checkRows() {
        var seen: Set<String> = []
        for row in filing.rows {
            if !onForm.contains(row.indicator) {
                add(.unknownIndicator, line: row.line, subject: row.indicator, value: filing.form)
            } else if !seen.insert(row.indicator).inserted {
                add(.duplicate, line: row.line, subject: row.indicator)
            }
            let carries = row.obsStatus.carriesNumber
            if carries, row.value == nil { add(.valueMissing, line: row.line, subject: row.indicator) }
            if !carries, row.value != nil {
                add(.valueUnwanted, line: row.line, subject: row.indicator, value: row.obsStatus.rawValue)
            }
            let isRatio = indicators[row.indicator]?.kind == .ratio
            if isRatio, carries, row.denominator == nil {
                add(.denominatorMissing, line: row.line, subject: row.indicator)
            }
            if row.denominator != nil, !isRatio || !carries {
                add(.denominatorUnwanted, line: row.line, subject: row.indicator)
            }
        }
    }

    /// Latvia's personal codes, the old ones (a date and five digits) and the new ones (from 32).
    private static func holdsPersonalCode(_ text: String) -> Bool {
        var digits = 0
        for byte in text.utf8 {
            if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                digits += 1
                if digits == 11 { return true }
            } else if byte != UInt8(ascii: "-") || digits != 6 {
                digits = 0
            }
        }
        return false
    }

    // MARK: against what was said before

    private mutating func checkSeries(today: LocalDate, zone: ZoneRules) {
        let with = dataSet.accepting(filing)
        var figures: [String: Rational] = [:]
        var nilFaults: Set<String> = []
        var checked: Set<String> = []
        var ofPlans: Set<String> = []
        let said = Set(filing.rows.map(\.indicator))
        for plan in FormDuties(dataSet).plans(of: filing.form) {
            guard let before = SeriesOfUnit(dataSet, plan: plan, filing, today: today, zone: zone),
                let after = SeriesOfUnit(with, plan: plan, filing, today: today, zone: zone)
            else { continue }
            for code in before.frame.indicators.map(\.code) {
                ofPlans.insert(code)
                figures[code] = after.figure(of: code, by: filing.period.lastDay) ?? figures[code]
            }
            for row in filing.rows where checked.insert(row.indicator).inserted {
                guard before.frame.indicatorNumbers[row.indicator] != nil else {
                    checked.remove(row.indicator)
                    continue
                }
                if row.obsStatus == .unchanged, !before.hasNumber(row.indicator, before: filing.period) {
                    add(.nilWithoutPrior, line: row.line, subject: row.indicator)
                }
                checkFall(of: row, before: before, after: after)
            }
            guard filing.isNil else { continue }
            for code in onForm.subtracting(said) where before.frame.indicatorNumbers[code] != nil {
                if !before.hasNumber(code, before: filing.period) { nilFaults.insert(code) }
            }
        }
        // An indicator of no plan has no series; what it repeats is looked for as it stands.
        for row in filing.rows where row.obsStatus == .unchanged && !checked.contains(row.indicator) {
            if !hasPlainNumber(row.indicator) { add(.nilWithoutPrior, line: row.line, subject: row.indicator) }
        }
        if filing.isNil {
            for code in onForm.subtracting(said) where !ofPlans.contains(code) && !hasPlainNumber(code) {
                nilFaults.insert(code)
            }
        }
        for code in nilFaults.sorted(by: inCodePointOrder) {
            add(.nilWithoutPrior, line: filing.line, subject: code)
        }
        for row in filing.rows {
            if let value = row.value, value.signum < 0 || (row.denominator?.signum ?? 0) < 0 {
                add(.negative, line: row.line, subject: row.indicator, value: value.decimalText)
            }
            warnOfAssessed(row, figures)
        }
        guard !filing.isNil else { return }
        for code in onForm.subtracting(said).sorted(by: inCodePointOrder) { add(.indicatorLacking, subject: code) }
    }

    private func hasPlainNumber(_ indicator: String) -> Bool {
        dataSet.observations.contains {
            $0.unit == filing.unit && $0.indicator == indicator && $0.obsStatus.carriesNumber
                && $0.period.recurrence == filing.period.recurrence && $0.period.ordinal < filing.period.ordinal
        }
    }

    /// A cumulative number never falls without a reason: neither below the one before nor above the one after it.
    private mutating func checkFall(of row: IntakeFiling.Row, before: SeriesOfUnit, after: SeriesOfUnit) {
        guard row.obsStatus.carriesNumber, let value = row.value,
            let kind = indicators[row.indicator]?.kind, kind == .cumulativeUnique || kind == .money,
            let figure = after.figure(of: row.indicator, at: filing.period)
        else { return }
        if row.basis == .includesPredecessors, let finals = before.predecessors(of: row.indicator), value < finals {
            add(
                .belowPredecessors, line: row.line, subject: row.indicator, value: value.decimalText,
                other: finals.decimalText)
            return
        }
        let rule: IntakeFinding.Rule = filing.reason == nil ? .decrease : .decreaseExplained
        if let earlier = before.lastFigure(of: row.indicator, before: filing.period), figure < earlier.figure {
            add(
                rule, line: row.line, subject: row.indicator, value: figure.decimalText,
                other: earlier.figure.decimalText, when: earlier.period.code)
        }
        if let old = before.figure(of: row.indicator, at: filing.period), figure < old {
            add(
                rule, line: row.line, subject: row.indicator, value: figure.decimalText, other: old.decimalText,
                when: filing.period.code)
        }
        if let later = after.nextFigure(of: row.indicator, after: filing.period), later.figure < figure {
            add(
                rule, line: row.line, subject: row.indicator, value: figure.decimalText,
                other: later.figure.decimalText, when: later.period.code)
        }
    }

    /// Who is served was assessed before: of an indicator X those are counted by `IZV-X` or `X_assessed`.
    private mutating func warnOfAssessed(_ row: IntakeFiling.Row, _ figures: [String: Rational]) {
        guard row.obsStatus.carriesNumber, let served = figures[row.indicator] else { return }
        let name = Self.served(row.indicator)
        let assessed = figures.first { Self.assessed($0.key) == name }
        if let assessed, served > assessed.value {
            add(
                .servedAboveAssessed, line: row.line, subject: row.indicator, value: served.decimalText,
                other: assessed.value.decimalText)
        }
    }

    private static func served(_ code: String) -> String {
        let name = code.lowercased()
        return ["_served", "-served"].first { name.hasSuffix($0) }.map { String(name.dropLast($0.count)) } ?? name
    }

    private static func assessed(_ code: String) -> String? {
        let name = code.lowercased()
        if name.hasPrefix("izv-") { return String(name.dropFirst(4)) }
        return ["_assessed", "-assessed"].first { name.hasSuffix($0) }.map { String(name.dropLast($0.count)) }
    }
}

extension DataSet {
    /// The data set with a filing as its highest, accepted version.
    fileprivate func accepting(_ filing: IntakeFiling) -> DataSet {
        var copy = self
        let version =
            (submissions.filter {
                $0.unit == filing.unit && $0.form == filing.form && $0.period == filing.period
            }.map(\.version).max() ?? 0) + 1
        copy.submissions.append(
            Submission(
                unit: filing.unit, form: filing.form, period: filing.period, version: version,
                receivedAt: .distantPast, status: .accepted, isNil: filing.isNil))
        copy.observations += filing.observations(version: version)
        return copy
    }
}
