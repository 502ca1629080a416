import ArgumentParser
import Civil
import Foundation
import Migrations
import Postgres
import Service
import Synchronization

/// What a command works with: the configuration and a way to the database, opened when first needed and bounded in time.
struct Desk {
    let configuration: RindaConfiguration
    let pool: Pool
    /// The zone's rules, once they have been read.
    let knownZone = KnownZone()

    /// Opens the desk. The database is not asked yet.
    ///
    /// - Throws: what is wrong with the configuration.
    static func open() throws -> Desk {
        let configuration = try RindaConfiguration.load()
        var settings = ConnectionSettings(try configuration.requireDatabaseURL(), applicationName: "rinda")
        settings.answerTimeout = nil
        // An unreachable server ends the command, well within ten seconds.
        return Desk(
            configuration: configuration, pool: Pool(settings, maxConnections: 2, acquireTimeout: .seconds(8)))
    }

    /// Runs a command's work against a database whose schema this version can work with.
    static func work(_ body: (Desk) async throws -> Void) async throws {
        try await reporting {
            let desk = try open()
            try await desk.pool.withConnection { connection in
                try await Migrator(Migrations.all).check(on: &connection)
            }
            try await body(desk)
        }
    }

    /// Turns errors into a line on standard error and the documented exit code.
    static func reporting(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as ExitCode {
            throw error
        } catch let error as CleanExit {
            throw error
        } catch let error as ValidationError {
            throw error
        } catch let error as PostgresError where error.isUnreachable {
            FileHandle.standardError.write(Data("rinda: \(error)\n".utf8))
            throw ExitCode(69)
        } catch {
            FileHandle.standardError.write(Data("rinda: \(error)\n".utf8))
            throw ExitCode(1)
        }
    }
}

/// A zone's rules that have been read, or none yet.
final class KnownZone: Sendable {
    let rules = Mutex<ZoneRules?>(nil)
}

extension PostgresError {
    /// Whether the server could not be reached at all.
    var isUnreachable: Bool {
        switch code {
        case .connectionFailed, .poolTimeout, .answerTimeout, .connectionLost: true
        default: false
        }
    }
}
