import Foundation
import Postgres

/// What a run is asked to do.
struct Plan: Sendable {
    var seconds = 300
    var seed = UInt64.random(in: 1...999_999_999)
    var workers = 3
    var slots = 8
    var leaseSeconds = 3
    /// Where the programs are.
    var binaries = ""
    /// Where sockets and logs go.
    var folder = ""
    /// What starts the server again.
    var startCommand = ""
    var conninfo = ""
    /// Whether the engine's fence is taken out of the run's database: then the run must find violations.
    var lacksFence = false
    /// Whether leases run out long before their processes believe so.
    var expiresEarly = false

    static let usage = """
        usage: rinda-chaos --binaries DIR --folder DIR --start COMMAND [--seconds N] [--seed N] [--workers N] [--early-expiry] [--without-fence]
        RINDA_DATABASE_URL names an empty database on a server of the run's own, reached by a Unix socket as superuser.
        """

    init(_ arguments: [String]) throws {
        var words = arguments[...]
        func number<Number: FixedWidthInteger>(_ word: String?, _ option: String) throws -> Number {
            guard let word, let number = Number(word) else {
                throw ChaosFailure(description: "\(option) needs a number")
            }
            return number
        }
        while let option = words.popFirst() {
            switch option {
            case "--without-fence":
                (lacksFence, expiresEarly) = (true, true)
                continue
            case "--early-expiry":
                expiresEarly = true
                continue
            default: break
            }
            let word = words.popFirst()
            switch option {
            case "--seconds": seconds = try number(word, option)
            case "--seed": seed = try number(word, option)
            case "--workers": workers = try number(word, option)
            case "--binaries": binaries = word ?? ""
            case "--folder": folder = word ?? ""
            case "--start": startCommand = word ?? ""
            default: throw ChaosFailure(description: Self.usage)
            }
        }
        conninfo = ProcessInfo.processInfo.environment["RINDA_DATABASE_URL"] ?? ""
        guard !binaries.isEmpty, !folder.isEmpty, !startCommand.isEmpty, host.hasPrefix("/") else {
            throw ChaosFailure(description: Self.usage)
        }
    }

    var settings: ConnectionSettings {
        ConnectionSettings(conninfo, applicationName: "chaos", answerTimeout: .seconds(20))
    }
    var host: String { settings.value(of: "host") ?? "" }
    var port: String { settings.value(of: "port") ?? "5432" }
    var user: String { settings.value(of: "user") ?? "rinda" }
    var database: String { settings.value(of: "dbname") ?? "rinda" }
    var lease: Duration { .seconds(leaseSeconds) }
    /// What a run must reach to count.
    var leastFaults: Int { seconds / 4 }
    var leastEvents: Int { seconds * 60 }
}
