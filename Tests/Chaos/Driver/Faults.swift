import ChaosHistory
import Foundation
import Synchronization

/// Injects faults, one after the other and some at the same time, as the dice fall.
struct Faults {
    /// What can go wrong.
    enum Fault: String, CaseIterable {
        case kill, pause, drain, hole, cut, killScheduler, cutAll, restartFast, restartImmediate, killBackend

        /// How often, among a hundred.
        var weight: Int {
            switch self {
            case .kill: 26
            case .pause: 20
            case .drain: 8
            case .hole: 14
            case .cut: 10
            case .killScheduler: 8
            case .cutAll: 6
            case .restartFast, .restartImmediate: 3
            case .killBackend: 2
            }
        }
    }

    let plan: Plan
    let fleet: Fleet
    let server: Server
    var dice: Dice
    private(set) var counts: [Fault: Int] = [:]

    init(_ plan: Plan, _ fleet: Fleet, _ server: Server) {
        self.plan = plan
        self.fleet = fleet
        self.server = server
        dice = Dice(plan.seed)
    }

    var total: Int { counts.values.reduce(0, +) }

    mutating func inject(until end: ContinuousClock.Instant) async throws {
        let start = ContinuousClock.now
        await withTaskGroup(of: Void.self) { group in
            while ContinuousClock.now < end {
                let fault = draw()
                let at = String(format: "%.1f", (ContinuousClock.now - start) / .seconds(1))
                do {
                    if let lasting = try await begin(fault) {
                        counts[fault, default: 0] += 1
                        say("\(at) s: \(fault.rawValue)")
                        group.addTask { await lasting() }
                    }
                } catch {
                    say("\(at) s: \(fault.rawValue) could not be injected: \(error)")
                }
                try? await Task.sleep(for: dice.seconds(0.1...1.8))
            }
        }
    }

    private mutating func draw() -> Fault {
        var left = dice.roll(Fault.allCases.reduce(0) { $0 + $1.weight })
        for fault in Fault.allCases {
            left -= fault.weight
            if left < 0 { return fault }
        }
        return .kill
    }

    /// Begins a fault and answers what ends it; nil where its place is taken by another one.
    private mutating func begin(_ fault: Fault) async throws -> (@Sendable () async -> Void)? {
        switch fault {
        case .cutAll:
            try await server.cutAllConnections()
            return {}
        case .restartFast, .restartImmediate:
            try await server.restart(fault == .restartFast ? .fast : .immediate)
            return {}
        case .killBackend:
            try await server.killBackend(&dice)
            return {}
        case .kill, .pause, .drain, .hole, .cut, .killScheduler:
            let places = fault == .killScheduler ? fleet.schedulers : fleet.workers
            guard let place = dice.pick(places), place.seize() else { return nil }
            return act(fault, on: place)
        }
    }

    private mutating func act(_ fault: Fault, on place: Fleet.Place) -> @Sendable () async -> Void {
        let fleet = fleet
        let lease = Double(plan.leaseSeconds)
        switch fault {
        case .pause:
            place.current?.send(SIGSTOP)
            // Half of the pauses end before the lease does, half long after others have taken the jobs over.
            let length = dice.seconds(dice.roll(2) == 0 ? lease * 0.2...lease : lease * 2...lease * 4.5)
            return {
                try? await Task.sleep(for: length)
                place.current?.send(SIGCONT)
                place.release()
            }
        case .hole:
            place.proxy.setHole(true)
            let length = dice.seconds(0.2...lease * 2.5)
            return {
                try? await Task.sleep(for: length)
                place.proxy.setHole(false)
                place.release()
            }
        case .cut:
            place.proxy.cut()
            return { place.release() }
        default:
            place.current?.send(fault == .drain ? SIGTERM : SIGKILL)
            let length = dice.seconds(0...2)
            return {
                _ = await place.current?.end(within: .seconds(20))
                try? await Task.sleep(for: length)
                try? fleet.start(place)
                place.release()
            }
        }
    }
}

/// Words on standard error; standard output is left to the result.
func say(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
}
