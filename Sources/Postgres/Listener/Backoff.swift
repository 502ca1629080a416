/// Delays that double up to a limit, each drawn at random from its upper half, so that many who lost the same server do
/// not come back at the same moment.
struct Backoff {
    private let base: Duration
    private let limit: Duration
    private var attempts = 0

    init(base: Duration, limit: Duration) {
        self.base = base
        self.limit = limit
    }

    /// The delay before the next attempt.
    mutating func next() -> Duration {
        let ceiling = min(limit, base * (1 << min(attempts, 20)))
        attempts += 1
        return ceiling * Double.random(in: 0.5...1)
    }

    /// Begins anew.
    mutating func reset() {
        attempts = 0
    }
}
