import Glibc

/// Points in time for deadlines, in nanoseconds of the system's monotonic clock: no step of the wall clock moves them.
struct Deadline: Comparable, Sendable {
    let nanoseconds: UInt64

    /// A deadline that never comes.
    static let never = Deadline(nanoseconds: .max)

    static var now: Deadline {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Deadline(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    /// The deadline a duration from now; nil never comes.
    static func after(_ duration: Duration?) -> Deadline {
        guard let duration else { return .never }
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, seconds < 1 << 32 else { return seconds < 0 ? now : .never }
        return Deadline(
            nanoseconds: now.nanoseconds + UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000))
    }

    /// What is left until the deadline; nil where it never comes, zero where it is past.
    var remaining: Duration? {
        guard self != .never else { return nil }
        let now = Deadline.now
        return now < self ? .nanoseconds(Int64(clamping: nanoseconds - now.nanoseconds)) : .zero
    }

    static func < (left: Deadline, right: Deadline) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}
