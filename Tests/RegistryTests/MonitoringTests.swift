import Civil
import Domain
import Postgres
import Registry
import TestSupport
import Testing

private let period = Period(code: "2019-H2")!

private func day(_ iso: String) -> LocalDate { LocalDate(iso: iso)! }

@Suite("Obligations and the ledger of notices", .database)
struct ObligationTests {
    @Test("a period is opened once, with due dates by the calendar, and says who has answered")
    func generate() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await Registry.importFolder(kurzeme, on: pool)
        let first = try await pool.transaction {
            try await Registry.generateObligations(form: "DI-1", period: period, in: &$0)
        }
        #expect([first.added, first.moved, first.total] == [20, 0, 20])
        let again = try await pool.transaction {
            try await Registry.generateObligations(form: "DI-1", period: period, in: &$0)
        }
        #expect([again.added, again.moved, again.total] == [0, 0, 20])
        var filter = ObligationFilter()
        filter.plan = "DI-KURZEME"
        filter.period = period
        let all = try await pool.withConnection { try await Registry.obligations(filter, on: &$0) }
        #expect(all.count == 20)
        #expect(all.allSatisfy { $0.opensOn == day("2020-01-01") && $0.dueOn == day("2020-01-15") })
        #expect(all.allSatisfy { $0.graceUntil == day("2020-01-22") && $0.responsible == $0.unit })
        let saldus = try #require(all.first { $0.unit == "0840200" })
        #expect(saldus.latest?.version == 2 && saldus.acceptedAt == Timestamp(iso: "2020-01-15T11:26:00+02:00"))
        filter.onlyOutstanding = true
        filter.dueThrough = day("2020-01-16")
        let missing = try await pool.withConnection { try await Registry.obligations(filter, on: &$0) }
        #expect(missing.map(\.unit) == ["0624200", "0887600"])
        await pool.close()
    }

    @Test("after the reform the successor answers for its predecessors")
    func successorsAnswer() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await Registry.importFolder(kurzeme, on: pool)
        _ = try await pool.transaction {
            try await Registry.generateObligations(form: "DI-1", period: Period(code: "2021-H1")!, in: &$0)
        }
        let all = try await pool.withConnection { try await Registry.obligations(on: &$0) }
        #expect(all.count == 20)
        #expect(all.first { $0.unit == "0885100" }?.responsible == "0051000")
        #expect(Set(all.map(\.responsible)).count == 7)
        await pool.close()
    }

    @Test("a form of another rhythm or of no name opens nothing")
    func refusals() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await Registry.importFolder(kurzeme, on: pool)
        for (form, code, expected) in [("DI-1", "2019", RegistryError.Code.wrongState), ("NOPE", "2019-H2", .unknown)] {
            let error = await #expect(throws: RegistryError.self) {
                try await pool.transaction {
                    try await Registry.generateObligations(form: form, period: Period(code: code)!, in: &$0)
                }
            }
            #expect(error?.code == expected)
        }
        #expect(try await pool.value("select count(*) from rinda.obligation") == 0)
        await pool.close()
    }

    @Test("a due date that the calendar puts off moves, one that has been extended does not")
    func movedDueDates() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await Registry.importFolder(kurzeme, on: pool)
        let (missing, extended) = try await openPeriod(pool)
        try await pool.transaction {
            try await Registry.extendObligation(extended, until: day("2020-01-31"), reason: "asked for it", in: &$0)
        }
        let proclaimed = try ScratchFolder([
            "calendar.csv":
                "calendar,date,kind,name,known_since\nLV,2020-01-15,SPECIAL,Vienreizēja brīvdiena,2020-01-14\n"
        ])
        _ = try await importSet(proclaimed, on: pool)
        let moved = try await pool.transaction {
            try await Registry.generateObligations(form: "DI-1", period: period, in: &$0)
        }
        #expect([moved.added, moved.moved] == [0, 19])
        #expect(try await obligation(missing, pool).dueOn == day("2020-01-16"))
        let late = try await obligation(extended, pool)
        #expect(late.dueOn == day("2020-01-31") && late.graceUntil == day("2020-02-07") && late.dueVersion == 2)
        await pool.close()
    }

    @Test("a notice is planned once per obligation, step, role and due version, and sent once")
    func noticesOnce() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await Registry.importFolder(kurzeme, on: pool)
        let (obligation, _) = try await openPeriod(pool)
        let plan = notice(for: obligation)
        #expect(try await plans([plan], pool).compactMap(\.self).count == 1)
        #expect(try await plans([plan], pool) == [nil])
        let claimed = try await claim(plan.messageID, pool)
        #expect(claimed.map(\.obligation.id) == [obligation])
        // The attempt died: the next one gets it again, under the same Message-ID.
        #expect(try await claim(plan.messageID, pool).count == 1)
        try await pool.transaction {
            try await Registry.markSent(message: plan.messageID, digest: Array(repeating: 7, count: 32), in: &$0)
        }
        #expect(try await claim(plan.messageID, pool).isEmpty)
        let events = try await pool.query("select state from rinda.notice_event order by seq").column(
            0, as: String.self)
        #expect(events == ["PLANNED", "SENDING", "SENDING", "SENT"])
        await #expect(throws: PostgresError.self) { try await pool.execute("delete from rinda.notice") }
        await #expect(throws: PostgresError.self) {
            try await pool.execute("update rinda.notice set state = 'PLANNED'")
        }
        await pool.close()
    }

    @Test("what is read for a day decides who is reminded, and of what has been planned nothing is due again")
    func reminders() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await Registry.importFolder(kurzeme, on: pool)
        let (first, second) = try await openPeriod(pool)
        func due(_ iso: String) async throws -> (ReminderGround, [Reminder]) {
            let ground = try await pool.withConnection {
                try await Registry.reminderGround(on: day(iso), database: &$0)
            }
            let reminders = ground.decision(mailDomain: "di.example.lv").due(on: day(iso), ground.facts)
            return (ground, reminders.filter { $0.suppressed == nil })
        }
        let (ground, reminders) = try await due("2020-01-16")
        #expect(reminders.map(\.obligation.unit) == ["0624200", "0887600"])
        #expect(reminders.allSatisfy { $0.step == .overdue && $0.dueVersion == 1 && $0.unreached.isEmpty })
        #expect(reminders.map { ground.number(of: $0.obligation) } == [first, second])
        let alsunga = reminders[0].recipients
        #expect(alsunga.map(\.addressee) == [.submitter, .head])
        #expect(alsunga.map(\.email) == ["dati.alsunga@example.lv", "socialais.dienests.alsunga@example.lv"])

        let notices = alsunga.map {
            NoticePlan(
                obligation: first, step: .overdue, addressee: $0.addressee, dueVersion: 1, messageID: $0.messageID,
                recipient: $0.email, language: $0.language, plannedFor: day("2020-01-16"))
        }
        #expect(try await plans(notices, pool).compactMap(\.self).count == 2)
        #expect(try await due("2020-01-16").1.map(\.obligation.unit) == ["0887600"])

        // An address that came back is not written to again: the general one stands in.
        let bounced = notices[1].messageID
        _ = try await claim(bounced, pool)
        try await pool.transaction {
            try await Registry.markSent(message: bounced, digest: Array(repeating: 1, count: 32), in: &$0)
            try await Registry.markBounced(message: bounced, reason: "no such mailbox", in: &$0)
        }
        let later = try await due("2020-01-22").1
        #expect(later.map(\.step) == [.graceOver, .graceOver])
        #expect(later[0].recipients.first?.email == "pasvaldiba.alsunga@example.lv")
        #expect(later[1].recipients.first?.email == "socialais.dienests.mersrags@example.lv")
        #expect(later[0].recipients.contains { $0.addressee == .region && $0.email == "pasts.kpr@example.lv" })
        await pool.close()
    }

    @Test("a notice that has lost its reason by the time of sending is suppressed with why")
    func stopConditions() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await Registry.importFolder(kurzeme, on: pool)
        let (first, second) = try await openPeriod(pool)
        let third = try await obligation(of: "0648500", pool).id
        let late = notice(for: first, step: .lastCall)
        let waived = notice(for: first)
        let extended = notice(for: second)
        let accepted = notice(for: third)
        _ = try await plans([late, waived, extended, accepted], pool)
        #expect(try await claim(late.messageID, pool, on: "2020-01-16").isEmpty)
        #expect(try await claim(accepted.messageID, pool).isEmpty)
        try await pool.transaction {
            try await Registry.waiveObligation(first, reason: "the unit has no such service", in: &$0)
            try await Registry.extendObligation(second, until: day("2020-02-03"), reason: "illness", in: &$0)
        }
        #expect(try await claim(waived.messageID, pool).isEmpty)
        #expect(try await claim(extended.messageID, pool).isEmpty)
        let reasons = try await pool.query("select reason from rinda.notice order by id").column(0, as: String?.self)
        #expect(reasons == ["due_date_passed", "waived", "extended", "accepted"])
        #expect(
            try await pool.value("select count(*) from rinda.audit where action like 'obligation.%' and reason <> ''")
                == 2)
        // The ladder begins anew for the new due date.
        var again = extended
        again.dueVersion = 2
        #expect(try await plans([again], pool).compactMap(\.self).count == 1)
        await pool.close()
    }

    /// Opens 2019-H2 and returns the obligations of the two municipalities that never answered.
    private func openPeriod(_ pool: Pool) async throws -> (Int64, Int64) {
        _ = try await pool.transaction {
            try await Registry.generateObligations(form: "DI-1", period: period, in: &$0)
        }
        return (try await obligation(of: "0624200", pool).id, try await obligation(of: "0887600", pool).id)
    }

    private func obligation(of unit: String, _ pool: Pool) async throws -> ObligationRecord {
        var filter = ObligationFilter()
        filter.unit = unit
        filter.period = period
        return try await pool.withConnection { try await Registry.obligations(filter, on: &$0)[0] }
    }

    private func obligation(_ id: Int64, _ pool: Pool) async throws -> ObligationRecord {
        try #require(try await pool.withConnection { try await Registry.obligation(id, on: &$0) })
    }

    private func notice(for obligation: Int64, step: ReminderStep = .overdue) -> NoticePlan {
        NoticePlan(
            obligation: obligation, step: step, addressee: .submitter, dueVersion: 1,
            messageID: "\(obligation).\(step.rawValue)@di.example.lv", recipient: "dati@example.lv",
            language: .latvian, plannedFor: day("2020-01-16"))
    }

    private func plans(_ plans: [NoticePlan], _ pool: Pool) async throws -> [Int64?] {
        try await pool.transaction { try await Registry.planNotices(plans, in: &$0) }
    }

    private func claim(
        _ message: String, _ pool: Pool, on today: String = "2020-01-16",
        attempt: NoticeAttempt = NoticeAttempt(lease: 1, journal: "j", open: [], uncertain: .resend)
    ) async throws -> [Registry.ClaimedNotice] {
        try await pool.transaction {
            try await Registry.claimNotices(ofMessage: message, today: day(today), attempt: attempt, in: &$0).claimed
        }
    }
}

@Suite("Snapshots, reports and the archive's chain", .database)
struct ReportTests {
    @Test("the same inputs are stored once, and late data share the parts that did not change")
    func snapshots() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await Registry.importFolder(kurzeme, on: pool)
        let early = try await pool.attainment(
            Question(
                plan: "DI-KURZEME", period: Period(code: "2021-H2")!, knownAt: Timestamp(iso: "2022-01-31T21:59:59Z")))
        #expect(try await store(early, pool))
        #expect(try await !store(early, pool))
        #expect(try await pool.value("select count(*) from rinda.snapshot_part") == 7)
        let late = try await pool.attainment(Question(plan: "DI-KURZEME", period: Period(code: "2021-H2")!))
        #expect(try await store(late, pool))
        #expect(try await pool.value("select count(*) from rinda.snapshot_unit") == 14)
        // Of the seven units only Ventspils has other rows.
        #expect(try await pool.value("select count(*) from rinda.snapshot_part") == 8)
        let (stored, parts) = try await pool.withConnection { connection in
            (
                try await Registry.snapshots(of: "DI-KURZEME", for: Period(code: "2021-H2")!, on: &connection),
                try await Registry.parts(ofSnapshot: late.snapshot, on: &connection).map(\.rows.text)
            )
        }
        #expect(stored.map(\.hash) == [late.snapshot, early.snapshot])
        #expect(stored[0].region.text == late.regionJSON())
        #expect(parts == late.unitParts().map(\.json))
        await #expect(throws: PostgresError.self) { try await pool.execute("update rinda.snapshot set reason = 'x'") }
        await #expect(throws: PostgresError.self) { try await pool.execute("delete from rinda.snapshot_unit") }
        await pool.close()
    }

    @Test("a report is approved by a second person only, and archived once")
    func twoPersons() async throws {
        let database = TestDatabase.current
        let pool = database.pool()
        _ = try await Registry.importFolder(kurzeme, on: pool)
        let answer = try await pool.attainment(Question(plan: "DI-KURZEME", period: period))
        try await store(answer, pool)
        let draft = try await pool.transaction {
            try await Registry.draftReport(of: "DI-KURZEME", for: period, in: &$0)
        }
        #expect(draft.revision == 1 && draft.state == .draft)
        let same = try await pool.transaction {
            try await Registry.draftReport(of: "DI-KURZEME", for: period, in: &$0)
        }
        #expect(same == draft)
        for _ in 1...2 { try await bind(draft, answer.snapshot, "<html></html>", pool) }
        let changed = await #expect(throws: RegistryError.self) {
            try await bind(draft, answer.snapshot, "<html>other</html>", pool)
        }
        #expect(changed?.code == .conflict)
        let alone = await #expect(throws: RegistryError.self) { try await approve(draft, pool) }
        #expect(alone?.code == .secondPersonNeeded)
        let early = await #expect(throws: RegistryError.self) { try await archive(draft, answer.snapshot, "a", pool) }
        #expect(early?.code == .wrongState)

        let approved = try await asSecondPerson(database, pool) { try await approve(draft, $0) }
        #expect(approved.state == .approved && approved.approvedBy != approved.compiledBy)
        let record = try await archive(draft, answer.snapshot, "a", pool)
        #expect(record.sequence == 1 && record.previousDigest == nil)
        #expect(try await archive(draft, answer.snapshot, "a", pool) == record)
        let other = await #expect(throws: RegistryError.self) { try await archive(draft, answer.snapshot, "b", pool) }
        #expect(other?.code == .conflict)
        #expect(
            try await pool.query("select action from rinda.audit where action like 'report.%' order by seq")
                .column(0, as: String.self)
                == ["report.draft", "report.compile", "report.review", "report.approve", "report.archive"])
        await pool.close()
    }

    @Test("a later revision supersedes the archived one when it is archived, and the chain shows tampering")
    func chain() async throws {
        let database = TestDatabase.current
        let pool = database.pool()
        _ = try await Registry.importFolder(kurzeme, on: pool)
        let answer = try await pool.attainment(Question(plan: "DI-KURZEME", period: period))
        try await store(answer, pool)
        for revision in 1...2 {
            let draft = try await pool.transaction {
                try await Registry.draftReport(of: "DI-KURZEME", for: period, reason: "late data", in: &$0)
            }
            #expect(draft.revision == revision)
            try await bind(draft, answer.snapshot, "<html></html>", pool)
            _ = try await asSecondPerson(database, pool) { try await approve(draft, $0) }
            _ = try await archive(draft, answer.snapshot, "\(revision)", pool)
        }
        let revisions = try await pool.withConnection {
            try await Registry.reportRevisions(of: "DI-KURZEME", for: period, on: &$0)
        }
        #expect(revisions.map(\.supersededBy) == [nil, 2])
        #expect(revisions.map(\.state) == [.archived, .archived])
        let records = try await pool.withConnection { try await Registry.archiveRecords(on: &$0) }
        #expect(records.map(\.previousDigest) == [nil, records[0].digest])
        #expect(try await pool.withConnection { try await Registry.brokenArchiveRecords(on: &$0) } == [])

        let month = day("2026-11-22")
        try await pool.transaction {
            try await Registry.recordCheck(ofPackage: "package_1", month: month, isIntact: true, in: &$0)
        }
        let left = try await pool.withConnection { try await Registry.archiveRecords(uncheckedIn: month, on: &$0) }
        #expect(left.map(\.content.package) == ["package_2"])

        await #expect(throws: PostgresError.self) {
            try await pool.execute("update rinda.archive_record set location = 'elsewhere'")
        }
        try await pool.execute("alter table rinda.archive_record disable trigger archive_record_append_only")
        try await pool.execute("update rinda.archive_record set location = 'elsewhere' where seq = 1")
        #expect(try await pool.withConnection { try await Registry.brokenArchiveRecords(on: &$0) } == [1])
        await pool.close()
    }

    @discardableResult
    private func store(_ attainment: Attainment, _ pool: Pool) async throws -> Bool {
        try await pool.transaction { try await Registry.storeSnapshot(attainment, in: &$0) }
    }

    @discardableResult
    private func bind(
        _ draft: ReportRevision, _ snapshot: String, _ document: String, _ pool: Pool
    ) async throws -> ReportRevision {
        try await pool.transaction {
            try await Registry.bindReport(
                report: draft.report, revision: draft.revision, snapshot: snapshot, document: document, in: &$0)
        }
    }

    @discardableResult
    private func approve(_ draft: ReportRevision, _ pool: Pool) async throws -> ReportRevision {
        try await pool.transaction {
            try await Registry.approveReport(report: draft.report, revision: draft.revision, in: &$0)
        }
    }

    private func archive(
        _ draft: ReportRevision, _ snapshot: String, _ digit: String, _ pool: Pool
    ) async throws -> ArchiveRecord {
        try await pool.transaction {
            try await Registry.recordArchive(
                ArchivedPackage(
                    package: "package_\(draft.revision)", report: draft.report, revision: draft.revision,
                    snapshot: snapshot, manifestDigest: String(repeating: digit, count: 128), location: "/archive",
                    payloadBytes: 10, payloadFiles: 2), in: &$0)
        }
    }

    /// Runs something as another role of the server, which is dropped afterwards.
    private func asSecondPerson<R: Sendable>(
        _ database: TestDatabase, _ pool: Pool, _ body: (Pool) async throws -> R
    ) async throws -> R {
        let role = "\(database.name)_approver"
        try await pool.execute("create role \(identifier: role) login superuser")
        var settings = database.settings
        settings.conninfo += " user='\(role)'"
        let other = Pool(settings, maxConnections: 1)
        let result: Result<R, any Error>
        do { result = .success(try await body(other)) } catch { result = .failure(error) }
        await other.close()
        try await pool.execute("drop role \(identifier: role)")
        return try result.get()
    }
}
