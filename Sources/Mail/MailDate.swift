import Civil

/// An instant as a message's `Date` header writes it (RFC 5322, section 3.3).
enum MailDate {
    private static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Thu, 15 Jan 2026 09:00:00 +0200` of an instant and an offset in seconds east of UTC.
    ///
    /// The header has whole minutes of offset: one with seconds (zones before 1926) is written in UTC instead.
    static func text(_ instant: Timestamp, offset: Int) -> String {
        let offset = offset % 60 == 0 ? offset : 0
        let local = LocalDateTime(secondsSince2000: instant.seconds + Int64(offset))
        let date = local.date
        let minutes = abs(offset) / 60
        let zone = (offset < 0 ? "-" : "+") + twoDigits(minutes / 60) + twoDigits(minutes % 60)
        return "\(weekdays[date.weekday.rawValue - 1]), \(date.day) \(months[date.month - 1]) \(date.year)"
            + " \(local.timeText) \(zone)"
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : String(number)
    }
}
