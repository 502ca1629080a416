import Civil

/// The days that a cron expression's day-of-month and day-of-week fields select together.
struct CronDays: Hashable, Sendable {
    private let dayOfMonth: CronField
    private let dayOfWeek: CronField

    init(dayOfMonth: CronField, dayOfWeek: CronField) {
        self.dayOfMonth = dayOfMonth
        self.dayOfWeek = dayOfWeek
    }

    /// The matching days of a month as bits 1 to 31.
    func matching(year: Int, month: Int) -> UInt32 {
        let shape = MonthShape(year: year, month: month)
        let byDate = UInt32(truncatingIfNeeded: dayOfMonth.bits) & shape.all | shape.days(dayOfMonth.specials)
        let byWeekday = shape.days(onWeekdays: dayOfWeek.bits) | shape.days(dayOfWeek.specials)
        // Vixie's rule.
        return dayOfMonth.beginsWithStar || dayOfWeek.beginsWithStar ? byDate & byWeekday : byDate | byWeekday
    }
}

/// A month as cron sees it: its length and the weekday of its first day.
private struct MonthShape {
    let length: Int
    /// The weekday of the first day; Sunday is 0.
    let first: Int

    init(year: Int, month: Int) {
        length = LocalDate.length(ofMonth: month, year: year)
        first = LocalDate(year: year, month: month, day: 1)!.weekday.rawValue % 7
    }

    var all: UInt32 { UInt32((UInt64(1) << UInt64(length + 1)) - 2) }

    func weekday(of day: Int) -> Int { (first + day - 1) % 7 }

    func days(onWeekdays weekdays: UInt64) -> UInt32 {
        if weekdays & 0x7f == 0x7f { return all }
        // One week's bits from day 1 on, repeated: day d has weekday (first + d - 1) mod 7.
        let week = (weekdays | weekdays << 7) >> UInt64(first) & 0x7f
        let repeated = week | week << 7 | week << 14 | week << 21 | week << 28
        return UInt32(truncatingIfNeeded: repeated << 1) & all
    }

    func days(_ specials: [CronField.Special]) -> UInt32 {
        var bits: UInt32 = 0
        for special in specials {
            if let day = day(of: special) { bits |= 1 << UInt32(day) }
        }
        return bits
    }

    private func day(of special: CronField.Special) -> Int? {
        switch special {
        case .lastDay(let before):
            return length - before >= 1 ? length - before : nil
        case .nearestWeekday(let day):
            return day <= length ? nearestWeekday(to: day) : nil
        case .lastWeekday:
            return nearestWeekday(to: length)
        case .nth(let weekday, let count):
            let day = 1 + (weekday - first + 7) % 7 + (count - 1) * 7
            return day <= length ? day : nil
        case .last(let weekday):
            return length - (self.weekday(of: length) - weekday + 7) % 7
        }
    }

    /// The nearest Monday to Friday that does not leave the month.
    private func nearestWeekday(to day: Int) -> Int {
        switch weekday(of: day) {
        case 6: day == 1 ? 3 : day - 1
        case 0: day == length ? day - 2 : day + 1
        default: day
        }
    }
}
