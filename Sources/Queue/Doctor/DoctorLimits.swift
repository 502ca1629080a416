/// From where on the doctor minds. What is measured against the engine's own promises (leases, ticks) has the limit of
/// the promise; the rest are rules of thumb for a database that serves a queue.
package struct DoctorLimits: Sendable {
    /// A transaction that works for so long holds back vacuum noticeably.
    package var openTransaction: Duration = .seconds(300)
    /// A transaction that stands idle is a fault of its program much sooner.
    package var idleTransaction: Duration = .seconds(30)
    /// Whatever is this old is pulling the whole database down.
    package var pinnedForLong: Duration = .seconds(3600)
    /// The age in transactions from which a slot that nobody reads counts.
    package var slotAge: Int64 = 1_000_000
    /// The share of connections in use.
    package var connections: (warning: Double, critical: Double) = (0.8, 0.95)
    /// The share of the notification queue in use; a full one fails every commit that notifies.
    package var notifyQueue: (warning: Double, critical: Double) = (0.1, 0.5)
    /// The age of the oldest frozen transaction, as a share of two thousand million.
    package var wraparound: (warning: Double, critical: Double) = (0.25, 0.75)
    /// Dead rows of one table.
    package var deadTuples: (warning: Int64, critical: Int64) = (1_000_000, 20_000_000)
    /// How long autovacuum may leave a table that is due for it: some of its rounds.
    package var vacuumLag: Duration = .seconds(600)
    /// Bytes without live rows in one table or index.
    package var bloat: (warning: Int64, critical: Int64) = (256 << 20, 8 << 30)
    /// The share of a relation that must be bloat for it to be worth a word.
    package var bloatShare = 0.75
    /// A worker's clock decides nothing, but its log lines are hard to match.
    package var clockOffset: Duration = .seconds(5)
    /// A job must be rescued within this time of its lease's end.
    package var rescue: Duration = .seconds(5)
    /// How long a job that could run may wait.
    package var oldestAvailable: (warning: Duration, critical: Duration) = (.seconds(600), .seconds(3600))
    /// A scheduler says that it lives every few seconds.
    package var schedulerSilence: Duration = .seconds(30)
    /// How late a schedule may be looked at.
    package var scheduleDelay: (warning: Duration, critical: Duration) = (.seconds(30), .seconds(600))
    /// How many subjects of one look are told one by one.
    package var subjects = 10

    /// The limits as they stand.
    package init() {}
}
