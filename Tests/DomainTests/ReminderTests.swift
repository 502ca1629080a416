import Civil
import Domain
import Testing

@Suite("Reminders")
struct ReminderTests {
    /// 2019-H2 of form F: open from 2020-01-01, due on Tuesday 2020-01-14 (no holidays), grace until 2020-01-21.
    private func obligation(_ unit: String = "A", form: String = "F", responsible: String? = nil) -> Obligation {
        Obligation(
            form: form, period: period("2019-H2"), unit: unit, responsible: responsible ?? unit,
            opensOn: day("2020-01-01"), dueOn: day("2020-01-14"), graceUntil: day("2020-01-21"))
    }

    private func contact(_ unit: String, _ role: ContactRole, _ email: String, from: String = "2018-01-01") -> Contact {
        Contact(unit: unit, role: role, email: email, language: .latvian, validFrom: day(from))
    }

    private var everyone: [Contact] {
        [
            contact("A", .submitter, "dati@a.example.lv"), contact("A", .head, "vaditajs@a.example.lv"),
            contact("A", .general, "pasts@a.example.lv"), contact("A", .executive, "direktors@a.example.lv"),
            contact("A", .chair, "priekssedetajs@a.example.lv"), contact("KPR", .general, "kpr@example.lv"),
        ]
    }

    private func decision(
        on date: String, _ contacts: [Contact]? = nil, days: [CalendarDay] = [], optedOut: Set<String> = []
    ) -> ReminderDecision {
        let region = OrgUnit(
            code: "KPR", name: "KPR", nameGen: "", nameDat: "", nameAcc: "", type: .region,
            validFrom: day("2009-01-01"))
        return ReminderDecision(
            calendar: DutyCalendar(calendar: days, adoptions: [], knownOn: nil),
            contacts: ContactBook(contacts ?? everyone, units: [region], on: day(date)),
            graceWorkingDays: ["F": 5, "G": 5], mailDomain: "mail.example.lv", optedOut: optedOut)
    }

    private func due(_ date: String, _ facts: ReminderFacts? = nil, _ contacts: [Contact]? = nil) -> [Reminder] {
        decision(on: date, contacts).due(on: day(date), [facts ?? ReminderFacts(obligation: obligation())])
    }

    @Test(
        "each step is due from its day until the next one's",
        arguments: [
            ("2019-12-31", nil), ("2020-01-01", "S1"), ("2020-01-06", "S1"), ("2020-01-07", "S2"),
            ("2020-01-10", "S2"), ("2020-01-13", "S3"), ("2020-01-14", "S3"), ("2020-01-15", "S4"),
            ("2020-01-20", "S4"), ("2020-01-21", "S5"), ("2020-01-27", "S5"), ("2020-01-28", "S6"),
            ("2020-06-01", "S6"),
        ] as [(String, String?)])
    func ladder(date: String, step: String?) {
        #expect(due(date).first?.step.rawValue == step)
    }

    @Test(
        "each step goes to its roles, copies apart",
        arguments: [
            ("2020-01-02", "SUBMITTER", "", false), ("2020-01-08", "SUBMITTER", "", false),
            ("2020-01-13", "SUBMITTER", "HEAD", true), ("2020-01-15", "SUBMITTER HEAD", "", true),
            ("2020-01-21", "HEAD GENERAL", "EXEC REGION", true), ("2020-01-28", "CHAIR", "", true),
        ])
    func recipients(date: String, to: String, copies: String, mandatory: Bool) throws {
        let reminder = try #require(due(date).first)
        func names(_ isCopy: Bool) -> String {
            reminder.recipients.filter { $0.isCopy == isCopy }.map(\.addressee.rawValue).joined(separator: " ")
        }
        #expect(names(false) == to)
        #expect(names(true) == copies)
        #expect(reminder.isMandatory == mandatory)
        #expect(reminder.isDraft == (reminder.step == .formalLetter))
        #expect(reminder.suppressed == nil)
    }

    @Test("nothing before the due date goes out after it: not on the weekend before the overdue step either")
    func neverLate() {
        var late = obligation()
        // Due on a Friday; the next working day, the first of S4, is Monday.
        late.dueOn = day("2020-01-17")
        let facts = ReminderFacts(obligation: late)
        #expect(due("2020-01-17", facts).first?.step == .lastCall)
        #expect(due("2020-01-18", facts) == [])
        #expect(due("2020-01-20", facts).first?.step == .overdue)
    }

    @Test("short deadlines never remind before the window opens")
    func window() {
        var short = obligation()
        short.dueOn = day("2020-01-03")
        let facts = ReminderFacts(obligation: short)
        #expect(due("2019-12-31", facts) == [])
        #expect(due("2020-01-01", facts).first?.step == .friendly)
        #expect(due("2020-01-02", facts).first?.step == .lastCall)
    }

    @Test("after an outage only the highest step goes out, and what the ledger has is not repeated")
    func catchUp() {
        let entries = [Addressee.submitter, .head].map {
            ReminderFacts.Entry(step: .overdue, addressee: $0, dueVersion: 1)
        }
        let sent = ReminderFacts(obligation: obligation(), ledger: Set(entries))
        #expect(due("2020-01-16", sent) == [])
        let half = ReminderFacts(obligation: obligation(), ledger: [entries[0]])
        #expect(due("2020-01-16", half).first?.recipients.map(\.addressee) == [.head])
        #expect(due("2020-01-22", sent).map(\.step) == [.graceOver])
    }

    @Test("stop conditions suppress a step that is due, and end it with the last step's day")
    func stops() {
        func reason(_ date: String = "2020-01-16", _ change: (inout ReminderFacts) -> Void) -> StopCondition? {
            var facts = ReminderFacts(obligation: obligation())
            change(&facts)
            return due(date, facts).first?.suppressed
        }
        #expect(reason { $0.isWaived = true } == .waived)
        #expect(reason { $0.isAccepted = true } == .accepted)
        #expect(reason { $0.newestStatus = .received } == .submitted)
        #expect(reason { ($0.newestStatus, $0.isNewestNil) = (.received, true) } == .nilReturn)
        #expect(reason { $0.newestStatus = .returned } == nil)
        #expect(reason { ($0.newestStatus, $0.isNewestNil) = (.returned, true) } == nil)
        #expect(reason { $0.isUnitClosed = true } == .unitClosed)
        #expect(reason { $0.snoozedThrough = day("2020-01-16") } == .snoozed)
        #expect(reason { $0.snoozedThrough = day("2020-01-15") } == nil)
        #expect(reason("2020-01-18") { _ in } == .notAWorkingDay)
        var settled = ReminderFacts(obligation: obligation())
        settled.isAccepted = true
        #expect(due("2020-01-28", settled) == [])
    }

    @Test("at sending time a date that has been put off since stops the notice of the old one")
    func extended() {
        let facts = ReminderFacts(obligation: obligation(), dueVersion: 2)
        #expect(facts.stopCondition(step: .overdue, plannedFor: 1, on: day("2020-01-15")) == .extended)
        #expect(facts.stopCondition(step: .overdue, plannedFor: 2, on: day("2020-01-15")) == nil)
        #expect(facts.stopCondition(step: .lastCall, plannedFor: 2, on: day("2020-01-15")) == .dueDatePassed)
        // The ladder begins again with S2.
        #expect(due("2020-01-02", facts) == [])
        #expect(due("2020-01-08", facts).map(\.step) == [.friendly])
    }

    @Test("a day whose adoption is unknown counts only if it is worked in any case")
    func unknownAdoption() {
        let days = [
            CalendarDay(calendar: "LV", date: day("2020-01-15"), kind: .movedOff, name: ""),
            CalendarDay(calendar: "LV", date: day("2020-01-18"), kind: .movedWork, name: ""),
        ]
        let facts = [ReminderFacts(obligation: obligation())]
        #expect(decision(on: "2020-01-15", days: days).due(on: day("2020-01-15"), facts) == [])
        #expect(decision(on: "2020-01-16", days: days).due(on: day("2020-01-16"), facts).map(\.step) == [.overdue])
        #expect(
            decision(on: "2020-01-18", days: days).due(on: day("2020-01-18"), facts).map(\.suppressed) == [
                .notAWorkingDay
            ])
    }

    @Test(
        "the general address stands in for a missing contact, else the region must be told; bounced ones count as missing"
    )
    func fallbacks() throws {
        let general = everyone.filter { $0.role != .submitter }
        let stoodIn = try #require(due("2020-01-08", nil, general).first)
        #expect(stoodIn.recipients.map(\.email) == ["pasts@a.example.lv"])
        #expect(stoodIn.recipients.map(\.addressee) == [.submitter])
        let nobody = try #require(due("2020-01-08", nil, [contact("B", .submitter, "x@example.lv")]).first)
        #expect(nobody.recipients == [])
        #expect(nobody.unreached == [.submitter])
        let book = ContactBook(everyone, units: [], on: day("2020-01-08"), unreachable: ["dati@a.example.lv"])
        #expect(book.contact(.submitter, of: "A")?.email == "pasts@a.example.lv")
        #expect(book.contact(.region, of: "A") == nil)
    }

    @Test("one address gets one message for one obligation, and no copy of what it is asked itself")
    func sameAddress() throws {
        let one = [contact("A", .general, "pasts@a.example.lv")]
        let grace = try #require(due("2020-01-21", nil, one).first)
        #expect(grace.recipients.map(\.addressee) == [.head, .general])
        #expect(grace.recipients.map(\.mergedInto) == [nil, "f.2019-h2.a.s5.v1.head@mail.example.lv"])
        #expect(grace.unreached == [.region])
        let call = try #require(due("2020-01-13", nil, one).first)
        #expect(call.recipients.map(\.isCopy) == [false])
    }

    @Test("a contact holds from its first day to before its last, and the newest of a role holds")
    func validity() {
        var old = contact("A", .submitter, "old@example.lv")
        old.validTo = day("2020-01-08")
        let new = contact("A", .submitter, "new@example.lv", from: "2020-01-07")
        func found(_ date: String) -> String? {
            ContactBook([new, old], units: [], on: day(date)).contact(.submitter, of: "A")?.email
        }
        #expect(found("2020-01-06") == "old@example.lv")
        #expect(found("2020-01-07") == "new@example.lv")
        #expect(found("2020-01-08") == "new@example.lv")
        #expect(found("2017-01-08") == nil)
    }

    @Test("courtesies can be declined, the rest cannot")
    func optOut() {
        let facts = [ReminderFacts(obligation: obligation())]
        let declined: Set<String> = ["dati@a.example.lv"]
        #expect(
            decision(on: "2020-01-08", optedOut: declined).due(on: day("2020-01-08"), facts).first?.recipients == [])
        #expect(
            decision(on: "2020-01-13", optedOut: declined).due(on: day("2020-01-13"), facts).first?.recipients.count
                == 2)
    }

    @Test("several obligations of one address go out under the first one's identity, by form, period and unit")
    func merged() throws {
        let facts = [
            ReminderFacts(obligation: obligation("A2", form: "G", responsible: "A")),
            ReminderFacts(obligation: obligation("A1", form: "G", responsible: "A")),
            ReminderFacts(obligation: obligation("B", form: "F", responsible: "A")),
        ]
        let reminders = decision(on: "2020-01-13").due(on: day("2020-01-13"), facts)
        #expect(reminders.map(\.obligation.unit) == ["A1", "A2", "B"])
        let first = "f.2019-h2.b.s3.v1.submitter@mail.example.lv"
        let copy = "f.2019-h2.b.s3.v1.head@mail.example.lv"
        #expect(reminders.map { $0.recipients.map(\.mergedInto) } == [[first, copy], [first, copy], [nil, nil]])
        // What does not go out lends its identity to nothing.
        var waived = facts
        waived[2].isWaived = true
        let left = decision(on: "2020-01-13").due(on: day("2020-01-13"), waived)
        #expect(left[0].recipients.map(\.mergedInto) == [nil, nil])
        #expect(left[1].recipients[0].mergedInto == "g.2019-h2.a1.s3.v1.submitter@mail.example.lv")
    }

    @Test("a Message-ID is in lower case, valid, and different for different codes")
    func messageID() {
        func id(_ form: String, _ unit: String) -> String {
            var odd = obligation(unit)
            odd.form = form
            return MessageID.of(odd, .overdue, dueVersion: 3, .submitter, domain: "Mail.Example.LV")
        }
        #expect(id("DI-1", "0887600") == "di-1.2019-h2.0887600.s4.v3.submitter@mail.example.lv")
        #expect(id("a.b", "c") != id("a", "b.c"))
        #expect(id("ā b", "<c>") == "=c4=81=20b.2019-h2.=3cc=3e.s4.v3.submitter@mail.example.lv")
    }

    @Test("messages go out on working days from nine to four")
    func hours() {
        let calendar = DutyCalendar(calendar: [], adoptions: [], knownOn: nil)
        func allowed(_ date: String, _ hour: Int, _ minute: Int = 0) -> Bool {
            SendingHours.allow(
                LocalDateTime(date: day(date), hour: hour, minute: minute), unit: "A", calendar: calendar)
        }
        #expect(allowed("2020-01-15", 9))
        #expect(allowed("2020-01-15", 15, 59))
        #expect(!allowed("2020-01-15", 8, 59))
        #expect(!allowed("2020-01-15", 16))
        #expect(!allowed("2020-01-18", 12))
    }

    @Test("the JSON has the fixed keys in the fixed order")
    func json() {
        let text = Reminder.json(due("2020-01-13"))
        #expect(
            text == """
                [{"unit":"A","form":"F","period":"2019-H2","due_on":"2020-01-14","due_version":1,"step":"S3",\
                "mandatory":true,"suppressed":null,"recipients":[{"role":"SUBMITTER","email":"dati@a.example.lv",\
                "language":"lv","message_id":"f.2019-h2.a.s3.v1.submitter@mail.example.lv","merged_into":null,\
                "copy":false},{"role":"HEAD","email":"vaditajs@a.example.lv","language":"lv",\
                "message_id":"f.2019-h2.a.s3.v1.head@mail.example.lv","merged_into":null,"copy":true}]}]
                """)
    }
}
