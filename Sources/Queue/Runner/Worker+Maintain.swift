import Logging
import Postgres
import Synchronization

/// What every worker does beside its own jobs: rescue, prune, listen, and run suspects in a process of their own.
extension Worker {
    /// Takes back what other processes lost, every few seconds, and now and then prunes and re-reads the catalogue.
    func rescueOthers() async {
        var round = 0
        while !Task.isCancelled {
            try? await Task.sleep(for: configuration.rescueInterval * Double.random(in: 0.85...1))
            if Task.isCancelled { return }
            round += 1
            do {
                while try await rescueSome() {}
                if round % 900 == 1 {
                    _ = try await control.withConnection { try await prune(on: &$0) }
                }
                if round % 30 == 0 {
                    let known = try await control.withConnection { try await loadKindPolicies(on: &$0) }
                    policies.withLock { $0 = known }
                }
            } catch {
                logger.debug("maintenance failed, trying again: \(error)")
            }
        }
    }

    /// Takes back some of what other processes lost. True where there may be more.
    private func rescueSome() async throws -> Bool {
        let rescued = try await control.withConnection { try await rescue(on: &$0) }
        guard !rescued.isEmpty else { return false }
        counters.withLock { $0.rescued += rescued.count }
        for job in rescued {
            logger.notice(
                "rescued a job whose lease had run out",
                metadata: [
                    "job.id": "\(job.id)", "job.kind": "\(job.kind)", "job.crashes": "\(job.crashes)",
                    "outcome": "\(job.outcome.rawValue)",
                ])
        }
        hints.withLock { $0.mayHaveMore = true }
        claimSignal.raise()
        return rescued.count >= rescueLimit && !Task.isCancelled
    }

    /// Wakes the claim loop on notifications for this process's queues. Without a connection that can listen everything
    /// works, only later.
    func listen() async {
        guard let listenSettings else { return }
        let queues = Set(configuration.queues.map(\.queue))
        let listener = Listener(
            listenSettings, channels: ["rinda"],
            onOutage: { [self] outage in
                session.withLock { $0.isListening = false }
                logger.warning("not listening for notifications, polling: \(outage)")
            })
        async let listening: Void = listener.run()
        for await event in listener.events {
            if event == .reconnected { session.withLock { $0.isListening = true } }
            switch event {
            case .notification(_, let payload) where !queues.contains(payload):
                continue
            case .notification, .reconnected:
                hints.withLock { $0.mayHaveMore = true }
                claimSignal.raise()
            }
        }
        await listening
    }

    /// Starts a process that runs one suspected crasher alone; one at a time.
    func startIsolated() {
        guard let isolate else { return }
        let begins = counters.withLock { counters -> Bool in
            guard !counters.isIsolating else { return false }
            counters.isIsolating = true
            return true
        }
        guard begins else { return }
        Task {
            await isolate()
            self.counters.withLock { $0.isIsolating = false }
            self.hints.withLock { $0.mayHaveMore = true }
            self.claimSignal.raise()
        }
    }
}
