import Civil
import Testing

@Suite("Instants")
struct TimestampTests {
    @Test(
        "An instant is read with its offset and written in UTC",
        arguments: [
            ("2022-01-31T23:59:59+02:00", "2022-01-31T21:59:59Z"), ("2022-01-31T21:59:59Z", "2022-01-31T21:59:59Z"),
            ("2022-01-31 21:59:59.5+00", "2022-01-31T21:59:59.500000Z"), ("1999-12-31T23:59Z", "1999-12-31T23:59:00Z"),
            ("2020-01-01T00:00:00-0330", "2020-01-01T03:30:00Z"),
        ])
    func reading(text: String, expected: String) throws {
        #expect(try #require(Timestamp(iso: text)).description == expected)
    }

    @Test(
        "A time without an offset, or one that no clock shows, is not an instant",
        arguments: [
            "2022-01-31T23:59:59", "2022-01-31", "2022-01-31T24:00:00Z", "2022-01-31T23:60:00Z", "2022-02-30T00:00:00Z",
            "2022-01-31T23:59:59.1234567Z", "2022-01-31T23:59:59+2", "2022-01-31T23:59:59Zx",
        ])
    func refusal(text: String) {
        #expect(Timestamp(iso: text) == nil)
    }

    @Test("Infinities stay where they are")
    func infinities() {
        #expect(Timestamp.distantFuture.adding(.seconds(-5)) == .distantFuture)
        #expect(Timestamp.distantPast.description == "-infinity")
    }
}
