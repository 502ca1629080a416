import Civil
import Domain
import Testing

@Suite("Periods")
struct PeriodTests {
    @Test(
        "a code names its days",
        arguments: [
            ("2019", "2019-01-01", "2019-12-31"), ("2019-H1", "2019-01-01", "2019-06-30"),
            ("2019-H2", "2019-07-01", "2019-12-31"), ("2019-Q4", "2019-10-01", "2019-12-31"),
            ("2020-02", "2020-02-01", "2020-02-29"), ("2019-12", "2019-12-01", "2019-12-31"),
        ])
    func days(code: String, first: String, last: String) throws {
        let period = try #require(Period(code: code))
        #expect(period.code == code)
        #expect(period.firstDay == day(first))
        #expect(period.lastDay == day(last))
        #expect(period.next.firstDay == period.lastDay.adding(days: 1))
        #expect(period.next.previous == period)
    }

    @Test(
        "anything else is no code",
        arguments: [
            "", "19", "2019-", "2019-H0", "2019-H3", "2019-Q5", "2019-00", "2019-13", "2019-h1", "2019H1", "0000",
        ])
    func malformed(code: String) {
        #expect(Period(code: code) == nil)
    }

    @Test("the last period that ends by a date")
    func lastEnding() {
        #expect(Period.last(.halfYear, endingBy: day("2019-12-31")) == period("2019-H2"))
        #expect(Period.last(.halfYear, endingBy: day("2019-12-30")) == period("2019-H1"))
        #expect(Period.last(.year, endingBy: day("2019-06-30")) == period("2018"))
        #expect(Period.last(.month, endingBy: day("2020-02-29")) == period("2020-02"))
    }

    @Test("the periods that end in a span")
    func sequence() {
        let quarters = Period.sequence(.quarter, endingFrom: day("2019-01-01"), through: day("2019-12-30"))
        #expect(quarters.map(\.code) == ["2019-Q1", "2019-Q2", "2019-Q3"])
        #expect(Period.sequence(.halfYear, endingFrom: day("2019-07-01"), through: day("2019-07-31")).isEmpty)
    }
}
