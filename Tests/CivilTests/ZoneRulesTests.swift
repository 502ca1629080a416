import Civil
import Testing

@Suite("Zones")
struct ZoneRulesTests {
    /// Riga in 2026, with its two changes of the clock.
    private let riga = ZoneRules(
        name: "Europe/Riga", initialOffset: 7200,
        transitions: [
            .init(at: Timestamp(iso: "2026-03-29T01:00:00Z")!, offset: 10_800),
            .init(at: Timestamp(iso: "2026-10-25T01:00:00Z")!, offset: 7200),
        ])

    private func local(_ date: String, _ hour: Int, _ minute: Int = 0) -> LocalDateTime {
        LocalDateTime(date: LocalDate(iso: date)!, hour: hour, minute: minute)
    }

    @Test(
        "Nine o'clock in Riga is where the clocks have put it",
        arguments: [
            ("2026-03-27", "2026-03-27T07:00:00Z"), ("2026-03-30", "2026-03-30T06:00:00Z"),
            ("2026-10-23", "2026-10-23T06:00:00Z"), ("2026-10-26", "2026-10-26T07:00:00Z"),
        ])
    func nineOClock(date: String, expected: String) {
        #expect(riga.resolve(local(date, 9)).instant.description == expected)
    }

    @Test("A time that does not exist becomes the first valid instant after the gap")
    func gap() {
        #expect(riga.resolve(local("2026-03-29", 3, 30)) == .gap(firstValid: Timestamp(iso: "2026-03-29T01:00:00Z")!))
    }

    @Test("A time that occurs twice happens at its first occurrence")
    func fold() {
        let resolution = riga.resolve(local("2026-10-25", 3, 30))
        #expect(
            resolution
                == .fold(
                    first: Timestamp(iso: "2026-10-25T00:30:00Z")!, second: Timestamp(iso: "2026-10-25T01:30:00Z")!))
        #expect(resolution.instant.description == "2026-10-25T00:30:00Z")
    }

    @Test("A day ends at 23:59:59 on the wall clock")
    func endOfDay() {
        #expect(riga.endOfDay(LocalDate(iso: "2026-01-16")!).description == "2026-01-16T21:59:59Z")
        #expect(riga.endOfDay(LocalDate(iso: "2026-07-14")!).description == "2026-07-14T20:59:59Z")
    }

    @Test("The wall clock of an instant leads back to the instant, every quarter of an hour of the year")
    func roundTrip() {
        var instant = Timestamp(iso: "2026-01-01T00:00:00Z")!
        let end = Timestamp(iso: "2027-01-01T00:00:00Z")!
        while instant < end {
            switch riga.resolve(riga.local(at: instant)) {
            case .once(let back): #expect(back == instant)
            case .fold(let first, let second): #expect(first == instant || second == instant)
            case .gap: Issue.record("\(instant) lies in a gap, but no instant does")
            }
            instant = instant.adding(.seconds(900))
        }
    }
}
