/// The rules of one time zone as a value: its transitions, read from PostgreSQL, so that what uses it stays pure.
///
/// The zone data of a toolchain are frozen when it is built; PostgreSQL reads the system's, which updates keep right.
package struct ZoneRules: Hashable, Sendable {
    /// One change of the zone's offset from UTC.
    package struct Transition: Hashable, Sendable {
        /// The first instant at which the new offset holds.
        package let at: Timestamp
        /// The new offset, in seconds east of UTC.
        package let offset: Int

        /// A change to an offset, in seconds east of UTC, at an instant.
        package init(at: Timestamp, offset: Int) {
            self.at = at
            self.offset = offset
        }
    }

    /// What a wall-clock time means in a zone.
    package enum Resolution: Hashable, Sendable {
        /// The time occurs once.
        case once(Timestamp)
        /// The time does not exist: clocks were put forward over it. The first valid instant after the gap.
        case gap(firstValid: Timestamp)
        /// The time occurs twice: clocks were put back over it. Its first occurrence and its second.
        case fold(first: Timestamp, second: Timestamp)

        /// The instant at which something fixed to this local time happens once: the time itself, the first valid
        /// instant after a gap, the first occurrence in a fold.
        package var instant: Timestamp {
            switch self {
            case .once(let instant): instant
            case .gap(let firstValid): firstValid
            case .fold(let first, _): first
            }
        }
    }

    /// The IANA name, `Europe/Riga`.
    package let name: String
    /// The offset before the first transition, in seconds east of UTC.
    package let initialOffset: Int
    /// The transitions, in order.
    package let transitions: [Transition]

    /// A zone of an IANA name with its transitions in order of time.
    package init(name: String, initialOffset: Int, transitions: [Transition]) {
        self.name = name
        self.initialOffset = initialOffset
        self.transitions = transitions
    }

    /// Coordinated Universal Time.
    package static let utc = ZoneRules(name: "UTC", initialOffset: 0, transitions: [])

    /// The offset in force at an instant, in seconds east of UTC.
    package func offset(at instant: Timestamp) -> Int {
        let index = firstTransition(after: instant)
        return index == 0 ? initialOffset : transitions[index - 1].offset
    }

    /// What the zone's wall clock shows at an instant, to the second.
    package func local(at instant: Timestamp) -> LocalDateTime {
        LocalDateTime(secondsSince2000: instant.seconds + Int64(offset(at: instant)))
    }

    /// The date in the zone at an instant.
    package func date(at instant: Timestamp) -> LocalDate {
        local(at: instant).date
    }

    /// What a wall-clock time means: once, in a gap, or twice.
    package func resolve(_ local: LocalDateTime) -> Resolution {
        let wall = local.secondsSince2000
        // Offsets are within a day of UTC, so only transitions within a day of the wall time read as UTC can matter.
        var index = firstTransition(after: Timestamp(seconds: wall - 86_400))
        var before = index == 0 ? initialOffset : transitions[index - 1].offset
        var found: [Timestamp] = []
        var start = Int64.min
        while true {
            let end = index < transitions.count ? transitions[index].at.seconds : Int64.max
            let candidate = wall - Int64(before)
            if candidate >= start && candidate < end { found.append(Timestamp(seconds: candidate)) }
            guard index < transitions.count, transitions[index].at.seconds <= wall + 86_400 else { break }
            let after = transitions[index].offset
            if found.isEmpty && wall >= end + Int64(before) && wall < end + Int64(after) {
                return .gap(firstValid: transitions[index].at)
            }
            start = end
            before = after
            index += 1
        }
        switch found.count {
        case 0: return .gap(firstValid: Timestamp(seconds: wall - Int64(before)))
        case 1: return .once(found[0])
        default: return .fold(first: found[0], second: found[1])
        }
    }

    /// The last second of a date in the zone: 23:59:59 on its wall clock.
    package func endOfDay(_ date: LocalDate) -> Timestamp {
        switch resolve(LocalDateTime(date: date, secondOfDay: 86_399)) {
        case .once(let instant), .fold(_, let instant): instant
        case .gap(let firstValid): firstValid.adding(.seconds(-1))
        }
    }

    /// The index of the first transition later than an instant.
    private func firstTransition(after instant: Timestamp) -> Int {
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].at <= instant { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
