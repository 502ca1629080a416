import Civil
import Domain
import Rendering
import Testing

@Suite("A notice")
struct NoticeTests {
    private let renderer: NoticeRenderer

    init() throws {
        renderer = try NoticeRenderer()
    }

    @Test("that opens the window is a complete letter")
    func opening() throws {
        var content = NoticeSample.content(.opening, today: "2026-01-02")
        content.hasFormAttached = true
        content.canOptOut = true
        let notice = try renderer.render(content)
        #expect(notice.subject == "[KPR DI] Dati par 2025. gada 2. pusgadu – iesniegšanas termiņš 16.01.2026.")
        #expect(
            notice.text == """
                Labdien!

                Lūdzam Talsu novada pašvaldību līdz 2026. gada 16. janvārim (piektdienai), plkst. 23.59, iesniegt datus \
                par deinstitucionalizācijas plāna īstenošanu laikposmā no 01.07.2025. līdz 31.12.2025. (veidlapa “DI \
                plāna uzraudzība”).

                Vēstulei ir pievienota veidlapa ar iepriekš apstiprinātajiem datiem. Aizpildītu veidlapu lūdzam \
                nosūtīt, atbildot uz šo vēstuli.

                Ja izmaiņu nav, lūdzam veidlapā atzīmēt “Izmaiņu nav”. Neaizpildīta veidlapa netiek uzskatīta par \
                iesniegtiem datiem.

                Ja nepieciešams termiņa pagarinājums, lūdzam to pieteikt, atbildot uz šo vēstuli.

                Lūdzam vēstulēs nenorādīt personu datus.

                Ja turpmāk nevēlaties saņemt atgādinājumus pirms termiņa, lūdzam par to paziņot, atbildot uz šo vēstuli.

                Šis atgādinājums ir sagatavots automātiski.
                Saziņai: e-pasts dati@region.example.lv.

                Ar cieņu
                Kurzemes plānošanas reģions

                """)
    }

    @Test(
        "says today, tomorrow or the weekday of the last day",
        arguments: [
            ("2026-01-15", "rīt, 2026. gada 16. janvārī,"), ("2026-01-16", "šodien, 2026. gada 16. janvārī,"),
            ("2026-01-13", "piektdien, 2026. gada 16. janvārī,"),
        ])
    func lastCall(today: String, phrase: String) throws {
        let notice = try renderer.render(NoticeSample.content(.lastCall, today: today))
        #expect(notice.text.contains("Atgādinām, ka \(phrase) plkst. 23.59 beidzas datu iesniegšanas termiņš."))
    }

    @Test("that is overdue asks by the new day and says what a missing figure becomes")
    func overdue() throws {
        var content = NoticeSample.content(.overdue, today: "2026-01-19")
        content.newDeadline = LocalDate(iso: "2026-01-23")
        let notice = try renderer.render(content)
        #expect(notice.subject == "[KPR DI] Nav saņemti dati par 2025. gada 2. pusgadu – termiņš bija 16.01.2026.")
        #expect(
            notice.text.contains(
                "Līdz 2026. gada 16. janvārim neesam saņēmuši Talsu novada pašvaldības datus par 2025. gada 2. pusgadu"
                    + " (veidlapa “DI plāna uzraudzība”). Lūdzam tos iesniegt līdz 2026. gada 23. janvārim (piektdienai)."
            ))
        #expect(
            notice.text.contains(
                "Ja dati netiks saņemti, reģiona pārskatā pašvaldības rādītāji tiks norādīti kā “nav saņemti”, nevis kā"
                    + " nulle."))
        content.newDeadline = nil
        #expect(try renderer.render(content).text.contains("Lūdzam tos iesniegt iespējami drīz."))
    }

    @Test(
        "says how many working days are left in the right number",
        arguments: [
            (1, "Līdz termiņam atlikusi 1 darba diena."), (5, "Līdz termiņam atlikušas 5 darba dienas."),
            (10, "Līdz termiņam atlikušas 10 darba dienas."), (21, "Līdz termiņam atlikusi 21 darba diena."),
        ])
    func daysLeft(count: Int, sentence: String) throws {
        var content = NoticeSample.content(.friendly, today: "2026-01-09")
        content.workingDaysLeft = count
        #expect(try renderer.render(content).text.contains(sentence))
    }

    @Test("about several obligations lists each with its day, also in HTML")
    func several() throws {
        let duties = [
            NoticeSample.duty(due: "2026-01-16"), NoticeSample.duty("<Infrastruktūra>", "2025", due: "2026-01-30"),
        ]
        let notice = try renderer.render(NoticeSample.content(.overdue, today: "2026-01-19", duties: duties))
        #expect(notice.subject == "[KPR DI] Nav saņemti dati par plāna īstenošanu – termiņš bija 16.01.2026.")
        #expect(notice.text.contains("Noteiktajā termiņā nav saņemtas 2 veidlapas:"))
        #expect(
            notice.text.contains(
                "– Talsu novada pašvaldība: “DI plāna uzraudzība” par 2025. gada 2. pusgadu, termiņš bija 2026. gada 16."
                    + " janvāris (piektdiena)\n– Talsu novada pašvaldība: “<Infrastruktūra>” par 2025. gadu, termiņš"
                    + " 2026. gada 30. janvāris (piektdiena)\n"))
        #expect(notice.html.contains("<li>Talsu novada pašvaldība: “&lt;Infrastruktūra&gt;” par 2025. gadu,"))
    }

    @Test("says to whom else it went, and that a copy is one")
    func copies() throws {
        var content = NoticeSample.content(.escalation, today: "2026-01-23")
        content.alsoSentTo = [.head, .general]
        #expect(
            try renderer.render(content).text.contains(
                "Vēstule nosūtīta arī sociālā dienesta vadītājam un pašvaldībai uz tās kopējo e-pasta adresi."))
        content.isCopy = true
        #expect(try renderer.render(content).text.contains("Šī ir vēstules kopija zināšanai. Vēstule nosūtīta sociālā"))
    }

    @Test("speaks of an institution by its own name")
    func institution() throws {
        let institution = NoticeContent.Respondent(
            nominative: "VSAC “Kurzeme”", genitive: "VSAC “Kurzeme”", dative: "VSAC “Kurzeme”",
            accusative: "VSAC “Kurzeme”", isMunicipality: false)
        let duty = NoticeContent.Duty(
            respondent: institution, form: "Veidlapa", period: Period(code: "2025")!, due: LocalDate(iso: "2026-01-16")!
        )
        let notice = try renderer.render(NoticeSample.content(.opening, duties: [duty]))
        #expect(notice.text.contains("Lūdzam VSAC “Kurzeme” līdz 2026."))
        #expect(!notice.text.contains("pašvaldīb"))
    }

    @Test(
        "of every step and language is complete, without addresses of pages, holes or the other language",
        arguments: NoticeStep.allCases, Language.allCases)
    func complete(step: NoticeStep, language: Language) throws {
        let today = [.opening, .friendly, .lastCall].contains(step) ? "2026-01-15" : "2026-01-30"
        for duties in [[NoticeSample.duty()], [NoticeSample.duty(), NoticeSample.duty("Cita", due: "2026-01-15")]] {
            let notice = try renderer.render(NoticeSample.content(step, language, today: today, duties: duties))
            for part in [notice.subject, notice.text, notice.html] {
                #expect(!part.contains("{{") && !part.contains("http") && !part.contains("www."))
                #expect(!part.contains("()") && !part.contains(" ,") && !part.contains("  "))
            }
            #expect(!notice.subject.isEmpty && notice.subject.utf8.count < 200)
            #expect(notice.html.contains("<html lang=\"\(language.rawValue)\">"))
            #expect(notice.text.contains("Kurzemes plānošanas reģions"))
            let words: [Language: [String]] = [.latvian: ["Ar cieņu"], .english: ["Yours sincerely"]]
            for (other, signs) in words {
                for sign in signs { #expect(notice.text.contains(sign) == (other == language)) }
            }
            #expect(notice == (try renderer.render(NoticeSample.content(step, language, today: today, duties: duties))))
        }
    }

    @Test("says the same in both parts")
    func sameInBoth() throws {
        let notice = try renderer.render(NoticeSample.content(.overdue, today: "2026-01-19"))
        for paragraph in notice.text.split(separator: "\n") {
            #expect(notice.html.contains(paragraph))
        }
    }

    @Test("is refused without obligations, before a due date that is over, or with a line break in a name")
    func refused() {
        let broken = NoticeSample.duty("a\nb")
        for content in [
            NoticeSample.content(.overdue, duties: []), NoticeSample.content(.lastCall, today: "2026-01-17"),
            NoticeSample.content(.opening, today: "2026-02-01"), NoticeSample.content(.overdue, duties: [broken]),
        ] {
            #expect {
                try renderer.render(content)
            } throws: { error in
                (error as? RenderingError)?.code == .invalidContent
            }
        }
    }
}
