package import Domain
package import Postgres

extension Registry {
    /// Proposes the next revision of a report where what was recorded since its archiving has changed its figures: a
    /// draft with the reason and the differences. The archived revision is not touched, and nothing is compiled.
    ///
    /// Nothing is proposed for other questions than the report's own (the period's end, everything recorded), before the
    /// report is archived, or where a later revision is at work already.
    ///
    /// - Parameter isNew: whether the snapshot has just been stored: a proposal that was withdrawn is not made again for
    ///   figures that were known then.
    /// - Returns: the draft; nil where nothing is proposed.
    /// - Throws: `RegistryError`, `PostgresError`, `DecodingError`.
    package static func proposeRevision(
        after attainment: Attainment, isNew: Bool, in transaction: inout Transaction
    ) async throws -> ReportRevision? {
        var plain = Question(plan: attainment.question.plan, period: attainment.question.period)
        plain.asOf = attainment.question.asOf
        guard attainment.question == plain, attainment.asOf == plain.period.lastDay else { return nil }
        let revisions = try await reportRevisions(of: plain.plan, for: plain.period, on: &transaction)
        guard let newest = revisions.first, newest.state == .archived || (newest.state == .withdrawn && isNew),
            let archived = revisions.first(where: { $0.state == .archived }), let hash = archived.snapshot,
            hash != attainment.snapshot, let stored = try await snapshot(hash, on: &transaction)
        else { return nil }
        let changes = FigureChange.summary(try FigureChange.between(stored.region, attainment))
        return try await draftReport(
            of: plain.plan, for: plain.period,
            reason: "what was recorded after revision \(archived.revision) was archived changes its figures: "
                + (changes.isEmpty ? "those of single units only" : changes),
            in: &transaction)
    }
}
