/// Where a job stands. The words are the field's; outside programs read them in `rinda.jobs`.
package enum JobState: String, Sendable, CaseIterable, Hashable {
    /// May start now.
    case available
    /// Waits for its time, or was put off by its handler.
    case scheduled
    /// A process holds it.
    case running
    /// Failed and waits for its next attempt.
    case retryable
    /// Done.
    case completed
    /// Stopped by someone.
    case cancelled
    /// Given up: out of attempts, undecodable, or suspected of crashing its processes.
    case discarded

    /// Whether the job can never run again by itself.
    package var isFinal: Bool {
        switch self {
        case .completed, .cancelled, .discarded: true
        case .available, .scheduled, .running, .retryable: false
        }
    }
}
