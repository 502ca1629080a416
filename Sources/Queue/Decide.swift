package import Postgres

/// What becomes of a job after an attempt: the words of `rinda.settle`.
package enum Verdict: String, Sendable, Hashable {
    /// Final: done.
    case completed
    /// Final: stopped.
    case cancelled
    /// Final: given up.
    case discarded
    /// Again after a delay; the attempt counts.
    case retry
    /// Again after a delay; the attempt does not count.
    case snooze
    /// Again at once; the attempt does not count.
    case release
}

/// Why an attempt did not complete: the words of `errors` in `rinda.jobs`.
package enum FailureReason: String, Sendable, Hashable {
    /// The handler threw.
    case failed
    /// The timeout passed.
    case timeout
    /// The arguments did not decode.
    case args
    /// Someone stopped it.
    case cancelled
}

/// A decision about one attempt, before it is written.
package struct Settlement: Sendable, Hashable {
    /// What becomes of the job.
    package var verdict: Verdict
    /// The delay before it may run again; only for `retry` and `snooze`.
    package var delay: Duration = .zero
    /// What to note in the job's errors: why, and the words for it.
    package var reason: FailureReason?
    /// The words for the reason.
    package var message: String?
    /// What to keep as the job's output.
    package var output: JSON?
}

/// Decides what becomes of a job: the end of its attempt and its kind's policy give the next state, and nothing else.
///
/// - Parameters:
///   - end: how the attempt ended.
///   - attempt: its number, from 1.
///   - maxAttempts: how many count.
///   - policy: the kind's delays.
///   - jitter: a random number from 0 up to 1, given so that the decision is a function of its values.
/// - Returns: nil where nothing may or need be written: the lease is lost, or the handler settled the job itself.
package func decide(
    _ end: AttemptEnd, attempt: Int, maxAttempts: Int, policy: KindPolicy, jitter: Double
) -> Settlement? {
    switch end {
    case .leaseLost, .returned(.settled):
        return nil
    case .returned(.completed(let output)):
        return Settlement(verdict: .completed, output: output)
    case .returned(.snooze(let delay)):
        return Settlement(verdict: .snooze, delay: max(.zero, delay))
    case .returned(.cancel(let reason)):
        return Settlement(verdict: .cancelled, reason: .cancelled, message: reason)
    case .returned(.discard(let reason)):
        return Settlement(verdict: .discarded, reason: .failed, message: reason)
    case .failed(let message):
        return failure(.failed, message, attempt: attempt, maxAttempts: maxAttempts, policy: policy, jitter: jitter)
    case .timedOut(let limit):
        return failure(
            .timeout, "it ran for longer than \(limit)", attempt: attempt, maxAttempts: maxAttempts, policy: policy,
            jitter: jitter)
    case .undecodable(let message):
        return Settlement(verdict: .discarded, reason: .args, message: message)
    case .cancelRequested:
        return Settlement(verdict: .cancelled, reason: .cancelled, message: "cancelled while it ran")
    case .interrupted:
        return Settlement(verdict: .release)
    }
}

private func failure(
    _ reason: FailureReason, _ message: String, attempt: Int, maxAttempts: Int, policy: KindPolicy, jitter: Double
) -> Settlement {
    guard attempt < maxAttempts else {
        return Settlement(verdict: .discarded, reason: reason, message: message)
    }
    return Settlement(
        verdict: .retry, delay: policy.backoff(afterAttempt: attempt, jitter: jitter), reason: reason, message: message)
}
