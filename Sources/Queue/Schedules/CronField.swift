/// One of a cron expression's fields: its name, its bounds and the names of its values.
enum CronUnit: Int, Sendable, CaseIterable {
    case second, minute, hour, dayOfMonth, month, dayOfWeek

    /// What a person calls the field.
    var label: String {
        switch self {
        case .second: "second"
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day of month"
        case .month: "month"
        case .dayOfWeek: "day of week"
        }
    }

    /// The numbers that may be written; Sunday is 0 and 7.
    var bounds: ClosedRange<Int> {
        switch self {
        case .second, .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    /// The values' names, in order from the lowest number.
    var names: [String] {
        switch self {
        case .month: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        case .dayOfWeek: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        default: []
        }
    }

    /// What may be written in the field, for an error.
    var allowed: String {
        switch self {
        case .second, .minute, .hour: "\(bounds.lowerBound)-\(bounds.upperBound)"
        case .dayOfMonth: "1-31, L, L-n, nW and LW"
        case .month: "1-12 and JAN-DEC"
        case .dayOfWeek: "0-7 (0 and 7 are Sunday), SUN-SAT, nL and n#1 to n#5"
        }
    }
}

/// What one field of a cron expression selects.
struct CronField: Hashable, Sendable {
    /// A day that depends on the month.
    enum Special: Hashable, Sendable {
        /// `L`, `L-n`: the month's last day, or n days before it.
        case lastDay(before: Int)
        /// `nW`: the Monday to Friday nearest to a day, within its month.
        case nearestWeekday(Int)
        /// `LW`: the month's last Monday to Friday.
        case lastWeekday
        /// `d#n`: the n-th such weekday of the month; Sunday is 0.
        case nth(weekday: Int, Int)
        /// `dL`: the last such weekday of the month; Sunday is 0.
        case last(weekday: Int)
    }

    /// The selected numbers as bits; Sunday is bit 0.
    var bits: UInt64 = 0
    /// The days that depend on the month.
    var specials: [Special] = []
    /// Whether the field begins with a star, which is what Vixie's rule asks.
    var beginsWithStar = false

    /// The field of a word such as `*/15`, `MON-FRI` or `1,L`.
    init(_ word: ScheduleExpression.Word, _ unit: CronUnit) throws(ScheduleError) {
        var scanner = CronScanner(word: word, unit: unit)
        beginsWithStar = scanner.peek == UInt8(ascii: "*")
        repeat {
            try scanner.item(into: &self)
        } while scanner.take(",")
        guard scanner.isAtEnd else { throw scanner.unexpected() }
    }
}

/// Reads the items of one field.
private struct CronScanner {
    let word: ScheduleExpression.Word
    let unit: CronUnit
    /// The field in capitals; names and letters are the same in both cases.
    let bytes: [UInt8]
    var index = 0

    init(word: ScheduleExpression.Word, unit: CronUnit) {
        self.word = word
        self.unit = unit
        self.bytes = Array(word.text.uppercased().utf8)
    }

    var isAtEnd: Bool { index == bytes.count }
    var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    mutating func item(into field: inout CronField) throws(ScheduleError) {
        if take("*") {
            let all = unit == .dayOfWeek ? 0...6 : unit.bounds
            try add(all, to: &field)
        } else if unit == .dayOfMonth, take("L") {
            try lastDay(into: &field)
        } else {
            try valueOrRange(into: &field)
        }
    }

    /// What may follow `L` in the day of month: nothing, `W` or `-n`.
    private mutating func lastDay(into field: inout CronField) throws(ScheduleError) {
        if take("W") {
            field.specials.append(.lastWeekday)
        } else if take("-") {
            let start = index
            guard let days = try digits(), (1...30).contains(days) else {
                throw fault(.outOfRange, "\"L-\" must be followed by 1-30 days", at: start)
            }
            field.specials.append(.lastDay(before: days))
        } else {
            field.specials.append(.lastDay(before: 0))
        }
    }

    private mutating func valueOrRange(into field: inout CronField) throws(ScheduleError) {
        let start = index
        let first = try value()
        if unit == .dayOfMonth, take("W") {
            field.specials.append(.nearestWeekday(first.number))
        } else if unit == .dayOfWeek, take("L") {
            field.specials.append(.last(weekday: first.number % 7))
        } else if unit == .dayOfWeek, take("#") {
            let place = index
            guard let count = try digits(), (1...5).contains(count) else {
                throw fault(.outOfRange, "\"#\" must be followed by 1-5, the week of the month", at: place)
            }
            field.specials.append(.nth(weekday: first.number % 7, count))
        } else if take("-") {
            let place = index
            var last = try value()
            // A week that ends on a Sunday by name, FRI-SUN, runs forward.
            if last.isName, last.number == 0, first.number > 0 { last.number = 7 }
            guard first.number <= last.number else {
                throw fault(
                    .outOfRange,
                    "the range \(text(from: start)) of the \(unit.label) runs backwards; write it as two, "
                        + "\(text(from: start, to: place - 1))-\(unit.bounds.upperBound) and "
                        + "\(unit.bounds.lowerBound)-\(text(from: place))", at: start)
            }
            try add(first.number...last.number, to: &field)
        } else if peek == UInt8(ascii: "/") {
            try add(first.number...max(first.number, unit == .dayOfWeek ? 6 : unit.bounds.upperBound), to: &field)
        } else {
            field.bits |= bit(first.number)
        }
    }

    /// Selects every value of a range, or each so many-th where a step follows.
    private mutating func add(_ range: ClosedRange<Int>, to field: inout CronField) throws(ScheduleError) {
        var step = 1
        if take("/") {
            let place = index
            guard let number = try digits() else {
                throw fault(
                    .syntax, "a step is missing after \"/\"; allowed are 1-\(unit.bounds.upperBound)", at: place)
            }
            guard (1...unit.bounds.upperBound).contains(number) else {
                throw fault(
                    .outOfRange,
                    "a step of \(number) in the \(unit.label); allowed are 1-\(unit.bounds.upperBound)", at: place)
            }
            step = number
        }
        for number in stride(from: range.lowerBound, through: range.upperBound, by: step) {
            field.bits |= bit(number)
        }
    }

    private func bit(_ number: Int) -> UInt64 {
        1 << UInt64(unit == .dayOfWeek ? number % 7 : number)
    }

    /// A number or a name, within the field's bounds.
    private mutating func value() throws(ScheduleError) -> (number: Int, isName: Bool) {
        let start = index
        if let number = try digits() {
            guard unit.bounds.contains(number) else {
                throw fault(
                    .outOfRange, "the \(unit.label) \(number) does not exist; allowed are \(unit.allowed)", at: start)
            }
            return (number, false)
        }
        guard index + 3 <= bytes.count, let place = unit.names.firstIndex(of: letters(at: index)) else {
            throw unexpected()
        }
        index += 3
        return (place + (unit == .month ? 1 : 0), true)
    }

    private func letters(at start: Int) -> String {
        String(decoding: bytes[start..<start + 3], as: UTF8.self)
    }

    private mutating func digits() throws(ScheduleError) -> Int? {
        let start = index
        var value = 0
        while let byte = peek, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte {
            guard index - start < 4 else {
                throw fault(.outOfRange, "the number is too long; allowed are \(unit.allowed)", at: start)
            }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
            index += 1
        }
        return index == start ? nil : value
    }

    private func text(from start: Int, to end: Int? = nil) -> String {
        String(decoding: bytes[start..<(end ?? index)], as: UTF8.self)
    }

    func unexpected() -> ScheduleError {
        let allowed = "allowed are *, lists, ranges, steps, \(unit.allowed)"
        guard !isAtEnd else {
            return fault(.syntax, "a value is missing in the \(unit.label) \"\(word.text)\"; \(allowed)", at: index)
        }
        // The rest is shown as characters, for a byte may be part of one.
        let rest = String(decoding: bytes[index...], as: UTF8.self)
        return fault(.syntax, "\"\(rest.prefix(12))\" cannot stand in the \(unit.label); \(allowed)", at: index)
    }

    private func fault(_ code: ScheduleError.Code, _ message: String, at place: Int) -> ScheduleError {
        ScheduleError(code, message, position: word.position + place)
    }
}
