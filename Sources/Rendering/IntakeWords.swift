package import Domain

/// What a municipality is told about what it sent, in its language (`docs/domain.md` §18). Each text says what is wrong,
/// with which value, and what to do.
package enum IntakeWords {
    /// A finding in words.
    package static func text(_ finding: IntakeFinding, in language: Language) -> String {
        let words = language == .latvian ? latvian(finding) : english(finding)
        guard let line = finding.line else { return words }
        return language == .latvian ? "\(line). rinda: \(words)" : "line \(line): \(words)"
    }

    /// What became of what was sent for a form and period.
    ///
    /// - Parameters:
    ///   - outcome: `ACCEPTED`, `RETURNED` or `UNCHANGED`.
    ///   - version: the version that it is, or that says the same.
    package static func outcome(
        _ outcome: String, form: String, period: Period, version: Int, in language: Language
    ) -> String {
        switch (language, outcome) {
        case (.latvian, "ACCEPTED"):
            "Veidlapa \(form), \(LatvianPeriod.nominative(period)): dati pieņemti, \(version). versija."
        case (.latvian, "RETURNED"):
            "Veidlapa \(form), \(LatvianPeriod.nominative(period)): \(version). versija atdota labošanai un netiek ņemta vērā."
        case (.latvian, _):
            "Veidlapa \(form), \(LatvianPeriod.nominative(period)): šie dati jau ir saņemti kā \(version). versija."
        case (.english, "ACCEPTED"): "Form \(form), \(EnglishText.period(period)): accepted as version \(version)."
        case (.english, "RETURNED"):
            "Form \(form), \(EnglishText.period(period)): version \(version) is sent back and does not count."
        case (.english, _):
            "Form \(form), \(EnglishText.period(period)): the same was received already, as version \(version)."
        }
    }

    /// That nothing was taken.
    package static func refusal(in language: Language) -> String {
        switch language {
        case .latvian: "Fails nav pieņemts, nekas nav saglabāts:"
        case .english: "The file was not taken and nothing of it is kept:"
        }
    }

    static func period(_ code: String?, _ name: (Period) -> String) -> String {
        guard let code else { return "?" }
        return Period(code: code).map(name) ?? code
    }
}
