import Civil
import Testing

@Suite("Local dates")
struct LocalDateTests {
    @Test(
        "A date is read from and written as ISO 8601",
        arguments: ["2000-01-01", "1999-12-31", "2020-02-29", "2100-02-28", "0001-01-01", "9999-12-31"])
    func roundTrip(text: String) throws {
        #expect(try #require(LocalDate(iso: text)).description == text)
    }

    @Test(
        "What the calendar does not have is not a date",
        arguments: [
            "2019-02-29", "2100-02-29", "2020-13-01", "2020-00-10", "2020-04-31", "2020-4-01", "20200401", "",
            "2020-04-0x",
        ])
    func refusal(text: String) {
        #expect(LocalDate(iso: text) == nil)
    }

    @Test("Days are counted through leap years and over 2000 in both directions")
    func everyDay() throws {
        var date = try #require(LocalDate(iso: "1895-12-31"))
        var (year, month, day) = (1895, 12, 31)
        for _ in 0..<100_000 {
            date = date.adding(days: 1)
            day += 1
            if day > LocalDate.length(ofMonth: month, year: year) {
                day = 1
                month += 1
                if month > 12 { (month, year) = (1, year + 1) }
            }
            #expect(date.year == year && date.month == month && date.day == day)
            if date.year != year || date.month != month || date.day != day { return }
        }
    }

    @Test(
        "Weekdays are those of the calendar on the wall",
        arguments: [
            ("2000-01-01", Weekday.saturday), ("2018-03-27", .tuesday), ("2026-01-16", .friday),
            ("1999-12-31", .friday),
            ("1995-06-04", .sunday),
        ])
    func weekday(text: String, expected: Weekday) throws {
        #expect(try #require(LocalDate(iso: text)).weekday == expected)
    }
}
