package import Postgres

/// How jobs of one kind are run and retried: a row of the catalogue `rinda.kind`.
package struct KindPolicy: Sendable, Hashable {
    /// The kind.
    package var kind: String
    /// The queue of a job that names none.
    package var queue: String
    /// The number of attempts of a job that names none.
    package var maxAttempts: Int
    /// How long one attempt may take; apart from the lease, which only says that its process lives.
    package var timeout: Duration
    /// The delay after the first failure.
    package var backoffBase: Duration
    /// What each further failure multiplies the delay by.
    package var backoffFactor: Double
    /// The longest delay.
    package var backoffCap: Duration

    /// A policy in full.
    package init(
        kind: String, queue: String = "default", maxAttempts: Int = 5, timeout: Duration = .seconds(900),
        backoffBase: Duration = .seconds(1), backoffFactor: Double = 2, backoffCap: Duration = .seconds(3600)
    ) {
        self.kind = kind
        self.queue = queue
        self.maxAttempts = maxAttempts
        self.timeout = timeout
        self.backoffBase = backoffBase
        self.backoffFactor = backoffFactor
        self.backoffCap = backoffCap
    }

    /// The delay before the next attempt: exponential up to the cap, shortened by up to a fifth so that jobs which
    /// failed together do not come back together.
    ///
    /// - Parameters:
    ///   - attempt: the attempt that failed, from 1.
    ///   - jitter: a random number from 0 up to 1.
    package func backoff(afterAttempt attempt: Int, jitter: Double) -> Duration {
        var seconds = backoffBase / .seconds(1)
        let cap = backoffCap / .seconds(1)
        for _ in 1..<max(1, attempt) where seconds < cap { seconds *= backoffFactor }
        return .seconds(min(seconds, cap) * (1 - 0.2 * jitter))
    }
}

/// Reads the catalogue of kinds.
package func loadKindPolicies(on session: inout some Querying & ~Copyable) async throws -> [String: KindPolicy] {
    let rows = try await session.query(
        """
        select kind, queue, max_attempts, timeout_seconds, backoff_base_seconds, backoff_factor, backoff_cap_seconds
          from rinda.kind
        """)
    var policies: [String: KindPolicy] = [:]
    for row in rows {
        let policy = KindPolicy(
            kind: try row.decode(0, as: String.self), queue: try row.decode(1, as: String.self),
            maxAttempts: Int(try row.decode(2, as: Int32.self)),
            timeout: .seconds(try row.decode(3, as: Double.self)),
            backoffBase: .seconds(try row.decode(4, as: Double.self)),
            backoffFactor: try row.decode(5, as: Double.self),
            backoffCap: .seconds(try row.decode(6, as: Double.self)))
        policies[policy.kind] = policy
    }
    return policies
}
