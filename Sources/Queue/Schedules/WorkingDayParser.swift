import Civil

/// Reads the words of a working-day expression.
struct WorkingDayParser {
    private let words: [ScheduleExpression.Word]
    private var index = 0

    init(words: [ScheduleExpression.Word]) {
        self.words = words
    }

    /// `wd of week`, `wd N of PERIOD`, `last wd of PERIOD` or `N wd before MM-DD`.
    mutating func rule() throws(ScheduleError) -> WorkingDayExpression.Rule {
        if take("last") {
            try expect("wd")
            try expect("of")
            return .last(try period().period)
        }
        if take("wd") {
            if take("of") {
                let (period, word) = try period()
                guard period == .week else {
                    throw ScheduleError(
                        .syntax,
                        "\"wd of\" means each working day and is written \"wd of week\"; for one day of a "
                            + "\(period.rawValue) write \"wd 10 of \(period.rawValue)\"", position: word.position)
                }
                return .each
            }
            let place = try current("a number or \"of week\"")
            let count = try number("a working day's number, from 1")
            try expect("of")
            let (period, _) = try period()
            guard count <= period.mostWorkingDays else {
                throw ScheduleError(
                    .outOfRange,
                    "no \(period.rawValue) has \(count) working days; allowed are 1-\(period.mostWorkingDays)",
                    position: place.position)
            }
            return .nth(count, period)
        }
        let place = try current("a number of working days")
        let count = try number("a number of working days, from 1")
        guard count <= CalendarPeriod.year.mostWorkingDays else {
            throw ScheduleError(
                .outOfRange, "\(count) working days are more than a year has; allowed are 1-262",
                position: place.position)
        }
        try expect("wd")
        try expect("before")
        let date = try monthAndDay()
        return .before(count, month: date.month, day: date.day)
    }

    /// `at HH:MM` or `at HH:MM:SS`, as a second of the day.
    mutating func time() throws(ScheduleError) -> Int {
        try expect("at")
        let word = try current("a local time, HH:MM")
        let parts = word.text.split(separator: ":", omittingEmptySubsequences: false).map(Self.twoDigitNumber)
        guard parts.count == 2 || parts.count == 3, let hour = parts[0], let minute = parts[1], hour < 24, minute < 60,
            let second = parts.count == 3 ? parts[2] : 0, second < 60
        else {
            throw ScheduleError(
                .syntax, "\"\(word.text)\" is not a local time; allowed are 00:00 to 23:59, with seconds if need be",
                position: word.position)
        }
        index += 1
        return hour * 3600 + minute * 60 + second
    }

    /// `on NAME`.
    mutating func calendar() throws(ScheduleError) -> String {
        try expect("on")
        let word = try current("the name of a working-day calendar, such as LV")
        guard word.text.utf8.count <= 64, word.text.utf8.allSatisfy(Self.isNameByte) else {
            throw ScheduleError(
                .syntax, "\"\(word.text)\" is not a calendar's name; allowed are letters, digits, _, - and .",
                position: word.position)
        }
        index += 1
        return word.text
    }

    /// Nothing may follow.
    func end() throws(ScheduleError) {
        guard index < words.count else { return }
        throw ScheduleError(
            .syntax, "nothing may follow the calendar, but \"\(words[index].text)\" does",
            position: words[index].position)
    }

    private mutating func period() throws(ScheduleError) -> (period: CalendarPeriod, word: ScheduleExpression.Word) {
        let allowed = "allowed are week, month, quarter, half-year and year"
        let word = try current("a period; \(allowed)")
        guard let period = CalendarPeriod(rawValue: word.text.lowercased()) else {
            throw ScheduleError(.syntax, "\"\(word.text)\" is not a period; \(allowed)", position: word.position)
        }
        index += 1
        return (period, word)
    }

    private mutating func monthAndDay() throws(ScheduleError) -> (month: Int, day: Int) {
        let word = try current("a date of the year, MM-DD")
        let parts = word.text.split(separator: "-", omittingEmptySubsequences: false).map(Self.twoDigitNumber)
        // A leap year has every date that any year has; in other years 02-29 is no date and has no tick.
        guard parts.count == 2, let month = parts[0], let day = parts[1],
            LocalDate(year: 2000, month: month, day: day) != nil
        else {
            throw ScheduleError(
                .syntax, "\"\(word.text)\" is not a date of the year; allowed are 01-01 to 12-31, as MM-DD",
                position: word.position)
        }
        index += 1
        return (month, day)
    }

    private mutating func number(_ what: String) throws(ScheduleError) -> Int {
        let word = try current(what)
        guard word.text.utf8.count <= 4, word.text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
            let number = Int(word.text), number >= 1
        else {
            throw ScheduleError(
                .syntax, "\"\(word.text)\" cannot stand here; expected is \(what)", position: word.position)
        }
        index += 1
        return number
    }

    private mutating func take(_ keyword: String) -> Bool {
        guard index < words.count, words[index].text.lowercased() == keyword else { return false }
        index += 1
        return true
    }

    private mutating func expect(_ keyword: String) throws(ScheduleError) {
        let word = try current("\"\(keyword)\"")
        guard take(keyword) else {
            throw ScheduleError(
                .syntax, "\"\(word.text)\" cannot stand here; expected is \"\(keyword)\"", position: word.position)
        }
    }

    private func current(_ what: String) throws(ScheduleError) -> ScheduleExpression.Word {
        guard index < words.count else {
            let last = words[words.count - 1]
            throw ScheduleError(
                .syntax, "the expression ends too early; expected is \(what)", position: last.position + last.text.count
            )
        }
        return words[index]
    }

    private static func twoDigitNumber(_ text: Substring) -> Int? {
        guard text.utf8.count == 2, text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else {
            return nil
        }
        return Int(text)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
