import Civil
import Domain
import Foundation
import Postgres
import Registry
import TestSupport
import Testing

private func day(_ iso: String) -> LocalDate { LocalDate(iso: iso)! }

private let dienvidkurzeme = "0027000"
private let kuldiga = "0033000"
private let liepaja = "0005000"
private let saldus = "0046000"
private let talsi = "0051000"
private let ventspils = "0007000"
private let ventspilsNovads = "0056000"

@Suite("A year of reminders", .database)
struct SimulatedYearTests {
    /// What happens in 2026, apart from the system's own doings, in the order of time.
    ///
    /// The figures of 2025-H2 are due on Friday 16 January; for Ventspils, which does not adopt moved days and so works on
    /// 2 January, on Thursday 15 January. Those of 2026-H1 are due on Tuesday 14 July, until that day is made a holiday.
    private static let events: [(at: String, what: Event)] = [
        ("2026-01-01T06:00:00+02:00", .open("2025-H2")),
        // Kuldīga answers at once, Saldus twice, Liepāja on the last evening.
        ("2026-01-07T10:00:00+02:00", .submit(kuldiga, "2025-H2")),
        ("2026-01-08T16:00:00+02:00", .submit(saldus, "2025-H2")),
        ("2026-01-13T11:00:00+02:00", .submit(dienvidkurzeme, "2025-H2")),
        ("2026-01-13T12:00:00+02:00", .submit(saldus, "2025-H2")),
        ("2026-01-16T23:30:00+02:00", .submit(liepaja, "2025-H2")),
        // Ventspils is late and within grace, Talsi after it, Ventspils novads only in March.
        ("2026-01-21T15:00:00+02:00", .submit(ventspils, "2025-H2")),
        ("2026-01-27T09:30:00+02:00", .submit(talsi, "2025-H2")),
        // Talsi, whose address has bounced, names another one.
        ("2026-02-02T10:00:00+02:00", .setContact(talsi, "jauna.dati.talsi@example.lv")),
        ("2026-03-02T10:00:00+02:00", .submit(ventspilsNovads, "2025-H2")),
        ("2026-07-01T06:00:00+03:00", .open("2026-H1")),
        ("2026-07-02T10:00:00+03:00", .submit(kuldiga, "2026-H1")),
        ("2026-07-03T10:00:00+03:00", .submit(saldus, "2026-H1")),
        ("2026-07-03T11:00:00+03:00", .submit(saldus, "2026-H1")),
        // Ventspils asks for more time: the ladder begins anew with S2.
        ("2026-07-08T10:00:00+03:00", .extend(ventspils, "2026-H1", "2026-07-24")),
        // On the due day, in the morning, it is made a holiday: the figures are due on the 15th.
        ("2026-07-14T08:00:00+03:00", .proclaimHoliday("2026-07-14")),
        ("2026-07-14T23:30:00+03:00", .submit(liepaja, "2026-H1")),
        ("2026-07-15T22:00:00+03:00", .submit(dienvidkurzeme, "2026-H1")),
        ("2026-07-17T10:00:00+03:00", .submit(talsi, "2026-H1")),
        // Someone has talked to Ventspils novads, which has promised the figures.
        ("2026-07-17T14:00:00+03:00", .snooze(ventspilsNovads, "2026-07-24")),
        ("2026-07-24T10:00:00+03:00", .submit(ventspils, "2026-H1")),
        ("2026-07-28T10:00:00+03:00", .submit(ventspilsNovads, "2026-H1")),
    ]

    /// The system is down from the 12th to the 16th of January: S3 is never made up for.
    private static let outage = day("2026-01-12")...day("2026-01-16")

    /// Mail to this address comes back.
    private static let deadAddress = "dati.talsi@example.lv"

    /// Every message that is expected, written by hand: day, unit, period, step, version of the due date, role, local part
    /// of the address, state; in the end under whose message it goes out where that is another's.
    private static let expected = """
        2026-01-02 0007000 2025-H2 S1 v1 SUBMITTER dati.ventspils SENT
        2026-01-05 0005000 2025-H2 S1 v1 SUBMITTER dati.liepaja SENT
        2026-01-05 0027000 2025-H2 S1 v1 SUBMITTER dati.dienvidkurzeme SENT
        2026-01-05 0033000 2025-H2 S1 v1 SUBMITTER dati.kuldiga SENT
        2026-01-05 0046000 2025-H2 S1 v1 SUBMITTER dati.saldus SENT
        2026-01-05 0051000 2025-H2 S1 v1 SUBMITTER dati.talsi BOUNCED
        2026-01-05 0056000 2025-H2 S1 v1 SUBMITTER dati.ventspils-novads SENT
        2026-01-08 0007000 2025-H2 S2 v1 SUBMITTER dati.ventspils SENT
        2026-01-09 0005000 2025-H2 S2 v1 SUBMITTER dati.liepaja SENT
        2026-01-09 0027000 2025-H2 S2 v1 SUBMITTER dati.dienvidkurzeme SENT
        2026-01-09 0051000 2025-H2 S2 v1 SUBMITTER pasvaldiba.talsi SENT
        2026-01-09 0056000 2025-H2 S2 v1 SUBMITTER dati.ventspils-novads SENT
        2026-01-19 0007000 2025-H2 S4 v1 SUBMITTER dati.ventspils SENT
        2026-01-19 0007000 2025-H2 S4 v1 HEAD socialais.dienests.ventspils SENT
        2026-01-19 0051000 2025-H2 S4 v1 SUBMITTER pasvaldiba.talsi SENT
        2026-01-19 0051000 2025-H2 S4 v1 HEAD socialais.dienests.talsi SENT
        2026-01-19 0056000 2025-H2 S4 v1 SUBMITTER dati.ventspils-novads SENT
        2026-01-19 0056000 2025-H2 S4 v1 HEAD socialais.dienests.ventspils-novads SENT
        2026-01-23 0051000 2025-H2 S5 v1 HEAD socialais.dienests.talsi SENT
        2026-01-23 0051000 2025-H2 S5 v1 GENERAL pasvaldiba.talsi SENT
        2026-01-23 0051000 2025-H2 S5 v1 EXEC izpilddirektors.talsi SENT
        2026-01-23 0051000 2025-H2 S5 v1 REGION pasts.kpr SENT
        2026-01-23 0056000 2025-H2 S5 v1 HEAD socialais.dienests.ventspils-novads SENT
        2026-01-23 0056000 2025-H2 S5 v1 GENERAL pasvaldiba.ventspils-novads SENT
        2026-01-23 0056000 2025-H2 S5 v1 EXEC izpilddirektors.ventspils-novads SENT
        2026-01-23 0056000 2025-H2 S5 v1 REGION pasts.kpr SENT in di-1.2025-h2.0051000.s5.v1.region
        2026-07-01 0005000 2026-H1 S1 v1 SUBMITTER dati.liepaja SENT
        2026-07-01 0007000 2026-H1 S1 v1 SUBMITTER dati.ventspils SENT
        2026-07-01 0027000 2026-H1 S1 v1 SUBMITTER dati.dienvidkurzeme SENT
        2026-07-01 0033000 2026-H1 S1 v1 SUBMITTER dati.kuldiga SENT
        2026-07-01 0046000 2026-H1 S1 v1 SUBMITTER dati.saldus SENT
        2026-07-01 0051000 2026-H1 S1 v1 SUBMITTER jauna.dati.talsi SENT
        2026-07-01 0056000 2026-H1 S1 v1 SUBMITTER dati.ventspils-novads SENT
        2026-07-07 0005000 2026-H1 S2 v1 SUBMITTER dati.liepaja SENT
        2026-07-07 0007000 2026-H1 S2 v1 SUBMITTER dati.ventspils SENT
        2026-07-07 0027000 2026-H1 S2 v1 SUBMITTER dati.dienvidkurzeme SENT
        2026-07-07 0051000 2026-H1 S2 v1 SUBMITTER jauna.dati.talsi SENT
        2026-07-07 0056000 2026-H1 S2 v1 SUBMITTER dati.ventspils-novads SENT
        2026-07-13 0005000 2026-H1 S3 v1 SUBMITTER dati.liepaja SENT
        2026-07-13 0005000 2026-H1 S3 v1 HEAD socialais.dienests.liepaja SENT
        2026-07-13 0027000 2026-H1 S3 v1 SUBMITTER dati.dienvidkurzeme SENT
        2026-07-13 0027000 2026-H1 S3 v1 HEAD socialais.dienests.dienvidkurzeme SENT
        2026-07-13 0051000 2026-H1 S3 v1 SUBMITTER jauna.dati.talsi SENT
        2026-07-13 0051000 2026-H1 S3 v1 HEAD socialais.dienests.talsi SENT
        2026-07-13 0056000 2026-H1 S3 v1 SUBMITTER dati.ventspils-novads SENT
        2026-07-13 0056000 2026-H1 S3 v1 HEAD socialais.dienests.ventspils-novads SENT
        2026-07-16 0051000 2026-H1 S4 v1 SUBMITTER jauna.dati.talsi SENT
        2026-07-16 0051000 2026-H1 S4 v1 HEAD socialais.dienests.talsi SENT
        2026-07-16 0056000 2026-H1 S4 v1 SUBMITTER dati.ventspils-novads SENT
        2026-07-16 0056000 2026-H1 S4 v1 HEAD socialais.dienests.ventspils-novads SENT
        2026-07-17 0007000 2026-H1 S2 v2 SUBMITTER dati.ventspils SENT
        2026-07-23 0007000 2026-H1 S3 v2 SUBMITTER dati.ventspils SENT
        2026-07-23 0007000 2026-H1 S3 v2 HEAD socialais.dienests.ventspils SENT
        2026-07-27 0056000 2026-H1 S5 v1 HEAD socialais.dienests.ventspils-novads SENT
        2026-07-27 0056000 2026-H1 S5 v1 GENERAL pasvaldiba.ventspils-novads SENT
        2026-07-27 0056000 2026-H1 S5 v1 EXEC izpilddirektors.ventspils-novads SENT
        2026-07-27 0056000 2026-H1 S5 v1 REGION pasts.kpr SENT
        """

    /// The formal letters that are due, as day and unit: a person writes them, the ledger has none.
    private static let expectedLetters = ["2026-01-30 0056000"]

    private let pool = TestDatabase.current.pool()

    @Test("the ledger of a simulated year holds the messages of a table written by hand, and no other")
    func year() async throws {
        try await prepare()
        var events = Self.events[...]
        var letters: [String] = []
        var date = day("2025-12-15")
        while date < day("2027-01-01") {
            let nine = LocalDateTime(date: date, hour: 9)
            let now = riga.resolve(nine).instant
            while let event = events.first, try #require(Timestamp(iso: event.at)) <= now {
                try await perform(event.what, at: try #require(Timestamp(iso: event.at)))
                events.removeFirst()
            }
            try await set(clock: now)
            if !Self.outage.contains(date), try await isScheduled(date) {
                for unit in try await evaluate(date) where !letters.contains(where: { $0.hasSuffix(unit) }) {
                    letters.append("\(date) \(unit)")
                }
            }
            date = date.adding(days: 1)
        }
        #expect(events.isEmpty)
        let ledger = try await ledger()
        let expected = Self.expected.split(separator: "\n").map(String.init)
        for line in expected where !ledger.contains(line) { Issue.record("missing: \(line)") }
        for line in ledger where !expected.contains(line) { Issue.record("not expected: \(line)") }
        #expect(ledger.count == expected.count)
        #expect(letters == Self.expectedLetters)
        // Each went out once, and nobody got two messages on one day.
        let most = try await pool.value(
            """
            select max(n) from (select count(distinct message_id) as n from rinda.notice group by recipient, planned_for) d
            """, as: Int64.self)
        #expect(most == 1)
        let sent = try await pool.value(
            "select max(n) from (select count(*) as n from rinda.notice_event where state = 'SENT' group by notice) d",
            as: Int64.self)
        #expect(sent == 1)
        await pool.close()
    }

    // MARK: What happens

    private enum Event {
        case open(String)
        case submit(String, String)
        case setContact(String, String)
        case extend(String, String, String)
        case proclaimHoliday(String)
        case snooze(String, String)
    }

    private func perform(_ event: Event, at instant: Timestamp) async throws {
        try await set(clock: instant)
        let today = riga.date(at: instant)
        switch event {
        case .open(let period): try await generate(period)
        case .submit(let unit, let period):
            try await pool.execute(
                """
                insert into rinda.submission (unit, form, period, version, received_at, status, nil)
                select \(unit), 'DI-1', \(period), count(*) + 1, \(instant), 'RECEIVED', false from rinda.submission
                 where unit = \(unit) and form = 'DI-1' and period = \(period)
                """)
        case .setContact(let unit, let email):
            try await pool.transaction {
                try await Registry.setContact(
                    Contact(unit: unit, role: .submitter, email: email, language: .latvian, validFrom: today),
                    reason: "the old address bounces", in: &$0)
            }
        case .extend(let unit, let period, let until):
            var filter = ObligationFilter()
            filter.unit = unit
            filter.period = Period(code: period)
            let wanted = filter
            try await pool.transaction { transaction in
                let id = try await Registry.obligations(wanted, on: &transaction)[0].id
                try await Registry.extendObligation(id, until: day(until), reason: "asked for it", in: &transaction)
            }
        case .proclaimHoliday(let date):
            _ = try await importSet(
                ["calendar.csv": "calendar,date,kind,name,known_since\nLV,\(date),SPECIAL,Brīvdiena,\(date)\n"],
                on: pool)
            try await generate("2026-H1")
        case .snooze(let unit, let until):
            try await pool.transaction {
                try await Registry.snooze(unit, through: day(until), reason: "handled by phone", in: &$0)
            }
        }
    }

    private func generate(_ period: String) async throws {
        _ = try await pool.transaction {
            try await Registry.generateObligations(form: "DI-1", period: Period(code: period)!, in: &$0)
        }
    }

    /// What the workers do on a day: decide, plan, ask the stop conditions once more, send; answers the units for which a
    /// letter is due.
    private func evaluate(_ date: LocalDate) async throws -> [String] {
        let reminders = try await pool.transaction { transaction in
            let ground = try await Registry.reminderGround(on: date, database: &transaction)
            let reminders = ground.decision(mailDomain: "di.example.lv").due(on: date, ground.facts)
            _ = try await Registry.planNotices(ground.plans(for: reminders, on: date), in: &transaction)
            return reminders
        }
        let messages = try await pool.query(
            "select message_id from rinda.notice where state = 'PLANNED' group by 1 order by min(id)"
        ).column(0, as: String.self)
        for (lease, message) in messages.enumerated() {
            let claim = try await pool.transaction {
                try await Registry.claimNotices(
                    ofMessage: message, today: date,
                    attempt: NoticeAttempt(lease: Int64(lease + 1), journal: "j", open: [], uncertain: .hold), in: &$0)
            }
            guard !claim.claimed.isEmpty else { continue }
            let isDead = claim.claimed.contains { $0.notice.plan.recipient == Self.deadAddress }
            try await pool.transaction { transaction in
                try await Registry.markSent(message: message, digest: Array(repeating: 1, count: 32), in: &transaction)
                if isDead {
                    try await Registry.markBounced(message: message, reason: "5.1.1 no such mailbox", in: &transaction)
                }
            }
        }
        return reminders.filter { $0.isDraft && $0.suppressed == nil }.map(\.obligation.unit)
    }

    // MARK: The way there

    private func prepare() async throws {
        _ = try await Registry.importFolder(kurzeme, on: pool)
        _ = try await importSet(
            ["calendar_adoptions.csv": "unit,year,adopts_moved_days\n\(liepaja),2026,true\n\(ventspils),2026,false\n"],
            on: pool)
        try await pool.execute("insert into rinda.test_database (reason) values ('a simulated year')")
        try await pool.execute(
            "insert into rinda.test_clock (present) values (\(Timestamp(iso: "2025-12-15T07:00:00Z")!))")
    }

    private func set(clock: Timestamp) async throws {
        try await pool.execute("update rinda.test_clock set present = \(clock), set_at = clock_timestamp()")
    }

    /// Whether the schedule of reminders ticks on a day: a working day of the calendar without moved days.
    private func isScheduled(_ date: LocalDate) async throws -> Bool {
        guard date.weekday.rawValue <= 5 else { return false }
        return try await pool.value(
            """
            select not exists (select from rinda.calendar_day where calendar = 'LV' and date = \(date)
                                and kind in ('HOLIDAY', 'SPECIAL') and (known_since is null or known_since <= \(date)))
            """)
    }

    private func ledger() async throws -> [String] {
        try await pool.query(
            """
            select n.planned_for || ' ' || o.unit || ' ' || o.period || ' ' || n.step || ' v' || n.due_version || ' '
                   || n.role || ' ' || split_part(n.recipient, '@', 1) || ' ' || n.state
                   || case when n.message_id like '%.' || o.unit || '.%' then ''
                           else ' in ' || split_part(n.message_id, '@', 1) end
              from rinda.notice n join rinda.obligation o on o.id = n.obligation order by n.id
            """
        ).column(0, as: String.self)
    }
}
