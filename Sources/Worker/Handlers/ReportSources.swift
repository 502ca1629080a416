import Civil
import Domain
import Foundation
import Postgres
import Registry
import Rendering

/// What a report is written from: the figures, and the names and obligations that go with them.
struct ReportSources: Sendable {
    let attainment: Attainment
    let plan: Plan?
    let version: PlanVersion?
    let zone: ZoneRules
    /// The indicators of the plan, by code.
    let indicators: [String: Indicator]
    /// The units that have a row, by code.
    let units: [String: OrgUnit]
    /// The names of the forms, by code.
    let forms: [String: String]
    /// The planning region's name.
    let organisation: String
    /// The obligations of the period that have come up by the as-of date, and the notices about them.
    let obligations: [ObligationRecord]
    let notices: [Notice]
    /// What the region's figures leave out, since several units count it.
    let adjustments: [Adjustment]
    /// What others have published and does not agree.
    let contradictions: [Contradiction]

    /// Reads what a report says beside its figures.
    static func gather(
        _ attainment: Attainment, _ dataSet: DataSet, zone: ZoneRules, on transaction: inout Transaction
    ) async throws -> ReportSources {
        let (question, asOf) = (attainment.question, attainment.asOf)
        var filter = ObligationFilter()
        filter.plan = question.plan
        let obligations = try await Registry.obligations(filter, on: &transaction).filter {
            question.period.firstDay <= $0.period.lastDay && $0.period.lastDay <= asOf
        }
        let units = Set(attainment.units.map(\.unit)).union(obligations.map(\.unit))
        let region = try await Registry.regions(on: asOf, database: &transaction).first
        let names = try await Registry.units(Array(units), on: asOf, database: &transaction)
        return ReportSources(
            attainment: attainment, plan: dataSet.plans.first { $0.plan == question.plan },
            version: dataSet.planVersions.first { $0.version == attainment.planVersion }, zone: zone,
            indicators: Dictionary(dataSet.indicators.map { ($0.indicator, $0) }) { first, _ in first },
            units: Dictionary(names.map { ($0.code, $0) }) { first, _ in first },
            forms: Dictionary(dataSet.forms.map { ($0.form, $0.name) }) { first, _ in first },
            organisation: region?.name ?? "", obligations: obligations,
            notices: try await Registry.notices(ofObligations: obligations.map(\.id), on: &transaction),
            adjustments: dataSet.adjustments.filter { $0.period.lastDay <= asOf }
                .sorted { ($0.indicator, $0.period.lastDay) < ($1.indicator, $1.period.lastDay) },
            contradictions: try await Registry.contradictions(of: question.plan, on: &transaction))
    }

    /// The content of the report in a revision.
    func content(revision: Int) -> ReportContent {
        let question = attainment.question
        return ReportContent(
            planName: plan?.name ?? question.plan, organisation: organisation, period: question.period,
            revision: revision,
            planVersion: version.map {
                ReportContent.PlanVersion(
                    number: $0.version, title: $0.title, approvedOn: $0.approvedOn, approvedBy: $0.approvedBy)
            }, asOf: attainment.asOf, knownAt: question.knownAt.map { zone.local(at: $0) },
            pathStart: plan?.pathStart ?? question.period.firstDay,
            targetDate: plan?.targetDate ?? question.period.lastDay, snapshot: attainment.snapshot,
            rules: Attainment.rules,
            completeness: ReportContent.Completeness(
                expected: attainment.completeness.expected, reported: attainment.completeness.reported,
                onTime: attainment.completeness.onTime), indicators: figures, missing: missing, notices: sent,
            notes: remarks)
    }

    private var figures: [ReportContent.Indicator] {
        let rows = Dictionary(grouping: attainment.units, by: \.indicator)
        return attainment.region.map { figure in
            let indicator = indicators[figure.indicator]
            let weighted = attainment.completeness.weighted.first { $0.indicator == figure.indicator }
            let units = (rows[figure.indicator] ?? []).map {
                ReportContent.UnitFigure($0, name: name(of: $0.unit))
            }
            return ReportContent.Indicator(
                figure, name: indicator?.name ?? figure.indicator, measure: indicator?.unit ?? "",
                completeness: weighted?.share, units: units.sorted { Self.precedes($0.name, $1.name) })
        }
    }

    /// What the region's figures leave out and what others have published, a remark each.
    private var remarks: [String] {
        func name(_ code: String) -> String { indicators[code]?.name ?? code }
        return adjustments.map { ReportRemark.text($0, indicator: name($0.indicator)) }
            + contradictions.map { ReportRemark.text($0, indicator: name($0.indicator)) }
    }

    private var missing: [ReportContent.MissingReturn] {
        let byObligation = Dictionary(grouping: notices, by: \.plan.obligation)
        return obligations.filter { $0.acceptedAt == nil && $0.waivedReason == nil }.map { obligation in
            let last = (byObligation[obligation.id] ?? []).filter { $0.state == .sent }.map(\.plan.plannedFor).max()
            return ReportContent.MissingReturn(
                unit: name(of: obligation.unit), form: forms[obligation.form] ?? obligation.form,
                period: obligation.period, due: obligation.dueOn, lastNotice: last)
        }.sorted {
            ($0.period.lastDay, $0.form) == ($1.period.lastDay, $1.form)
                ? Self.precedes($0.unit, $1.unit) : ($0.period.lastDay, $0.form) < ($1.period.lastDay, $1.form)
        }
    }

    /// The notices that went out, by the day for which they were meant.
    private var sent: [ReportContent.SentNotice] {
        let byNumber = Dictionary(obligations.map { ($0.id, $0) }) { first, _ in first }
        return notices.filter { $0.state == .sent || $0.state == .bounced }.compactMap { notice in
            guard let obligation = byNumber[notice.plan.obligation],
                let step = NoticeStep(rawValue: notice.plan.step.rawValue),
                let audience = NoticeAudience(rawValue: notice.plan.addressee.rawValue)
            else { return nil }
            return ReportContent.SentNotice(
                on: notice.plan.plannedFor, unit: name(of: obligation.unit),
                form: forms[obligation.form] ?? obligation.form, step: step, audience: audience,
                hasBounced: notice.state == .bounced)
        }.sorted { ($0.on, $0.unit, $0.step.rawValue) < ($1.on, $1.unit, $1.step.rawValue) }
    }

    private func name(of unit: String) -> String { units[unit]?.name ?? unit }

    /// The order of the Latvian alphabet, in which names are looked for.
    private static func precedes(_ left: String, _ right: String) -> Bool {
        left.compare(right, options: [], range: nil, locale: Locale(identifier: "lv")) == .orderedAscending
    }
}
