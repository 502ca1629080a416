import Civil

/// A cron expression made of plain sets and matched date by date and second by second: slow, and obviously right.
struct NaiveCron {
    let text: String
    private let seconds60: Set<Int>
    private let minutes: Set<Int>
    private let hours: Set<Int>
    private let daysOfMonth: Set<Int>
    private let months: Set<Int>
    private let weekdays: Set<Int>
    private let needsBoth: Bool

    /// A random expression in random notation, always with the hour fixed so that it means local time.
    static func random(using random: inout ScheduleDice) -> NaiveCron {
        let second = field(0...59, using: &random)
        let minute = field(0...59, using: &random)
        let hour = field(0...23, stars: false, using: &random)
        let dayOfMonth = field(1...31, using: &random)
        let month = field(1...12, using: &random)
        let weekday = field(0...6, using: &random)
        return NaiveCron(
            text: [second, minute, hour, dayOfMonth, month, weekday].map(\.text).joined(separator: " "),
            seconds60: second.values, minutes: minute.values, hours: hour.values, daysOfMonth: dayOfMonth.values,
            months: month.values, weekdays: weekday.values,
            needsBoth: dayOfMonth.text.hasPrefix("*") || weekday.text.hasPrefix("*"))
    }

    func matches(_ date: LocalDate) -> Bool {
        guard months.contains(date.month) else { return false }
        let byDate = daysOfMonth.contains(date.day)
        let byWeekday = weekdays.contains(date.weekday.rawValue % 7)
        return needsBoth ? byDate && byWeekday : byDate || byWeekday
    }

    func days(from start: LocalDate, count: Int) -> [LocalDate] {
        (0..<count).map { start.adding(days: $0) }.filter(matches)
    }

    /// The matching days of several years.
    func days(of year: Int, _ count: Int) -> [LocalDate] {
        days(from: LocalDate(year: year, month: 1, day: 1)!, count: count * 365)
    }

    /// The matching seconds of a day.
    func seconds() -> [Int] {
        (0..<86_400).filter {
            hours.contains($0 / 3600) && minutes.contains($0 / 60 % 60) && seconds60.contains($0 % 60)
        }
    }

    private static func field(
        _ bounds: ClosedRange<Int>, stars: Bool = true, using random: inout ScheduleDice
    ) -> (text: String, values: Set<Int>) {
        let low = Int.random(in: bounds, using: &random)
        let high = Int.random(in: low...bounds.upperBound, using: &random)
        let step = Int.random(in: 1...max(1, bounds.upperBound / 2), using: &random)
        switch Int.random(in: stars ? 0...5 : 2...5, using: &random) {
        case 0: return ("*", Set(bounds))
        case 1: return ("*/\(step)", Set(stride(from: bounds.lowerBound, through: bounds.upperBound, by: step)))
        case 2: return ("\(low)", [low])
        case 3: return ("\(low)-\(high)", Set(low...high))
        case 4: return ("\(low)-\(high)/\(step)", Set(stride(from: low, through: high, by: step)))
        default:
            return (
                "\(high),\(low)/\(step)", Set(stride(from: low, through: bounds.upperBound, by: step)).union([high])
            )
        }
    }
}
