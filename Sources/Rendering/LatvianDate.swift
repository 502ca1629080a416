import Civil

/// Dates in Latvian, in the cases that letters need (`docs/domain.md`, language).
enum LatvianDate {
    /// `2026. gada 16. janvāris`
    static func long(_ date: LocalDate) -> String { withMonth(date, LatvianMonth.nominative) }

    /// `2026. gada 16. janvārim`, which follows *līdz*.
    static func dative(_ date: LocalDate) -> String { withMonth(date, LatvianMonth.dative) }

    /// `2026. gada 16. janvāri`, which follows *uz*.
    static func accusative(_ date: LocalDate) -> String { withMonth(date, LatvianMonth.accusative) }

    /// `2026. gada 16. janvārī`, on that day.
    static func locative(_ date: LocalDate) -> String { withMonth(date, LatvianMonth.locative) }

    /// `16.01.2026.`, with the dot at the end.
    static func short(_ date: LocalDate) -> String {
        "\(twoDigits(date.day)).\(twoDigits(date.month)).\(date.year)."
    }

    /// `23.59`, as clocks are written after *plkst.*
    static func time(_ time: LocalDateTime) -> String { "\(twoDigits(time.hour)).\(twoDigits(time.minute))" }

    /// `piektdiena`
    static func weekday(_ date: LocalDate) -> String { stem(date) + "diena" }

    /// `piektdienai`, which follows *līdz*.
    static func weekdayDative(_ date: LocalDate) -> String { stem(date) + "dienai" }

    /// `piektdien`, on that day.
    static func weekdayAdverb(_ date: LocalDate) -> String { stem(date) + "dien" }

    /// `šodien`, `rīt`, or the weekday: when a date is, seen from another.
    static func when(_ date: LocalDate, from today: LocalDate) -> String {
        switch date.days(since: today) {
        case 0: "šodien"
        case 1: "rīt"
        default: weekdayAdverb(date)
        }
    }

    private static func withMonth(_ date: LocalDate, _ names: [String]) -> String {
        "\(date.year). gada \(date.day). \(names[date.month - 1])"
    }

    private static func stem(_ date: LocalDate) -> String {
        ["pirm", "otr", "treš", "ceturt", "piekt", "sest", "svēt"][date.weekday.rawValue - 1]
    }

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}

/// The months' names by case, January first.
enum LatvianMonth {
    static let nominative = [
        "janvāris", "februāris", "marts", "aprīlis", "maijs", "jūnijs", "jūlijs", "augusts", "septembris", "oktobris",
        "novembris", "decembris",
    ]
    static let genitive = [
        "janvāra", "februāra", "marta", "aprīļa", "maija", "jūnija", "jūlija", "augusta", "septembra", "oktobra",
        "novembra", "decembra",
    ]
    static let dative = [
        "janvārim", "februārim", "martam", "aprīlim", "maijam", "jūnijam", "jūlijam", "augustam", "septembrim",
        "oktobrim", "novembrim", "decembrim",
    ]
    static let accusative = [
        "janvāri", "februāri", "martu", "aprīli", "maiju", "jūniju", "jūliju", "augustu", "septembri", "oktobri",
        "novembri", "decembri",
    ]
    static let locative = [
        "janvārī", "februārī", "martā", "aprīlī", "maijā", "jūnijā", "jūlijā", "augustā", "septembrī", "oktobrī",
        "novembrī", "decembrī",
    ]
}
