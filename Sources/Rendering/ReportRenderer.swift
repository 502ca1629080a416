import Civil
import Domain

/// Writes a report as one HTML page in Latvian that needs nothing beside it: stylesheet and charts are inside.
package struct ReportRenderer: Sendable {
    private let page: TemplateSet

    /// The renderer of the template that comes with the program.
    ///
    /// - Throws: `RenderingError` for a template that cannot be read or names an unknown field.
    package init() throws(RenderingError) {
        try self.init(template: embeddedText(PackageResources.report_lv_mustache))
    }

    /// The renderer of a template.
    init(template: String) throws(RenderingError) {
        page = try TemplateSet(
            ["report_lv": template], format: .html,
            fields: ["report_lv": TemplateSchema.fields(of: ReportContent.specimen.fields)])
    }

    /// The page of a content, UTF-8 with LF; the same content gives the same octets.
    package func html(_ content: ReportContent) -> String {
        page.render("report_lv", content.fields)
    }
}

extension ReportContent {
    /// A content with every field filled in: what it has, a template may name.
    fileprivate static var specimen: ReportContent {
        let date = LocalDate(days: 7_304)
        let period = Period(.halfYear, containing: date)
        let unit = UnitFigure(
            name: "n", target: 1, actual: nil, observation: .lacking, attained: nil, status: .grey,
            carried: Carried(value: 1, age: 1))
        return ReportContent(
            planName: "p", organisation: "o", period: period, revision: 1,
            planVersion: PlanVersion(number: 1, title: "t", approvedOn: date, approvedBy: "b"), asOf: date,
            knownAt: LocalDateTime(date: date, secondOfDay: 0), pathStart: date, targetDate: date, snapshot: "s",
            rules: "1", completeness: Completeness(expected: 1, reported: 1, onTime: 1),
            indicators: [Indicator(code: "c", name: "n", measure: "m", status: .grey, units: [unit])],
            missing: [MissingReturn(unit: "u", form: "f", period: period, due: date)],
            notices: [SentNotice(on: date, unit: "u", form: "f", step: .opening, audience: .head)], notes: ["n"])
    }
}
