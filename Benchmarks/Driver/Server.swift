import Foundation
import Migrations
import Postgres

/// The server under test: a fresh database for each run, with statistics and a checkpoint before it.
struct Server {
    let url: String

    /// A connection string for a database of the server.
    func database(_ name: String) -> String { "\(url) dbname=\(name)" }

    /// Runs statements on the server's own database.
    func run(_ sql: String) async throws {
        var connection = try await Connection.connect(ConnectionSettings(url))
        try await connection.executeScript(sql)
    }

    /// Makes the template with the engine's schema and the floor's table.
    func makeTemplate() async throws {
        try await run("drop database if exists bench_template")
        try await run("create database bench_template")
        var connection = try await Connection.connect(ConnectionSettings(database("bench_template")))
        try await Migrator(Migrations.all).migrate(on: &connection)
        try await connection.executeScript(Floor.table)
        try await connection.executeScript("create extension if not exists pg_stat_statements")
    }

    /// A fresh database by copy of the template.
    func fresh() async throws -> String {
        try await run("drop database if exists bench_run with (force)")
        try await run("create database bench_run template bench_template")
        return database("bench_run")
    }

    /// Statistics and a checkpoint, so that neither falls into the run.
    func settle(_ url: String) async throws {
        var connection = try await Connection.connect(ConnectionSettings(url))
        try await connection.executeScript("vacuum analyze")
        try await connection.executeScript("checkpoint")
    }

    /// What the figures depend on, printed with each.
    func settings() async throws -> [String: String] {
        var connection = try await Connection.connect(ConnectionSettings(url))
        var settings: [String: String] = [:]
        for name in [
            "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size", "server_version",
        ] {
            settings[name] = try await connection.query("select current_setting(\(name))")[0].decode(0, as: String.self)
        }
        settings["cores"] = "\(ProcessInfo.processInfo.processorCount)"
        return settings
    }
}
