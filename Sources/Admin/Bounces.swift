import ArgumentParser
import Civil
import Foundation
import Mail
import Postgres
import Registry
import Service

struct Bounces: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Reads what mail servers say of undelivered notices, and shows who cannot be reached.",
        subcommands: [Read.self, List.self])

    struct Read: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Reads delivery status messages (RFC 3464) and marks the notices that came back.",
            discussion: """
                From a Maildir, where what was read moves from new to cur and everything else stays; or one message from \
                standard input, for a mail server's pipe. Needs smtp.from, whose mailbox bounces come to.
                """)

        /// More than any delivery status message has.
        private static let largest = 16 << 20

        @Argument(help: "The Maildir; without it one message is read from standard input.", completion: .directory)
        var maildir: String?

        func run() async throws {
            try await Desk.work { desk in
                let mailbox = try desk.configuration.smtp?.from.map { try MailAddress($0) }
                guard let maildir else {
                    let octets = Array(try FileHandle.standardInput.read(upToCount: Self.largest) ?? Data())
                    print(try await Self.record(octets, mailbox, desk) ?? "not a delivery status message")
                    return
                }
                let new = URL(filePath: maildir).appending(path: "new")
                let files = try FileManager.default.contentsOfDirectory(at: new, includingPropertiesForKeys: nil)
                var read = 0
                for file in files.sorted(by: { $0.lastPathComponent < $1.lastPathComponent }) {
                    let handle = try FileHandle(forReadingFrom: file)
                    let octets = Array(try handle.read(upToCount: Self.largest) ?? Data())
                    try handle.close()
                    guard let said = try await Self.record(octets, mailbox, desk) else { continue }
                    print("\(file.lastPathComponent): \(said)")
                    // Only after the commit: whatever dies before reads it again, which changes nothing.
                    try FileManager.default.moveItem(
                        at: file,
                        to: URL(filePath: maildir).appending(path: "cur/\(file.lastPathComponent):2,S"))
                    read += 1
                }
                print("\(read) of \(files.count) read; the rest are no delivery status messages")
            }
        }

        /// Records one message; nil for one that is no delivery status message.
        private static func record(_ octets: [UInt8], _ mailbox: MailAddress?, _ desk: Desk) async throws -> String? {
            guard let report = DeliveryReport(octets) else { return nil }
            guard let failure = report.statuses.first(where: { $0.action == .failed }) else {
                return "nothing failed: \(report.statuses.map(\.action.rawValue).joined(separator: ", "))"
            }
            var bounced: [Registry.BouncedMessage] = []
            if let mailbox, let delivery = report.delivery(at: mailbox), delivery.first == "n",
                let number = Int64(delivery.dropFirst())
            {
                bounced.append(.notice(number))
            }
            if let id = report.messageID { bounced.append(.message(id)) }
            for candidate in bounced {
                let record = try await desk.pool.transaction {
                    try await Registry.recordBounce(of: candidate, code: failure.code, in: &$0)
                }
                if let record {
                    return
                        "\(record.notices) notices of \(record.units.joined(separator: ", ")) came back (\(failure.code ?? "no code"))"
                }
            }
            return "about no notice of ours"
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Shows the addresses to which mail came back: who is not reachable, apart from who did not answer.")

        @Option(help: "The day (default: today).")
        var date: String?
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await Desk.work { desk in
                let asked = try date.map(parseDate)
                let list = try await desk.pool.withConnection { connection in
                    let (_, today, _) = try await desk.surroundings(on: &connection)
                    return try await Registry.unreachable(on: asked ?? today, database: &connection)
                }
                if json {
                    let rows = list.map { one in
                        JSONText.object([
                            ("unit", JSONText(one.unit)), ("email", JSONText(one.email)),
                            ("last_on", JSONText(one.lastOn)), ("messages", JSONText(one.messages)),
                        ])
                    }
                    print(JSONText.array(rows).text)
                    return
                }
                var table = Table("UNIT", "ADDRESS", "LAST ON", "MESSAGES")
                for one in list { table.add(one.unit, one.email, one.lastOn.description, "\(one.messages)") }
                print(table.text(empty: "Everybody can be reached, as far as is known."))
            }
        }
    }
}
