import Civil
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Worker

@Suite("Handlers: what goes with a notice, and when", .database, .serialized)
struct NoticeFormTests {
    private func evaluate(_ bench: Bench) async throws {
        let opened = try await bench.run("obligations.generate", #"{"form": "DI-1", "period": "2022-H1"}"#)
        #expect(opened.state == "completed")
        let evaluated = try await bench.run("reminders.evaluate", #"{"date": "2022-07-18"}"#)
        #expect(evaluated.state == "completed")
    }

    @Test("the form goes along with the unit's own last accepted figures and the targets in force")
    func form() async throws {
        let mail = try MailCatcher()
        defer { mail.close() }
        let bench = try await Bench.make(mail: mail.port)
        try await bench.pool.execute(
            """
            insert into rinda.contact (unit, role, email, language, valid_from)
            values ('0007000', 'SUBMITTER', 'new.ventspils@example.lv', 'en', '2021-08-01')
            """)
        try await bench.serving {
            try await evaluate(bench)
            #expect(try await bench.settled())
        }
        let message = try #require(mail.messages.first { $0.recipient == "new.ventspils@example.lv" })
        let parsed = try await parse(message.text)
        #expect(parsed.file == "DI-1_0007000_2022-H1_v1.csv")
        #expect(parsed.text.contains("is attached"))
        let lines = parsed.content.components(separatedBy: "\r\n")
        #expect(
            lines[0]
                == "\u{FEFF}unit,form,period,indicator,name,measure,target,last_period,last_value,value,obs_status,denominator,nil,reason"
        )
        #expect(lines.dropFirst().allSatisfy { $0.isEmpty || $0.hasPrefix("0007000,DI-1,2022-H1,") })
        #expect(lines.contains { $0.contains(",2021-H2,17,") } && lines.contains { $0.contains(",2021-H2,50,") })
        // No figure stands in the letter itself.
        #expect(parsed.text.range(of: #"\b(17|50)\b"#, options: .regularExpression) == nil)
        await bench.pool.close()
    }

    @Test("outside office hours a notice waits for the next working day's morning, and goes out then")
    func hours() async throws {
        let mail = try MailCatcher()
        defer { mail.close() }
        let bench = try await Bench.make(mail: mail.port, ["RINDA_MAIL_HOURS": "office"])
        // Saturday noon in Latvia; the clock runs.
        try await set(clock: "2022-07-16T09:00:00Z", bench)
        try await bench.serving {
            let opened = try await bench.run("obligations.generate", #"{"form": "DI-1", "period": "2022-H1"}"#)
            #expect(opened.state == "completed")
            // Planned for a working day, as a person would who looks ahead.
            let evaluated = try await bench.run("reminders.evaluate", #"{"date": "2022-07-18"}"#)
            #expect(evaluated.state == "completed")
            let waiting = try await eventually {
                try await bench.pool.query(
                    """
                    select count(*) > 0 and bool_and(scheduled_at between '2022-07-18 05:59+00' and '2022-07-18 06:01+00')
                      from rinda.jobs where kind = 'notice.send' and state = 'scheduled'
                    """)[0].decode(0, as: Bool?.self) == true
            }
            #expect(waiting)
            #expect(mail.messages.isEmpty)
            try await set(clock: "2022-07-18T06:05:00Z", bench)
            #expect(try await bench.settled())
        }
        #expect(!mail.messages.isEmpty)
        #expect(try await bench.ledger().allSatisfy { $0.hasSuffix("SENT") })
        await bench.pool.close()
    }

    private func set(clock iso: String, _ bench: Bench) async throws {
        try await bench.pool.execute(
            "insert into rinda.test_database (reason) values ('office hours') on conflict do nothing")
        let present = try #require(Timestamp(iso: iso))
        try await bench.pool.execute(
            """
            insert into rinda.test_clock (present, rate) values (\(present), 1)
            on conflict (only_row) do update set present = excluded.present, set_at = clock_timestamp()
            """)
    }

    private struct Parsed: Decodable {
        let text: String
        let file: String
        let content: String
    }

    /// What Python's email package reads in a message.
    private func parse(_ raw: String) async throws -> Parsed {
        let script = """
            import email, email.policy, json, sys
            message = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
            attachment = next(message.iter_attachments())
            print(json.dumps({"text": message.get_body(("plain",)).get_content(), "file": attachment.get_filename(),
                              "content": attachment.get_payload(decode=True).decode("utf-8")}))
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", script]
        let (stdin, stdout) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: Data(raw.utf8))
        try stdin.fileHandleForWriting.close()
        let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return try JSONDecoder().decode(Parsed.self, from: output)
    }
}
