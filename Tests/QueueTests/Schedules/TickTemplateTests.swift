import Civil
import Testing

@testable import Queue

@Suite("Templates of args")
struct TickTemplateTests {
    private func fill(_ template: String, at instant: String) throws -> String {
        let tick = Tick(instant: ScheduleFixture.instant(instant), zone: ScheduleFixture.riga)
        return try TickTemplate(template).filled(for: tick, schedule: "nightly")
    }

    @Test("a tick fills in its instant, its local date and the schedule's name")
    func values() throws {
        let filled = try fill(
            #"{"at": "{tick}", "date": "{date}", "by": "{schedule}/{month}"}"#, at: "2026-03-31T22:30:00Z")
        #expect(filled == #"{"at": "2026-03-31T22:30:00Z", "date": "2026-04-01", "by": "nightly/2026-04"}"#)
    }

    @Test(
        "a period is the last that ended before the local date",
        arguments: [
            ("2020-01-01T04:00:00Z", "2019-12 2019-Q4 2019-H2 2019"),
            ("2019-12-31T22:30:00Z", "2019-12 2019-Q4 2019-H2 2019"),
            ("2019-12-31T21:30:00Z", "2019-11 2019-Q3 2019-H1 2018"),
            ("2026-07-01T03:00:00Z", "2026-06 2026-Q2 2026-H1 2025"),
            ("2026-05-17T03:00:00Z", "2026-04 2026-Q1 2025-H2 2025"),
        ])
    func periods(instant: String, expected: String) throws {
        let template = "{period:month} {period:quarter} {period:half-year} {period:year}"
        #expect(try fill(template, at: instant) == expected)
    }

    @Test(
        "braces that hold no name stay as they are",
        arguments: [#"{"a": {}, "b": {"c": 1}}"#, "{", "}{", "{A}", "{{}}", "{1}", "ā{"])
    func plain(text: String) throws {
        #expect(try fill(text, at: "2026-01-01T00:00:00Z") == text)
    }

    @Test(
        "a name that is no placeholder is refused",
        arguments: ["{day}", "{period}", "{period:week}", #"{"a": "{perio}"}"#])
    func unknown(text: String) throws {
        let error = try #require(throws: ScheduleError.self) { try TickTemplate(text) }
        #expect(error.code == .invalidDefinition)
        #expect(error.message.contains("{period:half-year}"))
    }
}
