import ArgumentParser
import Foundation

/// One process of the floor.
struct FloorProcess: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "floor", abstract: "One process of the floor.")

    @Option(help: "The database.") var url: String
    @Option(help: "Jobs a claim.") var batch = 1000
    @Option(help: "Listen and write each pickup's instant here, in place of draining.") var pickups: String?

    func run() throws {
        let floor = Floor(url: url)
        defer { floor.close() }
        if let pickups {
            let log = PickupLog(path: pickups)
            floor.listen { log.note($0) }
            return
        }
        print("ready")
        fflush(nil)
        _ = readLine()
        let first = monotonicNow()
        let done = floor.drain(batch: batch)
        print("first \(first) last \(monotonicNow()) done \(done)")
    }
}
