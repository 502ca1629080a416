import Civil
import Domain
import Testing

@testable import Rendering

@Suite("Latvian")
struct LatvianTests {
    @Test(
        "counts fall into the plural categories of CLDR",
        arguments: [
            (0, LatvianPlural.zero), (1, .one), (2, .other), (10, .zero), (11, .zero), (19, .zero), (20, .zero),
            (21, .one), (22, .other), (101, .one), (111, .zero), (121, .one), (1_000, .zero),
        ])
    func plural(count: Int, category: LatvianPlural) {
        #expect(LatvianPlural(count) == category)
    }

    @Test(
        "nouns follow their count",
        arguments: [
            (1, "1 diena"), (2, "2 dienas"), (10, "10 dienas"), (11, "11 dienas"), (21, "21 diena"), (31, "31 diena"),
            (1_001, "1\u{A0}001 diena"),
        ])
    func nouns(count: Int, phrase: String) {
        #expect(LatvianPlural.phrase(count, one: "diena", other: "dienas") == phrase)
    }

    @Test(
        "figures have a decimal comma and blanks that do not break",
        arguments: [
            ("0", "0"), ("350", "350"), ("1172200", "1\u{A0}172\u{A0}200"), ("1172200.5", "1\u{A0}172\u{A0}200,5"),
            ("-1234.05", "\u{2212}1\u{A0}234,05"), ("999", "999"), ("0.333333", "0,333333"),
        ])
    func numbers(decimal: String, text: String) throws {
        #expect(LatvianNumber.text(try #require(Rational(decimal: decimal))) == text)
    }

    @Test("shares are percentages with two decimals, halves away from nought")
    func percent() {
        #expect(LatvianNumber.percent(Rational(57, 350)) == "16,29\u{A0}%")
        #expect(LatvianNumber.percent(Rational(84_996, 100_000)) == "85,00\u{A0}%")
        #expect(LatvianNumber.percent(Rational(10_174, 10_000)) == "101,74\u{A0}%")
        #expect(LatvianNumber.percent(.zero) == "0,00\u{A0}%")
    }

    @Test("dates stand in the case that the sentence needs")
    func dates() {
        let date = LocalDate(iso: "2026-01-16")!
        #expect(LatvianDate.long(date) == "2026. gada 16. janvāris")
        #expect(LatvianDate.dative(date) == "2026. gada 16. janvārim")
        #expect(LatvianDate.accusative(date) == "2026. gada 16. janvāri")
        #expect(LatvianDate.locative(date) == "2026. gada 16. janvārī")
        #expect(LatvianDate.short(date) == "16.01.2026.")
        #expect(LatvianDate.weekday(date) == "piektdiena")
        #expect(LatvianDate.weekdayDative(date) == "piektdienai")
        #expect(LatvianDate.dative(LocalDate(iso: "2026-03-05")!) == "2026. gada 5. martam")
        #expect(LatvianDate.dative(LocalDate(iso: "2026-08-31")!) == "2026. gada 31. augustam")
        #expect(LatvianDate.when(date, from: date) == "šodien")
        #expect(LatvianDate.when(date, from: date.adding(days: -1)) == "rīt")
        #expect(LatvianDate.when(LocalDate(iso: "2026-01-19")!, from: date) == "pirmdien")
        #expect(LatvianDate.time(LocalDateTime(date: date, hour: 9, minute: 5)) == "09.05")
    }

    @Test(
        "periods are named in each case",
        arguments: [
            ("2025-H2", "2025. gada 2. pusgads", "2025. gada 2. pusgadu", "2025. gada 2. pusgadā"),
            ("2025", "2025. gads", "2025. gadu", "2025. gadā"),
            ("2025-Q3", "2025. gada 3. ceturksnis", "2025. gada 3. ceturksni", "2025. gada 3. ceturksnī"),
            ("2025-07", "2025. gada jūlijs", "2025. gada jūliju", "2025. gada jūlijā"),
        ])
    func periods(code: String, nominative: String, accusative: String, locative: String) throws {
        let period = try #require(Period(code: code))
        #expect(LatvianPeriod.nominative(period) == nominative)
        #expect(LatvianPeriod.accusative(period) == accusative)
        #expect(LatvianPeriod.locative(period) == locative)
    }
}
