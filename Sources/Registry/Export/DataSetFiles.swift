package import Civil
package import Domain

extension DataSet {
    /// A file of the data set format.
    package struct File: Hashable, Sendable {
        /// Its name, `units.csv`.
        package let name: String
        /// Its octets: UTF-8, lines ended by CRLF.
        package let content: [UInt8]
    }

    /// The rows as files of the data set format, each sorted, so that the same rows give the same octets; contacts are
    /// left out, since who is written to is no input of a figure. A table without a row has no file.
    ///
    /// - Parameter zone: the zone in whose offset instants are written.
    package func files(zone: ZoneRules) -> [File] {
        DataTable.allCases.compactMap { table in
            let records = records(of: table, zone: zone)
            guard !records.isEmpty else { return nil }
            var writer = CSVWriter()
            writer.write(table.columns.map { Optional($0.name) })
            for record in records.sorted(by: Self.precedes) { writer.write(record) }
            return File(name: table.fileName, content: writer.bytes)
        }
    }

    /// Field by field in the order of the octets; an empty field first.
    private static func precedes(_ left: [String?], _ right: [String?]) -> Bool {
        for (one, other) in zip(left, right) where one != other {
            guard let one else { return true }
            guard let other else { return false }
            return one.utf8.lexicographicallyPrecedes(other.utf8)
        }
        return false
    }

    private func records(of table: DataTable, zone: ZoneRules) -> [[String?]] {
        switch table {
        case .units:
            units.map {
                [
                    $0.code, $0.name, $0.nameGen, $0.nameDat, $0.nameAcc, $0.type.rawValue, $0.validFrom.description,
                    $0.validTo?.description,
                ]
            }
        case .successions:
            successions.map { [$0.predecessor, $0.successor, $0.effectiveOn.description, $0.share.decimalText] }
        case .plans: plans.map { [$0.plan, $0.name, $0.pathStart.description, $0.targetDate.description] }
        case .planVersions:
            planVersions.map {
                [
                    $0.plan, "\($0.version)", $0.title, $0.approvedOn?.description, $0.effectiveFrom.description,
                    $0.approvedBy, "\($0.technicalOnly)",
                ]
            }
        case .memberships:
            memberships.map {
                [$0.plan, $0.unit, $0.role.rawValue, $0.validFrom.description, $0.validTo?.description]
            }
        case .indicators:
            indicators.map {
                [
                    $0.indicator, $0.name, $0.nameEn, $0.kind.rawValue, $0.unit, $0.direction.rawValue,
                    $0.targetGroup,
                ]
            }
        case .targets:
            targets.map {
                [
                    $0.plan, "\($0.version)", $0.indicator, $0.unit, $0.targetDate.description, $0.kind.rawValue,
                    $0.value?.decimalText, $0.baseline.decimalText,
                ]
            }
        case .forms:
            forms.map {
                [
                    $0.form, $0.name, $0.recurrence.rawValue, "\($0.dueWorkingDays)", "\($0.graceWorkingDays)",
                    $0.role.rawValue,
                ]
            }
        case .formIndicators: formIndicators.map { [$0.form, $0.indicator] }
        case .contacts: []
        case .calendar:
            calendar.map {
                [$0.calendar, $0.date.description, $0.kind.rawValue, $0.name, $0.knownSince?.description]
            }
        case .calendarAdoptions: calendarAdoptions.map { [$0.unit, "\($0.year)", "\($0.adoptsMovedDays)"] }
        case .submissions:
            submissions.map {
                [
                    $0.unit, $0.form, $0.period.code, "\($0.version)", Self.text(of: $0.receivedAt, zone: zone),
                    $0.status.rawValue, "\($0.isNil)",
                ]
            }
        case .observations:
            observations.map {
                [
                    $0.unit, $0.form, $0.period.code, "\($0.version)", $0.indicator, $0.value?.decimalText,
                    $0.obsStatus.rawValue, $0.basis.rawValue, $0.denominator?.decimalText,
                ]
            }
        case .framework: framework.map { [$0.plan, $0.priority, $0.indicator, $0.kind.rawValue] }
        case .adjustments:
            adjustments.map { [$0.plan, $0.indicator, $0.period.code, $0.delta.decimalText, $0.reason] }
        case .contradictions:
            contradictions.map {
                [$0.plan, $0.indicator, $0.value, $0.source, $0.publishedOn?.description, $0.note]
            }
        }
    }

    /// An instant as the zone's clocks showed it, with their offset and with decimals only where it has some.
    private static func text(of instant: Timestamp, zone: ZoneRules) -> String {
        let offset = zone.offset(at: instant)
        let shifted = instant.adding(.seconds(offset)).description.dropLast()
        let minutes = abs(offset) / 60
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(shifted)\(offset < 0 ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
    }
}
