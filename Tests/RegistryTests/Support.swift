import Civil
import Domain
import Foundation
import Postgres
import Registry
import TestSupport

/// The Kurzeme data set of this repository.
let kurzeme = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "data/kurzeme").path

/// A folder of a test's own under the temporary directory, removed when the value goes.
final class ScratchFolder: Sendable {
    let path: String

    init(_ files: [String: String] = [:]) throws {
        path = NSTemporaryDirectory() + "rinda-registry-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in files { try write(text, to: name) }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: "\(path)/\(name)")), as: UTF8.self)
    }

    /// Copies the files of a folder, each changed by the edit of its name.
    static func copy(of folder: String, edits: [String: (String) -> String] = [:]) throws -> ScratchFolder {
        let copy = try ScratchFolder()
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".csv") {
            let text = String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/\(name)")), as: UTF8.self)
            try copy.write(edits[name]?(text) ?? text, to: name)
        }
        return copy
    }
}

/// Imports a folder of these files.
func importSet(_ files: [String: String], on pool: Pool) async throws -> ImportReport {
    try await importSet(try ScratchFolder(files), on: pool)
}

/// Imports a folder and keeps it until that is done.
func importSet(_ folder: ScratchFolder, on pool: Pool) async throws -> ImportReport {
    defer { withExtendedLifetime(folder) {} }
    return try await Registry.importFolder(folder.path, on: pool)
}

/// The zone of the tests' questions: Latvia's, with the transitions of the years that they ask about.
let riga: ZoneRules = {
    // Last Sundays of March and October at 01:00 UTC.
    func lastSunday(_ year: Int, _ month: Int) -> Timestamp {
        var day = LocalDate(year: year, month: month, day: 31)!
        while day.weekday != .sunday { day = day.adding(days: -1) }
        return Timestamp(seconds: Int64(day.days) * 86_400 + 3600)
    }
    return ZoneRules(
        name: "Europe/Riga", initialOffset: 7200,
        transitions: (2017...2027).flatMap { year in
            [
                ZoneRules.Transition(at: lastSunday(year, 3), offset: 10_800),
                ZoneRules.Transition(at: lastSunday(year, 10), offset: 7200),
            ]
        })
}()

extension Pool {
    /// The only value of a statement's only row.
    func value<Value: PostgresDecodable>(_ sql: SQL, as type: Value.Type = Value.self) async throws -> Value {
        try await query(sql)[0].decode(0)
    }

    /// The answer to a question from what the database holds.
    func attainment(_ question: Question) async throws -> Attainment {
        let dataSet = try await transaction(isolation: .repeatableRead, readOnly: true) { transaction in
            try await Registry.load(for: question, on: &transaction)
        }
        return try Attainment.compute(question, in: dataSet, today: LocalDate(iso: "2026-11-22")!, zone: riga)
    }
}

extension RegistryError {
    /// The faults as they are shown, one a line.
    var lines: [String] { faults.map(\.description) }
}
