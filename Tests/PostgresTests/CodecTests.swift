import Civil
import FoundationEssentials
import Postgres
import TestSupport
import Testing

@Suite("Values go to the server and come back", .emptyDatabase)
struct CodecTests {
    /// Sends a value, lets the server compare it with a literal of its own, and reads it back.
    private func roundTrip<Value: PostgresEncodable & PostgresDecodable & Equatable>(
        _ value: Value, _ literal: String
    ) async throws {
        var connection = try await TestDatabase.current.connect()
        let rows = try await connection.query(
            "select \(value) as value, \(value) is not distinct from \(raw: literal) as same")
        #expect(try rows[0].decode("value", as: Value.self) == value)
        #expect(try rows[0].decode("same", as: Bool.self), "the server holds another value than \(literal)")
    }

    @Test("Numbers and booleans keep their value at the ends of their ranges")
    func numbers() async throws {
        try await roundTrip(true, "true")
        try await roundTrip(false, "false")
        try await roundTrip(Int16.min, "(-32768)::smallint")
        try await roundTrip(Int32.min, "(-2147483648)::integer")
        try await roundTrip(Int64.max, "9223372036854775807")
        try await roundTrip(Int64.min, "(-9223372036854775808)")
        try await roundTrip(-7, "-7")
        try await roundTrip(-1.5e300, "-1.5e300::float8")
        try await roundTrip(Double.infinity, "'infinity'::float8")
    }

    @Test("Texts keep every character, and are never part of the statement")
    func texts() async throws {
        try await roundTrip("", "''::text")
        try await roundTrip("Rēzekne 🌲 'quoted' \\ ; drop table x", "'Rēzekne 🌲 ''quoted'' \\ ; drop table x'::text")
    }

    @Test("Bytes keep NUL and all others")
    func bytes() async throws {
        try await roundTrip(
            [UInt8](0...255),
            "(select string_agg(set_byte('\\x00', 0, i), '' order by i) from generate_series(0, 255) i)")
        try await roundTrip([UInt8](), "''::bytea")
        try await roundTrip([[1, 0], [], [255]] as [[UInt8]], "array['\\x0100', '\\x', '\\xff']::bytea[]")
    }

    @Test("Instants keep their microseconds, and both infinities")
    func times() async throws {
        let instant = Timestamp(iso: "2022-01-31T23:59:59.123456+02:00")!
        try await roundTrip(instant, "'2022-01-31 21:59:59.123456Z'::timestamptz")
        try await roundTrip(Timestamp.distantFuture, "'infinity'::timestamptz")
        try await roundTrip(Timestamp.distantPast, "'-infinity'::timestamptz")
        try await roundTrip(LocalDate(year: 2019, month: 12, day: 31)!, "date '2019-12-31'")
        try await roundTrip(LocalDate(year: 1, month: 1, day: 1)!, "date '0001-01-01'")
        try await roundTrip(
            LocalDateTime(date: LocalDate(year: 1999, month: 12, day: 31)!, hour: 23, minute: 59, second: 58),
            "timestamp '1999-12-31 23:59:58'")
        try await roundTrip(Duration.milliseconds(90_061_500), "interval '25 hours 1 minute 1.5 s'")
    }

    @Test("An interval counts its days, and one with months has no length")
    func intervals() async throws {
        var connection = try await TestDatabase.current.connect()
        let rows = try await connection.query("select interval '2 days 3 s', interval '1 month'")
        #expect(try rows[0].decode(0, as: Duration.self) == .seconds(2 * 86_400 + 3))
        #expect(throws: PostgresError.self) { try rows[0].decode(1, as: Duration.self) }
    }

    @Test(
        "Decimal numbers keep every digit and every zero at the end",
        arguments: [
            "0", "0.00", "-0.0001", "1", "10000", "9999", "12345678901234567890.0987654321", "-12.50", "0.00010000",
            "100000000", "1000000000000.5", "16.29", "NaN", "Infinity", "-Infinity", "-1",
        ])
    func decimals(_ text: String) async throws {
        var connection = try await TestDatabase.current.connect()
        let rows = try await connection.query(
            "select \(Numeric(text)) as back, \(Numeric(text))::text as shown, \(text)::numeric as theirs")
        #expect(try rows[0].decode("back", as: Numeric.self).text == text)
        #expect(try rows[0].decode("shown", as: String.self) == text)
        #expect(try rows[0].decode("theirs", as: Numeric.self).text == text)
    }

    @Test(
        "What is not a plain decimal is refused before it is sent",
        arguments: ["", "-", "1e5", "1,5", "abc", "1.2.3", " 1"])
    func malformedDecimals(_ text: String) async throws {
        var connection = try await TestDatabase.current.connect()
        let error = await #expect(throws: PostgresError.self) { try await connection.query("select \(Numeric(text))") }
        #expect(error?.code == .encoding)
        #expect(try await connection.query("select 1").int64(column: 0, row: 0) == 1)
    }

    @Test("JSON comes back as PostgreSQL spells it, from json and jsonb, as JSON or as text")
    func json() async throws {
        var connection = try await TestDatabase.current.connect()
        let rows = try await connection.query(
            "select \(JSON("{\"b\":1,\"a\":[null]}")) as b, '{\"b\": 1}'::json as j, pg_typeof(\(JSON("1")))::text as type"
        )
        #expect(try rows[0].decode("b", as: JSON.self).text == "{\"a\": [null], \"b\": 1}")
        #expect(try rows[0].decode("b", as: String.self) == "{\"a\": [null], \"b\": 1}")
        #expect(try rows[0].decode("j", as: JSON.self).text == "{\"b\": 1}")
        #expect(try rows[0].decode("type", as: String.self) == "jsonb")
    }

    @Test("Identifiers of 16 bytes keep their form")
    func uuids() async throws {
        let uuid = try #require(UUID(uuidString: "6BA7B810-9DAD-11D1-80B4-00C04FD430C8"))
        try await roundTrip(uuid, "'6ba7b810-9dad-11d1-80b4-00c04fd430c8'::uuid")
    }

    @Test("Arrays keep order, nulls and emptiness")
    func arrays() async throws {
        try await roundTrip([Int64](), "'{}'::bigint[]")
        try await roundTrip([1, -2, Int64.max], "array[1, -2, 9223372036854775807]::bigint[]")
        try await roundTrip(["a", nil, "", "NULL", "{\"x\"}"], "array['a', null, '', 'NULL', '{\"x\"}']::text[]")
        try await roundTrip([Int32?.none], "array[null]::integer[]")
        try await roundTrip([true, false], "array[true, false]")
        try await roundTrip([Numeric("1.50"), Numeric("0")], "array[1.50, 0]::numeric[]")
        try await roundTrip([Timestamp.distantFuture, nil], "array['infinity', null]::timestamptz[]")
        try await roundTrip([JSON("{}"), nil], "array['{}', null]::jsonb[]")
        try await roundTrip([LocalDate(days: 0)], "array['2000-01-01'::date]")
    }

    @Test("Ten thousand ids arrive whole")
    func manyIDs() async throws {
        var connection = try await TestDatabase.current.connect()
        let ids = Array(Int64(1)...10_000)
        let rows = try await connection.query("select sum(i)::bigint, count(*) from unnest(\(ids)) as i")
        #expect(try rows.int64(column: 0, row: 0) == 50_005_000)
        #expect(try rows.int64(column: 1, row: 0) == 10_000)
    }

    @Test("NULL is nil, and a failure where there is no place for it")
    func nulls() async throws {
        var connection = try await TestDatabase.current.connect()
        let rows = try await connection.query("select \(String?.none) as nothing, \(Int64?.some(5)) as five")
        #expect(try rows[0].decode("nothing", as: String?.self) == nil)
        #expect(try rows[0].decode("five", as: Int64?.self) == 5)
        let error = #expect(throws: PostgresError.self) { try rows[0].decode("nothing", as: String.self) }
        #expect(error?.code == .decoding)
        #expect(error?.message.contains("nothing") == true)
    }

    @Test("NUL in a text is refused before anything is sent, wherever it stands")
    func nul() async throws {
        var connection = try await TestDatabase.current.connect()
        for sql in ["select \("a\u{0}b")", "select \(["x", "\u{0}"])", "select \(JSON("\"\u{0}\""))"] as [SQL] {
            let error = await #expect(throws: PostgresError.self) { try await connection.query(sql) }
            #expect(error?.code == .encoding)
            #expect(error?.message.contains("NUL") == true)
        }
        #expect(try await connection.query("select 1").count == 1)
    }

    @Test("Small integers are read as wide ones; enums, names and varchar as text")
    func widening() async throws {
        var connection = try await TestDatabase.current.connect()
        try await connection.execute("create type mood as enum ('glad', 'sad')")
        let rows = try await connection.query(
            """
            select 7::smallint, 7::integer, 'glad'::mood, 'n'::name, 'v'::varchar(5), 'c'::char(3),
                   array['sad', null]::mood[], 7::oid, 1.5::real, 'x'::"char"
            """)
        #expect(try rows[0].decode(0, as: Int.self) == 7)
        #expect(try rows[0].decode(0, as: Int32.self) == 7)
        #expect(try rows[0].decode(1, as: Int64.self) == 7)
        #expect(try rows[0].decode(2, as: String.self) == "glad")
        #expect(try rows[0].decode(3, as: String.self) == "n")
        #expect(try rows[0].decode(4, as: String.self) == "v")
        #expect(try rows[0].decode(5, as: String.self) == "c  ")
        #expect(try rows[0].decode(6, as: [String?].self) == ["sad", nil])
        #expect(try rows[0].decode(7, as: Int64.self) == 7)
        #expect(try rows[0].decode(8, as: Double.self) == 1.5)
        #expect(try rows[0].decode(9, as: String.self) == "x")
    }

    @Test("A value read as another type is a failure that names column and type")
    func mismatches() async throws {
        var connection = try await TestDatabase.current.connect()
        let rows = try await connection.query(
            "select 5::bigint as number, 'x' as word, array[[1, 2], [3, 4]] as square")
        let error = #expect(throws: PostgresError.self) { try rows[0].decode("number", as: String.self) }
        #expect(error?.message.contains("number") == true)
        #expect(error?.message.contains("bigint") == true)
        #expect(throws: PostgresError.self) { try rows[0].decode("number", as: Int32.self) }
        #expect(throws: PostgresError.self) { try rows[0].decode("word", as: Int64.self) }
        #expect(throws: PostgresError.self) { try rows[0].decode("word", as: [String].self) }
        #expect(throws: PostgresError.self) { try rows[0].decode("square", as: [Int32].self) }
        #expect(throws: PostgresError.self) { try rows[0].decode("absent", as: Int64.self) }
        #expect(throws: PostgresError.self) { try rows[0].decode(9, as: Int64.self) }
    }

    private enum Mood: String, PostgresEncodable, PostgresDecodable {
        case glad
        case sad
    }

    @Test("An enumeration of texts is sent and read as its text")
    func rawValues() async throws {
        var connection = try await TestDatabase.current.connect()
        let rows = try await connection.query("select \(Mood.sad), 'angry'")
        #expect(try rows[0].decode(0, as: Mood.self) == .sad)
        #expect(throws: PostgresError.self) { try rows[0].decode(1, as: Mood.self) }
    }

    @Test("A statement inside a statement keeps its own values, in order")
    func fragments() async throws {
        var connection = try await TestDatabase.current.connect()
        let condition: SQL = "i > \(2) and i <= \(5)"
        let name = "odd \"name\""
        let rows = try await connection.query(
            """
            select i as \(identifier: name), \("tail") from generate_series(\(1)::int, \(9)::int) as i
            where \(condition) and i <> \(4) \(raw: "order by i")
            """)
        #expect(try rows.column(0, as: Int.self) == [3, 5])
        #expect(rows.columnNames.first == name)
        #expect(condition.text == "i > $1 and i <= $2")
    }
}
