import Civil
package import Domain
package import Postgres

/// A question whose figures are kept up to date, and the newest snapshot that answers it.
package struct RecordedQuestion: Hashable, Sendable {
    /// The question, with everything recorded.
    package let question: Question
    /// Its newest snapshot; nil where none has been computed yet.
    package let newest: StoredSnapshot?

    /// A question with its newest snapshot.
    package init(question: Question, newest: StoredSnapshot?) {
        self.question = question
        self.newest = newest
    }
}

extension Registry {
    /// What a recalculation of a plan goes through, or of all: the periods for which something has been accepted, those of
    /// snapshots and reports, and what else has been asked about them with everything recorded. In order of plan and time.
    ///
    /// - Parameters:
    ///   - plan: the plan's code; nil for every plan.
    ///   - period: one period; nil for every one.
    /// - Throws: `PostgresError`.
    package static func recordedQuestions(
        of plan: String?, period: Period? = nil, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [RecordedQuestion] {
        // Snapshots by snapshot_question where the plan is given; forms and periods of submissions by
        // submission_form_period, of which they are the first columns.
        let scopes = try await database.query(
            """
            select r.plan, r.period from rinda.report r
            union
            select s.plan, s.period from rinda.snapshot s
            union
            select t.plan, s.period
              from (select distinct form, period from rinda.submission where status = 'ACCEPTED') s
              join rinda.form_indicator i on i.form = s.form
              join (select distinct plan, indicator from rinda.target) t on t.indicator = i.indicator
            """, answerTimeout: .never)
        var questions: Set<Question> = []
        for row in scopes { questions.insert(Question(plan: try row.decode(0), period: try row.decode(1))) }
        let stored = try await rows(
            """
            select distinct on (plan, period, as_of, target_basis, vintage) \(raw: StoredSnapshot.columns)
              from rinda.snapshot where known_at is null
             order by plan, period, as_of, target_basis, vintage, computed_at desc
            """, on: &database, StoredSnapshot.init)
        var newest: [Question: StoredSnapshot] = [:]
        for snapshot in stored {
            var question = Question(
                plan: snapshot.plan, period: snapshot.period,
                targetBasis: TargetBasis(snapshot.targetBasis) ?? .atPeriodEnd,
                vintage: Vintage(snapshot.vintage) ?? .reported)
            if snapshot.asOf != snapshot.period.lastDay { question.asOf = snapshot.asOf }
            newest[question] = snapshot
            questions.insert(question)
        }
        func order(_ question: Question) -> (String, String, String) {
            (
                question.plan, "\(question.period.lastDay) \(question.period.code)",
                "\(question.asOf?.description ?? "9") \(question.targetBasis) \(question.vintage)"
            )
        }
        return questions.filter { (plan == nil || $0.plan == plan) && (period == nil || $0.period == period) }
            .sorted { order($0) < order($1) }
            .map { RecordedQuestion(question: $0, newest: newest[$0]) }
    }
}
