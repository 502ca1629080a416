package import Civil
package import Domain
package import Postgres

extension Registry {
    /// The forms of codes, by code.
    ///
    /// - Throws: `PostgresError`.
    package static func forms(
        _ codes: [String], on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [Form] {
        try await rows(
            "select \(raw: Form.columns) from rinda.form where form = any(\(codes)) order by form", on: &database,
            Form.init)
    }

    /// The planning regions that exist on a day, by code; where none does yet or any more, those of any time.
    ///
    /// - Throws: `PostgresError`.
    package static func regions(
        on day: LocalDate, database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [OrgUnit] {
        // Reads the units whole; they are few, and regions fewer.
        let all = try await rows(
            "select \(raw: OrgUnit.columns) from rinda.unit_version where type = 'REGION' order by code, valid_from",
            on: &database, OrgUnit.init)
        let valid = all.filter { $0.validFrom <= day && $0.validTo.map { day < $0 } ?? true }
        return valid.isEmpty ? all : valid
    }
}
