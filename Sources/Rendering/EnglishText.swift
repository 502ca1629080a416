import Civil
import Domain

/// Dates, periods and counts in English.
enum EnglishText {
    /// `16 January 2026`
    static func date(_ date: LocalDate) -> String { "\(date.day) \(months[date.month - 1]) \(date.year)" }

    /// `Friday`
    static func weekday(_ date: LocalDate) -> String { weekdays[date.weekday.rawValue - 1] }

    /// `today`, `tomorrow`, or `on Friday`: when a date is, seen from another.
    static func when(_ date: LocalDate, from today: LocalDate) -> String {
        switch date.days(since: today) {
        case 0: "today"
        case 1: "tomorrow"
        default: "on \(weekday(date))"
        }
    }

    /// `the second half of 2025`, `the fourth quarter of 2025`, `July 2025`, `2025`
    static func period(_ period: Period) -> String {
        switch period.recurrence {
        case .year: String(period.year)
        case .halfYear: "the \(ordinals[period.part - 1]) half of \(period.year)"
        case .quarter: "the \(ordinals[period.part - 1]) quarter of \(period.year)"
        case .month: "\(months[period.part - 1]) \(period.year)"
        }
    }

    /// `1 form`, `2 forms`
    static func count(_ count: Int, _ one: String, _ other: String) -> String { "\(count) \(count == 1 ? one : other)" }

    private static let ordinals = ["first", "second", "third", "fourth"]
    private static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
}
