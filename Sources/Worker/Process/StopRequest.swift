import Foundation
import Logging
import Service
import Synchronization

/// The wish that the process ends: once from a signal or from inside, and what is to be done then.
///
/// A second signal ends the process at once, since whoever sends it does not want to wait for the drain.
final class StopRequest: Sendable {
    private struct State {
        var requestedAt: ContinuousClock.Instant?
        var actions: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())
    private let logger: Logger

    init(signals: AsyncStream<TerminationSignal>, logger: Logger) {
        self.logger = logger
        Task {
            for await signal in signals {
                if isRequested {
                    logger.warning("\(signal.rawValue) again: ending at once; what runs is taken over by others")
                    // As a shell counts a process that a signal ended.
                    _exit(128 + (signal == .interrupt ? SIGINT : SIGTERM))
                }
                request("\(signal.rawValue) received")
            }
        }
    }

    /// Asks the process to end; from the second time on nothing happens.
    func request(_ reason: String) {
        let actions = state.withLock { state -> [@Sendable () -> Void]? in
            guard state.requestedAt == nil else { return nil }
            state.requestedAt = .now
            defer { state.actions = [] }
            return state.actions
        }
        guard let actions else { return }
        logger.notice("\(reason): the drain begins")
        for action in actions { action() }
    }

    /// Does something once the end is asked for, at once where it was before.
    func whenRequested(_ action: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state -> Bool in
            if state.requestedAt == nil { state.actions.append(action) }
            return state.requestedAt != nil
        }
        if isLate { action() }
    }

    /// Whether the end was asked for.
    var isRequested: Bool { requestedAt != nil }

    /// When the end was asked for.
    var requestedAt: ContinuousClock.Instant? { state.withLock { $0.requestedAt } }
}
