import Civil
import Domain
import Postgres

extension Registry {
    private struct Scope: Hashable, Comparable {
        let plan: String
        let period: Period

        static func < (left: Scope, right: Scope) -> Bool {
            (left.plan, left.period.lastDay, left.period.code) < (right.plan, right.period.lastDay, right.period.code)
        }
    }

    /// The plans and periods whose figures new accepted submissions concern: their own periods, and later ones of which
    /// there are snapshots, since figures are carried forward and flows summed up.
    ///
    /// - Throws: `PostgresError`.
    static func recalculations(
        of accepted: [(form: String, period: Period)], reason: String, in transaction: inout Transaction
    ) async throws(PostgresError) -> [SnapshotRequest] {
        guard !accepted.isEmpty else { return [] }
        let forms = Array(Set(accepted.map(\.form)))
        // The planner skips through target_indicator; a plan's indicators are few.
        let rows = try await transaction.query(
            """
            select distinct f.form, t.plan from rinda.form_indicator f
              join rinda.target t on t.indicator = f.indicator
             where f.form = any(\(forms))
            """, answerTimeout: .never)
        var plans: [String: [String]] = [:]
        for row in rows { plans[try row.decode(0), default: []].append(try row.decode(1)) }
        var wanted: Set<Scope> = []
        var earliest: [String: Period] = [:]
        for scope in accepted {
            for plan in plans[scope.form] ?? [] {
                wanted.insert(Scope(plan: plan, period: scope.period))
                if earliest[plan].map({ scope.period.lastDay < $0.lastDay }) ?? true { earliest[plan] = scope.period }
            }
        }
        let stored = try await transaction.query(
            "select distinct plan, period from rinda.snapshot where plan = any(\(Array(earliest.keys)))")
        for row in stored {
            let scope = Scope(plan: try row.decode(0), period: try row.decode(1))
            if let first = earliest[scope.plan], scope.period.lastDay >= first.lastDay { wanted.insert(scope) }
        }
        return wanted.sorted().map {
            SnapshotRequest(Question(plan: $0.plan, period: $0.period), reason: reason)
        }
    }
}
