import Civil

/// The indicators and forms of a plan: an indicator belongs to it if any of its versions has a target row for it, a form
/// if it holds one of these (`docs/domain.md` §3).
struct PlanReference {
    private let plan: Plan
    private let planForms: [Form]
    private(set) var indicators: [IndicatorFrame]
    let indicatorNumbers: [String: Int]
    let formNumbers: [String: Int]

    init(_ plan: Plan, in dataSet: DataSet) {
        self.plan = plan
        let codes = Set(dataSet.targets.lazy.filter { $0.plan == plan.plan }.map(\.indicator))
        var indicators = dataSet.indicators.filter { codes.contains($0.indicator) }
            .map { IndicatorFrame(code: $0.indicator, kind: $0.kind, direction: $0.direction) }
        indicators.sort { inCodePointOrder($0.code, $1.code) }
        var numbers: [String: Int] = [:]
        for (number, indicator) in indicators.enumerated() { numbers[indicator.code] = number }
        self.indicatorNumbers = numbers

        let formCodes = Set(dataSet.formIndicators.lazy.filter { numbers[$0.indicator] != nil }.map(\.form))
        let forms = dataSet.forms.filter { formCodes.contains($0.form) }
            .sorted { inCodePointOrder($0.form, $1.form) }
        self.planForms = forms
        var formNumbers: [String: Int] = [:]
        for (number, form) in forms.enumerated() { formNumbers[form.form] = number }
        self.formNumbers = formNumbers

        var onForm: [[Int]] = Array(repeating: [], count: forms.count)
        for row in dataSet.formIndicators {
            if let form = formNumbers[row.form], let indicator = numbers[row.indicator] {
                onForm[form].append(indicator)
            }
        }
        for (form, list) in onForm.enumerated() {
            for (position, indicator) in list.sorted().enumerated() {
                indicators[indicator].place = (form, position)
            }
        }
        self.indicators = indicators
    }

    func forms(asOf: LocalDate, periodStart: LocalDate) -> [FormFrame] {
        var frames = planForms.map {
            FormFrame(form: $0, asOf: asOf, pathStart: plan.pathStart, periodStart: periodStart)
        }
        for (number, indicator) in indicators.enumerated() {
            if let place = indicator.place { frames[place.form].indicators.append(number) }
        }
        return frames
    }
}
