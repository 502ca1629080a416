import Civil
import Domain

extension ReportContent {
    /// The fields that the report's template may name.
    var fields: TemplateFields {
        [
            "planName": .text(planName),
            "organisation": .text(organisation),
            "periodNominative": .text(LatvianPeriod.nominative(period)),
            "periodAccusative": .text(LatvianPeriod.accusative(period)),
            "periodCode": .text(period.code),
            "revision": .text(String(revision)),
            "planVersion": .list(planVersion.map { [$0.fields] } ?? []),
            "asOf": .text(LatvianDate.long(asOf)),
            "asOfAccusative": .text(LatvianDate.accusative(asOf)),
            "knownAtDative": .optional(
                knownAt.map { "\(LatvianDate.dative($0.date)), plkst. \(LatvianDate.time($0))" }),
            "pathStart": .text(LatvianDate.short(pathStart)),
            "targetDate": .text(LatvianDate.short(targetDate)),
            "snapshot": .text(snapshot),
            "rules": .text(rules),
            "summary": .text(summary),
            "expected": .text(LatvianNumber.text(completeness.expected)),
            "reported": .text(LatvianNumber.text(completeness.reported)),
            "onTime": .text(LatvianNumber.text(completeness.onTime)),
            "reportedShare": .optional(share(completeness.reported)),
            "onTimeShare": .optional(share(completeness.onTime)),
            "indicators": .list(indicators.enumerated().map { $1.fields(id: "r\($0 + 1)") }),
            "hasMissing": .flag(!missing.isEmpty),
            "missing": .list(missing.map(\.fields)),
            "hasNotices": .flag(!notices.isEmpty),
            "notices": .list(notices.map(\.fields)),
            "hasNotes": .flag(!notes.isEmpty),
            "notes": .list(notes.map { ["note": .text($0)] }),
            "statuses": .list(AttainmentStatus.allCases.map(\.legend)),
            "stylesheet": .markup(embeddedText(PackageResources.report_css)),
        ]
    }

    /// The share of a count of submissions in those expected.
    private func share(_ count: Int) -> String? {
        completeness.expected > 0 ? LatvianNumber.percent(Rational(count, completeness.expected)) : nil
    }

    /// The report in one paragraph.
    private var summary: String {
        var sentences: [String] = []
        if let reportedShare = share(completeness.reported), let onTimeShare = share(completeness.onTime) {
            let received = LatvianPlural.form(completeness.reported, one: "saņemts", other: "saņemti")
            sentences.append(
                "Par \(LatvianPeriod.accusative(period)) \(received) \(LatvianNumber.text(completeness.reported)) no"
                    + " \(LatvianNumber.text(completeness.expected))"
                    + " \(LatvianPlural.form(completeness.expected, one: "gaidāmā iesnieguma", other: "gaidāmajiem iesniegumiem"))"
                    + " (\(reportedShare)), termiņā – \(LatvianNumber.text(completeness.onTime)) (\(onTimeShare)).")
        }
        let units = missing.map(\.unit).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        if !units.isEmpty {
            sentences.append("Dati nav saņemti no: \(LatvianNoticeWords.joined(units)).")
        }
        sentences += indicators.map { indicator in
            guard let reported = indicator.reported else { return "\(indicator.name): dati nav saņemti." }
            let target = indicator.target.map { " no \(LatvianNumber.text($0))" } ?? ""
            let share = indicator.attained.map { " (\(LatvianNumber.percent($0)))" } ?? ""
            return "\(indicator.name): \(LatvianNumber.text(reported))\(target)\(share) –"
                + " \(StatusStyle(indicator.status).label)."
        }
        return sentences.joined(separator: " ")
    }
}

extension ReportContent.PlanVersion {
    fileprivate var fields: TemplateFields {
        [
            "number": .text(String(number)), "title": .text(title),
            "approvedOnLocative": .optional(approvedOn.map(LatvianDate.locative)),
            "approvedBy": .optional(approvedBy.isEmpty ? nil : approvedBy),
        ]
    }
}

extension ReportContent.Indicator {
    fileprivate func fields(id: String) -> TemplateFields {
        var fields: TemplateFields = [
            "id": .text(id), "code": .text(code), "name": .text(name), "measure": .text(measure),
            "target": .text(number(target)), "reported": .text(number(reported)),
            "carried": .text(number(carried)), "upper": .text(number(upper)),
            "attained": .text(percent(attained)), "attainedReporting": .text(percent(attainedReporting)),
            "attainedCarried": .text(percent(attainedCarried)), "attainedUpper": .text(percent(attainedUpper)),
            "attainedCapped": .text(percent(attainedCapped)), "expected": .text(percent(expected)),
            "pace": .text(pace.map(LatvianNumber.twoDecimals) ?? "–"), "completeness": .text(percent(completeness)),
            "hasUnits": .flag(!units.isEmpty), "units": .list(units.map(\.fields)),
            "chart": .markup(UnitChart(indicator: self, id: id).svg),
        ]
        fields.add(status.fields)
        return fields
    }
}

extension ReportContent.UnitFigure {
    fileprivate var fields: TemplateFields {
        var fields: TemplateFields = [
            "unit": .text(name), "unitTarget": .text(number(target)),
            "unitActual": .text(actual.map(LatvianNumber.text) ?? observation?.placeholder ?? "…"),
            "unitAttained": .text(percent(attained)),
            "unitPace": .text(pace.map(LatvianNumber.twoDecimals) ?? "–"),
            "observation": .text(observation?.label ?? "nav veidlapā"),
            "unitCarried": .optional(
                carried.map {
                    "pēdējie zināmie dati: \(LatvianNumber.text($0.value)), pirms "
                        + ($0.age == 1 ? "1 perioda" : "\($0.age) periodiem")
                }),
        ]
        fields.add(status.fields)
        return fields
    }
}

extension AttainmentStatus {
    /// The fields that show a status.
    fileprivate var fields: TemplateFields {
        let style = StatusStyle(self)
        return ["statusLabel": .text(style.label), "statusSign": .text(style.sign), "statusClass": .text(style.name)]
    }

    /// The fields of a line that explains a status.
    fileprivate var legend: TemplateFields {
        var fields = fields
        let meaning =
            switch self {
            case .blue: "sasniegti vismaz 100 % no mērķa"
            case .green: "temps vismaz 0,90: sasniegtais ir vismaz 90 % no tā, kas līdz šim datumam gaidāms"
            case .amber: "temps no 0,70 līdz 0,90"
            case .red: "temps mazāks par 0,70"
            case .grey: "nav datu vai datu pilnīgums ir mazāks par 80 %"
            case .noTarget: "plānā mērķis nav noteikts"
            case .unplanned: "mērķis ir nulle, bet pakalpojums ir sniegts"
            }
        fields.add(["meaning": .text(meaning)])
        return fields
    }
}

extension ReportContent.MissingReturn {
    fileprivate var fields: TemplateFields {
        [
            "unit": .text(unit), "form": .text(form), "period": .text(LatvianPeriod.nominative(period)),
            "due": .text(LatvianDate.short(due)),
            "lastNotice": .text(lastNotice.map(LatvianDate.short) ?? "nav sūtīts"),
        ]
    }
}

extension ReportContent.SentNotice {
    fileprivate var fields: TemplateFields {
        let kind =
            switch step {
            case .opening: "aicinājums iesniegt datus"
            case .friendly: "atgādinājums pirms termiņa"
            case .lastCall: "pēdējais atgādinājums pirms termiņa"
            case .overdue: "atgādinājums pēc termiņa"
            case .escalation: "atkārtots atgādinājums"
            case .formalLetter: "vēstules projekts"
            }
        let recipient =
            switch audience {
            case .submitter: "datu iesniedzējs"
            case .head: "sociālā dienesta vadītājs"
            case .executive: "izpilddirektors"
            case .chair: "domes priekšsēdētājs"
            case .general: "pašvaldības kopējā adrese"
            case .region: "plānošanas reģions"
            }
        return [
            "on": .text(LatvianDate.short(on)), "unit": .text(unit), "form": .text(form),
            "step": .text("\(step.rawValue), \(kind)"), "recipient": .text(recipient),
            "outcome": .text(hasBounced ? "nav piegādāts" : "nosūtīts"),
        ]
    }
}

/// A figure, or a dash where there is none.
private func number(_ value: Rational?) -> String { value.map(LatvianNumber.text) ?? "–" }

/// A share as a percentage, or a dash where there is none.
private func percent(_ share: Rational?) -> String { share.map(LatvianNumber.percent) ?? "–" }
