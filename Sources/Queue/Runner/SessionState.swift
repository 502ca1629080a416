/// The process's lease as it knows it.
struct SessionState {
    /// The session's number, or nil while there is none.
    var id: Int64?
    /// Until when the lease surely holds, by the monotonic clock, reckoned from before its last renewal was sent.
    var holdsUntil: ContinuousClock.Instant?
    /// How many sessions this process has begun.
    var begun = 0
    /// Whether the database knows that the process is idle and wants notifications.
    var announcedIdle = false
    /// Whether the process has nothing to do.
    var isIdle = false
    /// Whether notifications can arrive. While they cannot, nobody is asked to send any.
    var isListening = false
}
