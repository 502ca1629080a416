import Civil
import Domain
import Testing

@Suite("Obligations")
struct ObligationTests {
    @Test("each unit that owes the form gets its dates, and the legal successor answers for one that has ended")
    func generated() throws {
        var set = SetBuilder()
        set.indicator("I")
        set.units("A", "B", to: "2021-07-01")
        set.unit("C", from: "2021-07-01")
        set.unit("D", role: .partner)
        set.succeeds("C", [("A", 1), ("B", 1)], on: "2021-07-01")
        set.target("I", nil, 10)
        let form = try #require(set.dataSet.forms.first)
        let obligations = try Obligation.all(
            of: form, for: period("2021-H1"), duties: FormDuties(set.dataSet),
            calendar: DutyCalendar(set.dataSet, knownOn: nil), heirs: LegalSuccession(set.dataSet.successions))
        #expect(obligations.map(\.unit) == ["A", "B"])
        #expect(obligations.map(\.responsible) == ["C", "C"])
        let first = try #require(obligations.first)
        #expect(first.opensOn == day("2021-07-01"))
        #expect(first.dueOn == day("2021-07-14"))
        #expect(first.graceUntil == day("2021-07-21"))
        #expect(throws: DomainError.self) {
            try Obligation.all(
                of: form, for: period("2021"), duties: FormDuties(set.dataSet),
                calendar: DutyCalendar(set.dataSet, knownOn: nil), heirs: LegalSuccession([]))
        }
    }

    @Test("of several heirs the one with the greatest share answers, along the chain, from the day on")
    func responsible() {
        let heirs = LegalSuccession([
            Succession(predecessor: "A", successor: "B", effectiveOn: day("2020-01-01"), share: number("0.4")),
            Succession(predecessor: "A", successor: "C", effectiveOn: day("2020-01-01"), share: number("0.6")),
            Succession(predecessor: "C", successor: "E", effectiveOn: day("2021-01-01"), share: number("0.5")),
            Succession(predecessor: "C", successor: "D", effectiveOn: day("2021-01-01"), share: number("0.5")),
        ])
        #expect(heirs.responsible(for: "A", on: day("2019-12-31")) == "A")
        #expect(heirs.responsible(for: "A", on: day("2020-01-01")) == "C")
        #expect(heirs.responsible(for: "A", on: day("2021-01-01")) == "D")
    }

    /// The whole table: a state for each pair, nil where the event is refused.
    static let transitions: [ObligationState: [ObligationEvent: ObligationState]] = [
        .planned: [.windowOpened: .open, .extended: .planned, .waived: .waived],
        .open: [.submitted: .submitted, .duePassed: .overdue, .extended: .extended, .waived: .waived],
        .extended: [.submitted: .submitted, .duePassed: .overdue, .extended: .extended, .waived: .waived],
        .submitted: [
            .submitted: .submitted, .returned: .returned, .accepted: .accepted, .duePassed: .submitted,
            .waived: .waived,
        ],
        .returned: [.submitted: .submitted, .duePassed: .overdue, .extended: .extended, .waived: .waived],
        .accepted: [
            .submitted: .accepted, .returned: .accepted, .accepted: .accepted, .duePassed: .accepted,
            .waived: .waived,
        ],
        .overdue: [.submitted: .lateSubmitted, .extended: .extended, .waived: .waived],
        .lateSubmitted: [
            .submitted: .lateSubmitted, .returned: .overdue, .accepted: .accepted, .waived: .waived,
        ],
        .waived: [:],
    ]

    @Test("every state meets every event", arguments: ObligationState.allCases, ObligationEvent.allCases)
    func stateByEvent(state: ObligationState, event: ObligationEvent) throws {
        if let expected = Self.transitions[state]?[event] {
            #expect(try state.after(event) == expected)
        } else {
            let error = #expect(throws: DomainError.self) { try state.after(event) }
            #expect(error?.code == .illegalTransition)
        }
    }

    @Test("the state on a day follows from the facts")
    func fromFacts() {
        typealias Answers = [(version: Int, status: SubmissionStatus, arrivedOn: LocalDate)]
        func state(_ date: String, _ answers: Answers = [], isExtended: Bool = false, isWaived: Bool = false)
            -> ObligationState
        {
            ObligationState.on(
                day(date), opensOn: day("2020-01-01"), dueOn: day("2020-01-14"), isExtended: isExtended,
                isWaived: isWaived, answers: answers)
        }
        let early = day("2020-01-10")
        let late = day("2020-01-20")
        #expect(state("2019-12-31") == .planned)
        #expect(state("2020-01-01") == .open)
        #expect(state("2020-01-14", isExtended: true) == .extended)
        #expect(state("2020-01-15") == .overdue)
        #expect(state("2020-02-01", [(1, .received, early)]) == .submitted)
        #expect(state("2020-02-01", [(1, .received, late)]) == .lateSubmitted)
        #expect(state("2020-01-12", [(1, .returned, early)]) == .returned)
        #expect(state("2020-01-15", [(1, .returned, early)]) == .overdue)
        #expect(state("2020-01-15", [(1, .returned, early), (2, .received, late)]) == .lateSubmitted)
        #expect(state("2020-02-01", [(1, .accepted, early), (2, .returned, late)]) == .accepted)
        #expect(state("2020-02-01", [(1, .accepted, early)], isWaived: true) == .waived)
    }
}

@Suite("The life of a report")
struct ReportLifecycleTests {
    static let events: [ReportEvent] = [
        .compute, .submitForReview, .approve(by: "carla"), .publish, .archive, .withdraw(reason: "wrong period"),
    ]

    static let transitions: [ReportStage: [String: ReportStage]] = [
        .draft: ["computed": .computed, "withdrawn": .withdrawn],
        .computed: ["given to review": .inReview, "withdrawn": .withdrawn],
        .inReview: ["approved": .approved, "withdrawn": .withdrawn],
        .approved: ["published": .published, "archived": .archived, "withdrawn": .withdrawn],
        .published: ["archived": .archived, "withdrawn": .withdrawn],
        .archived: [:],
        .withdrawn: [:],
    ]

    @Test("every stage meets every event", arguments: ReportStage.allCases, events)
    func stageByEvent(stage: ReportStage, event: ReportEvent) throws {
        let life = ReportLifecycle(stage: stage, compiledBy: "anna", dataEditedBy: "bruno")
        if let expected = Self.transitions[stage]?[event.name] {
            #expect(try life.after(event) == expected)
        } else {
            let error = #expect(throws: DomainError.self) { try life.after(event) }
            #expect(error?.code == .illegalTransition)
        }
    }

    @Test("the approver is neither the compiler nor the last editor of the data", arguments: ["anna", "bruno"])
    func fourEyes(approver: String) {
        let life = ReportLifecycle(stage: .inReview, compiledBy: "anna", dataEditedBy: "bruno")
        let error = #expect(throws: DomainError.self) { try life.after(.approve(by: approver)) }
        #expect(error?.code == .ruleNotMet)
    }

    @Test("a withdrawal needs a reason", arguments: ["", " \n"])
    func reason(text: String) {
        let error = #expect(throws: DomainError.self) {
            try ReportLifecycle(compiledBy: "anna").after(.withdraw(reason: text))
        }
        #expect(error?.code == .ruleNotMet)
    }
}
