import Civil

/// A steady beat: `every 15 minutes`, `every hour`, `every 30 seconds`, `every 2 days`.
///
/// The beats are the multiples of the interval counted from 1970-01-01T00:00:00Z, so that every scheduler, whenever it
/// was started, sees the same ones; intervals that divide a day begin anew at midnight UTC.
package struct EveryExpression: Hashable, Sendable {
    /// The interval in seconds.
    package let seconds: Int64

    /// 1970-01-01T00:00:00Z in seconds since 2000-01-01T00:00:00Z.
    private static let epoch: Int64 = -946_684_800
    private static let longest: Int64 = 366 * 86_400

    init(words: [ScheduleExpression.Word]) throws(ScheduleError) {
        let units = "allowed are second, minute, hour and day, with a whole number in front: \"every 15 minutes\""
        var rest = words.dropFirst()
        var count: Int64 = 1
        if let word = rest.first, word.text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) {
            guard let number = Int64(word.text), number >= 1 else {
                throw ScheduleError(
                    .outOfRange, "\"\(word.text)\" is not a count; allowed are whole numbers from 1",
                    position: word.position)
            }
            count = number
            rest = rest.dropFirst()
        }
        guard let unit = rest.first else {
            let last = words[words.count - 1]
            throw ScheduleError(
                .syntax, "a unit is missing after \"\(last.text)\"; \(units)", position: last.position + last.text.count
            )
        }
        let length: Int64
        switch unit.text.lowercased() {
        case "second", "seconds": length = 1
        case "minute", "minutes": length = 60
        case "hour", "hours": length = 3600
        case "day", "days": length = 86_400
        default:
            throw ScheduleError(.syntax, "\"\(unit.text)\" is not a unit; \(units)", position: unit.position)
        }
        if let extra = rest.dropFirst().first {
            throw ScheduleError(
                .syntax, "nothing may follow the unit, but \"\(extra.text)\" does", position: extra.position)
        }
        guard count <= Self.longest / length else {
            throw ScheduleError(
                .outOfRange, "\(count) \(unit.text) is longer than 366 days, the longest interval allowed",
                position: words[1].position)
        }
        self.seconds = count * length
    }

    /// The first beat strictly after an instant.
    func next(after instant: Timestamp) -> Timestamp {
        let elapsed = instant.seconds - Self.epoch
        let beats = elapsed >= 0 ? elapsed / seconds : (elapsed - seconds + 1) / seconds
        return Timestamp(seconds: Self.epoch + (beats + 1) * seconds)
    }

    /// The number of beats after one instant and up to another, that one included.
    func count(after start: Timestamp, upTo end: Timestamp) -> Int {
        guard start < end else { return 0 }
        return Int((next(after: end).seconds - next(after: start).seconds) / seconds)
    }
}
