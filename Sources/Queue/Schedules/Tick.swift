package import Civil

/// One moment at which a schedule fires.
package struct Tick: Hashable, Sendable {
    /// The instant, which together with the schedule's name is the tick's identity.
    package let instant: Timestamp
    /// What the wall clock of the schedule's zone shows at the instant.
    package let local: LocalDateTime
    /// The zone's offset at the instant, in seconds east of UTC.
    package let offset: Int
    /// What is unusual about it, for a person: a gap or a fold of the wall clock, a working day that was moved.
    package let note: String?

    /// The tick of an instant as a zone shows it.
    package init(instant: Timestamp, zone: ZoneRules, note: String? = nil) {
        self.instant = instant
        self.offset = zone.offset(at: instant)
        self.local = LocalDateTime(secondsSince2000: instant.seconds + Int64(offset))
        self.note = note
    }

    /// The local time with its offset, `2026-03-29T04:00:00+03:00`, so that the two passes of a fold can be told apart.
    package var localText: String {
        let minutes = abs(offset) / 60
        return "\(local)\(offset < 0 ? "-" : "+")\(twoDigits(minutes / 60)):\(twoDigits(minutes % 60))"
    }
}

/// A number below 100 in two digits.
func twoDigits(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
}

extension LocalDateTime {
    /// The time of day as a person writes it: `09:00`, with seconds only where there are any.
    var shortTime: String { second == 0 ? String(timeText.prefix(5)) : timeText }

    /// The wall-clock time one second later.
    var nextSecond: LocalDateTime { LocalDateTime(secondsSince2000: secondsSince2000 + 1) }
}
