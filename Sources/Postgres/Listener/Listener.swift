import CLibPQ

/// Hears notifications on a connection of its own and comes back by itself when that is lost.
///
/// Notifications are a hint and may be lost with the connection, so every (re)connection is an event too: whoever hears
/// `.reconnected` should look at everything once.
///
/// ```swift
/// group.addTask { await listener.run() }
/// for await event in listener.events { … }
/// ```
package final class Listener: Sendable {
    /// What a listener hears.
    package enum Event: Hashable, Sendable {
        /// The listener listens now, for the first time or again, or could not keep all that it heard: look at everything
        /// once.
        case reconnected
        /// A notification. Equal ones that nobody has taken yet are one.
        case notification(channel: String, payload: String)
    }

    private let settings: ConnectionSettings
    private let channels: [String]
    private let probeInterval: Duration
    private let onOutage: @Sendable (PostgresError) -> Void
    private let buffer: EventBuffer

    /// A listener to channels; it does nothing until it runs.
    ///
    /// - Parameters:
    ///   - settings: how to reach the database: directly or by a proxy that pools by session.
    ///   - channels: the channels' names, as they are.
    ///   - capacity: how many different events are kept for a slow reader; beyond that they become one `.reconnected`.
    ///   - probeInterval: after how long a silence the server is asked whether it still lives.
    ///   - onOutage: called once when the connection is lost or cannot be made, not again until it has been made.
    package init(
        _ settings: ConnectionSettings, channels: [String], capacity: Int = 1024,
        probeInterval: Duration = .seconds(30), onOutage: @escaping @Sendable (PostgresError) -> Void = { _ in }
    ) {
        self.settings = settings
        self.channels = channels
        self.probeInterval = probeInterval
        self.onOutage = onOutage
        buffer = EventBuffer(capacity: capacity)
    }

    /// What is heard, for one reader at a time. Ends when `run` does.
    package var events: Events { Events(buffer: buffer) }

    /// Listens until the task is cancelled.
    package func run() async {
        var backoff = Backoff(base: .milliseconds(100), limit: .seconds(15))
        var isOut = false
        var isHopeless = false
        while !Task.isCancelled {
            do throws(PostgresError) {
                let session = try await Session.open(settings)
                defer { session.close() }
                if try await PoolingProbe.isPooledByTransaction(session, limit: .after(probeLimit)) {
                    throw PostgresError(
                        .notificationsUnavailable,
                        "a proxy lends sessions out by transaction, so that notifications cannot arrive; for those, "
                            + "connect to the server directly or by a pool of sessions")
                }
                for channel in channels {
                    _ = try await session.run("listen \(identifier: channel)", .after(probeLimit))
                }
                isOut = false
                let since = ContinuousClock.now
                defer {
                    // One that is lost as soon as it is made is as bad as none: only a lasting one calms the backoff.
                    if since.duration(to: .now) > .seconds(5) { backoff.reset() }
                }
                buffer.offer(.reconnected)
                try await attend(session)
            } catch {
                if !Task.isCancelled, !isOut {
                    isOut = true
                    onOutage(error)
                }
                isHopeless = error.code == .notificationsUnavailable
            }
            // A proxy is what someone set up: it changes when someone changes it.
            if !Task.isCancelled { try? await Task.sleep(for: isHopeless ? .seconds(300) : backoff.next()) }
        }
        buffer.finish()
    }

    /// How long the server may take to answer a probe.
    private var probeLimit: Duration { settings.answerTimeout ?? .seconds(10) }

    /// Takes every notification as it comes, whether or not anybody reads the events: a server that cannot deliver keeps
    /// its queue and holds back vacuum.
    private func attend(_ session: Session) async throws(PostgresError) {
        while true {
            let pg = try session.open()
            while let notification = PQnotifies(pg) {
                buffer.offer(
                    .notification(
                        channel: String(cString: notification.pointee.relname),
                        payload: String(cString: notification.pointee.extra)))
                PQfreemem(notification)
            }
            switch await session.reactor.wait(session.token, for: .read, until: .after(probeInterval)) {
            case .ready:
                guard PQconsumeInput(pg) == 1 else { throw session.lost() }
                // Without a statement under way, a result can only be the server's goodbye.
                if PQisBusy(pg) == 0, PQstatus(pg) != CONNECTION_OK { throw session.lost() }
            case .timedOut:
                // A silent connection may be a dead one: TCP would not tell for hours.
                _ = try await session.run("select 1", .after(probeLimit))
            case .cancelled:
                return
            }
        }
    }

    /// The events of a listener.
    package struct Events: AsyncSequence, Sendable {
        fileprivate let buffer: EventBuffer

        /// Takes events one by one.
        package struct AsyncIterator: AsyncIteratorProtocol {
            fileprivate let buffer: EventBuffer

            /// The next event; nil when the listener has ended or the task is cancelled.
            package mutating func next() async -> Event? {
                await buffer.next()
            }

            /// The next event; nil when the listener has ended or the task is cancelled.
            package mutating func next(isolation actor: isolated (any Actor)?) async -> Event? {
                await buffer.next()
            }
        }

        /// An iterator over what is kept and what comes; one at a time.
        package func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(buffer: buffer)
        }
    }
}
