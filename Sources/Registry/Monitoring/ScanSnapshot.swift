package import Civil
package import Domain
package import Postgres

/// The figures of a question, with the parts of its units stored already: what is left is to bind them to the hash.
package struct ScannedSnapshot: Sendable {
    /// The answer, without rows of units.
    package let attainment: Attainment
    /// How many observations were read.
    package internal(set) var observations = 0
    /// How many parts were computed and written; all others were there.
    package internal(set) var written = 0
    /// The units with a part, by code.
    let units: [String]
    /// The digests of their parts, 32 bytes each, one after the other.
    let digests: [UInt8]

    /// How many units have a part.
    package var parts: Int { units.count }
}

extension Registry {
    /// How many units are read and computed at a time: enough for the statements not to matter, and little memory.
    private static let unitsAtOnce = 500

    /// Computes a snapshot unit by unit in bounded memory, and stores the parts that are not there yet, in transactions of
    /// their own: a part follows from its inputs alone, so whatever comes of the snapshot, it is right.
    ///
    /// - Parameters:
    ///   - moment: the moment whose local day is held against due dates; nil for now.
    ///   - progress: is told how many of how many units are done.
    /// - Throws: `DomainError`, `PostgresError`, and what `progress` throws.
    package static func scanSnapshot(
        _ question: Question, at moment: Timestamp? = nil, zone: ZoneRules, on pool: Pool,
        progress: (_ done: Int, _ all: Int) async throws -> Void = { _, _ in }
    ) async throws -> ScannedSnapshot {
        // One state of the database for all pieces.
        try await pool.transaction(isolation: .repeatableRead, readOnly: true) { transaction in
            let now: Timestamp = try await transaction.query("select rinda.clock()")[0].decode(0)
            let reference = try await loadReference(for: question, on: &transaction)
            var scan = try SnapshotScan(
                question, reference: reference, today: zone.date(at: moment ?? now), zone: zone)
            let codes = try await relatives(ofUnitsIn: question.plan, on: &transaction)
            var units: [String] = []
            var digests: [UInt8] = []
            var observations = 0
            var written = 0
            var start = 0
            while start < codes.count {
                let end = min(start + unitsAtOnce, codes.count)
                let own = Array(codes[start..<end])
                var dataSet = reference
                let all = try await relatives(of: own, on: &transaction)
                try await loadUnits(all, into: &dataSet, question, on: &transaction)
                observations += dataSet.observations.count
                let piece = try scan.piece(Set(own), in: dataSet)
                dataSet = DataSet()
                var stored = try await pool.withConnection { try await storedParts(piece.inputs, on: &$0) }
                let parts = try scan.add(piece, known: Set(stored.keys))
                let new = parts.filter { stored[$0.inputs] == nil }
                if !new.isEmpty {
                    let fresh = try await pool.transaction { try await store(new, in: &$0) }
                    stored.merge(fresh) { old, _ in old }
                    written += new.count
                }
                for part in parts {
                    guard let digest = stored[part.inputs] else { continue }
                    units.append(part.unit)
                    digests += digest
                }
                start = end
                try await progress(start, codes.count)
            }
            return ScannedSnapshot(
                attainment: scan.finish(), observations: observations, written: written, units: units,
                digests: digests)
        }
    }

    /// The digests of the parts that follow from inputs, as far as they are stored.
    private static func storedParts(
        _ inputs: [[UInt8]], on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [[UInt8]: [UInt8]] {
        // By the key.
        let rows = try await database.query(
            "select inputs, part from rinda.snapshot_input where inputs = any(\(inputs))")
        var found: [[UInt8]: [UInt8]] = Dictionary(minimumCapacity: rows.count)
        for row in rows { found[try row.decode(0)] = try row.decode(1, as: [UInt8].self) }
        return found
    }

    /// Stores parts under the digests of their rows, and their inputs beside them.
    private static func store(
        _ parts: [SnapshotScan.Part], in transaction: inout Transaction
    ) async throws(PostgresError) -> [[UInt8]: [UInt8]] {
        // Sorted by digest, so that two snapshots that share parts never wait for each other in a circle.
        let rows = try await transaction.query(
            """
            with given as materialized (
                select inputs, unit, rows, sha256(convert_to(rows, 'UTF8')) as digest
                  from unnest(\(parts.map(\.inputs)), \(parts.map(\.unit)), \(parts.map { $0.rows ?? "[]" }))
                       as g (inputs, unit, rows)),
            stored as (
                insert into rinda.snapshot_part (digest, unit, rows)
                select distinct on (digest) digest, unit, rows::json from given order by digest
                on conflict (digest) do nothing),
            known as (
                insert into rinda.snapshot_input (inputs, part)
                select inputs, digest from given order by inputs
                on conflict (inputs) do nothing)
            select inputs, digest from given
            """)
        var digests: [[UInt8]: [UInt8]] = Dictionary(minimumCapacity: rows.count)
        for row in rows { digests[try row.decode(0)] = try row.decode(1, as: [UInt8].self) }
        return digests
    }

    /// Binds the parts of a scan to its hash: the snapshot as `storeSnapshot` stores it.
    ///
    /// - Returns: whether it was new; where the hash is there already, nothing is written.
    /// - Throws: `PostgresError`.
    @discardableResult
    package static func storeSnapshot(
        _ scanned: ScannedSnapshot, reason: String? = nil, in transaction: inout Transaction
    ) async throws(PostgresError) -> Bool {
        guard try await storeRegion(scanned.attainment, reason: reason, in: &transaction) else { return false }
        var start = 0
        while start < scanned.units.count {
            let end = min(start + partsAtOnce, scanned.units.count)
            let digests = (start..<end).map { Array(scanned.digests[($0 * 32)..<($0 * 32 + 32)]) }
            try await transaction.execute(
                """
                insert into rinda.snapshot_unit (snapshot, unit, part)
                select \(scanned.attainment.snapshot), g.*
                  from unnest(\(Array(scanned.units[start..<end])), \(digests)) as g (unit, part)
                """)
            start = end
        }
        return true
    }
}
