package import Civil
package import Domain
package import Postgres

/// A snapshot as it is stored: what was asked and computed, and when. Its figures are in `region` and in the parts.
package struct StoredSnapshot: Hashable, Sendable {
    /// The hash of what it was computed from; 64 hexadecimal digits.
    package let hash: String
    /// The plan's code.
    package let plan: String
    /// The period.
    package let period: Period
    /// The date as of which its figures hold.
    package let asOf: LocalDate
    /// Which plan version gave the targets.
    package let targetBasis: String
    /// `reported`, or the date of the map.
    package let vintage: String
    /// The version of the rules.
    package let rules: String
    /// The plan version; nil where none was in force.
    package let planVersion: Int?
    /// The moment as known at which it was first asked; nil for everything recorded.
    package let knownAt: Timestamp?
    /// Why it was computed, if somebody said.
    package let reason: String?
    /// When it was computed.
    package let computedAt: Timestamp
    /// Who computed it: a database role.
    package let computedBy: String
    /// The completeness, in the JSON of `docs/domain.md`.
    package let completeness: JSON
    /// The region's figures, in the JSON of `docs/domain.md`.
    package let region: JSON

    static let columns = """
        hash, plan, period, as_of, target_basis, vintage, rules, plan_version, known_at, reason, computed_at, computed_by,
        completeness, region
        """

    init(_ row: Row) throws(PostgresError) {
        hash = try row.decode(0)
        plan = try row.decode(1)
        period = try row.decode(2)
        asOf = try row.decode(3)
        targetBasis = try row.decode(4)
        vintage = try row.decode(5)
        rules = try row.decode(6)
        planVersion = try row.decode(7, as: Int32?.self).map(Int.init)
        knownAt = try row.decode(8)
        reason = try row.decode(9)
        computedAt = try row.decode(10)
        computedBy = try row.decode(11)
        completeness = try row.decode(12)
        region = try row.decode(13)
    }
}

extension Registry {
    /// How many units' parts go to the server in one statement.
    static let partsAtOnce = 1000

    /// Stores an attainment as an immutable snapshot under its hash: the region's figures, and one part a unit, each
    /// kept once under its own digest and shared by every snapshot that holds it.
    ///
    /// - Returns: whether it was new; where the hash is there already, nothing is written.
    /// - Throws: `PostgresError`.
    @discardableResult
    package static func storeSnapshot(
        _ attainment: Attainment, reason: String? = nil, in transaction: inout Transaction
    ) async throws(PostgresError) -> Bool {
        guard try await storeRegion(attainment, reason: reason, in: &transaction) else { return false }
        let parts = attainment.unitParts()
        var start = 0
        while start < parts.count {
            let end = min(start + partsAtOnce, parts.count)
            try await store(parts[start..<end], of: attainment.snapshot, in: &transaction)
            start = end
        }
        return true
    }

    /// Stores what a snapshot says of the region; whether it was new.
    static func storeRegion(
        _ attainment: Attainment, reason: String?, in transaction: inout Transaction
    ) async throws(PostgresError) -> Bool {
        let question = attainment.question
        // Two workers with one hash: the second waits for the first one's commit and then finds it there.
        return
            try await transaction.execute(
                """
                insert into rinda.snapshot
                    (hash, plan, period, as_of, target_basis, vintage, rules, plan_version, completeness, region, known_at,
                     reason)
                values (\(attainment.snapshot), \(question.plan), \(question.period), \(attainment.asOf),
                        \(question.targetBasis.description), \(question.vintage.description), \(Attainment.rules),
                        \(attainment.planVersion.map(Int32.init)), \(attainment.completenessJSON())::json,
                        \(attainment.regionJSON())::json, \(question.knownAt), \(reason))
                on conflict (hash) do nothing
                """) == 1
    }

    private static func store(
        _ parts: ArraySlice<UnitPart>, of snapshot: String, in transaction: inout Transaction
    ) async throws(PostgresError) {
        // Sorted by digest, so that two snapshots that share parts never wait for each other in a circle.
        try await transaction.execute(
            """
            with given as (
                select unit, rows, sha256(convert_to(rows, 'UTF8')) as digest
                  from unnest(\(parts.map(\.unit)), \(parts.map(\.json))) as g (unit, rows)),
            stored as (
                insert into rinda.snapshot_part (digest, unit, rows)
                select digest, unit, rows::json from given order by digest
                on conflict (digest) do nothing)
            insert into rinda.snapshot_unit (snapshot, unit, part)
            select \(snapshot), unit, digest from given
            """)
    }

    /// The snapshots of a plan for a period, the newest first.
    ///
    /// - Throws: `PostgresError`.
    package static func snapshots(
        of plan: String, for period: Period, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [StoredSnapshot] {
        // By snapshot_question.
        try await rows(
            """
            select \(raw: StoredSnapshot.columns) from rinda.snapshot where plan = \(plan) and period = \(period)
             order by computed_at desc
            """, on: &database, StoredSnapshot.init)
    }

    /// The snapshots of a plan whose hashes begin with so many digits; at most two, since more say no more.
    ///
    /// - Throws: `PostgresError`.
    package static func snapshots(
        of plan: String, startingWith digits: String, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [StoredSnapshot] {
        guard digits.utf8.count >= 4, digits.utf8.allSatisfy({ Self.hexadecimal.contains($0) }) else { return [] }
        // A range of the key: hashes compare by code point, and "g" follows the last digit.
        return try await rows(
            """
            select \(raw: StoredSnapshot.columns) from rinda.snapshot
             where hash >= \(digits) and hash < \(digits + "g") and plan = \(plan) limit 2
            """, on: &database, StoredSnapshot.init)
    }

    private static let hexadecimal = Set("0123456789abcdef".utf8)

    /// The snapshot of a hash, or nil where there is none.
    ///
    /// - Throws: `PostgresError`.
    package static func snapshot(
        _ hash: String, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> StoredSnapshot? {
        try await rows(
            "select \(raw: StoredSnapshot.columns) from rinda.snapshot where hash = \(hash)", on: &database,
            StoredSnapshot.init
        ).first
    }

    /// The rows of a snapshot's units in order of code, one JSON array a unit, in the form of `units` in
    /// `docs/domain.md`.
    ///
    /// - Throws: `PostgresError`.
    package static func parts(
        ofSnapshot hash: String, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [(unit: String, rows: JSON)] {
        // By the keys of both tables.
        let rows = try await database.query(
            """
            select u.unit, p.rows from rinda.snapshot_unit u join rinda.snapshot_part p on p.digest = u.part
             where u.snapshot = \(hash) order by u.unit
            """)
        var parts: [(unit: String, rows: JSON)] = []
        for row in rows { parts.append((try row.decode(0), try row.decode(1))) }
        return parts
    }
}
