import Foundation
import Mail
import Testing

@Suite("The journal of deliveries")
struct DeliveryJournalTests {
    private let folder: TemporaryFolder
    private let path: String
    private let digest = Array(repeating: UInt8(0xA7), count: 32)

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path + "/journal"
    }

    @Test("tells the next attempt, also of another process, what became of earlier ones")
    func remembers() throws {
        let first = try DeliveryJournal(path: path)
        #expect(try first.begin("a@x", lease: 1) == DeliveryJournal.History())
        #expect(try first.offer("a@x", lease: 1))
        let second = try DeliveryJournal(path: path)
        #expect(second.identity == first.identity)
        // Offered, and nothing more is known.
        #expect(try second.begin("a@x", lease: 2).open == [1])
        #expect(try second.offer("a@x", lease: 2))
        try second.accepted("a@x", lease: 2, digest: digest)
        let history = try first.begin("a@x", lease: 3)
        #expect(history.accepted == .init(lease: 2, digest: digest))
        #expect(try first.begin("b@x", lease: 4) == DeliveryJournal.History())
        #expect(try DeliveryJournal(path: path + "2").identity != first.identity)
    }

    @Test("an offer that was refused, or that was never made, leaves nothing open")
    func refused() throws {
        let journal = try DeliveryJournal(path: path)
        _ = try journal.begin("a@x", lease: 1)
        // A refusal before the last octets: nothing was offered, and nothing needs to be noted.
        try journal.refused("a@x", lease: 1)
        #expect(try journal.begin("a@x", lease: 2).open == [])
        #expect(try journal.offer("a@x", lease: 2))
        try journal.refused("a@x", lease: 2)
        #expect(try journal.begin("a@x", lease: 3).open == [])
    }

    @Test("an attempt that has been overtaken may not send, whichever lease is greater")
    func fences() throws {
        let sleeper = try DeliveryJournal(path: path)
        let other = try DeliveryJournal(path: path)
        _ = try sleeper.begin("a@x", lease: 7)
        _ = try other.begin("a@x", lease: 5)
        #expect(try !sleeper.offer("a@x", lease: 7))
        #expect(try other.offer("a@x", lease: 5))
    }

    @Test("a line that a crash tore counts for nothing, wherever it was torn")
    func torn() throws {
        let journal = try DeliveryJournal(path: path)
        _ = try journal.begin("a@x", lease: 1)
        _ = try journal.offer("a@x", lease: 1)
        try journal.accepted("a@x", lease: 1, digest: digest)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let lines = whole.split(separator: UInt8(ascii: "\n"))
        let last = lines[lines.count - 1].count
        for kept in 0..<last {
            let torn = "\(path).\(kept)"
            try whole.dropLast(last + 1 - kept).write(to: URL(fileURLWithPath: torn))
            let reopened = try DeliveryJournal(path: torn)
            let history = try reopened.begin("a@x", lease: 2)
            // Without its end the acceptance is not there: the offer stays open.
            #expect(history.accepted == nil)
            #expect(history.open == [1])
            #expect(try reopened.offer("a@x", lease: 2))
            #expect(try DeliveryJournal(path: torn).begin("a@x", lease: 3).open == [1, 2])
        }
    }

    @Test("a file that is something else is refused, and so is a folder that is not there")
    func foreign() throws {
        let foreign = try folder.write("# notes\n", to: "notes")
        for path in [foreign, folder.path, folder.path + "/none/journal"] {
            #expect { try DeliveryJournal(path: path) } throws: { ($0 as? MailError)?.code == .journalUnusable }
        }
    }

    @Test("the last octets of a message wait for the journal's word, and without it the server takes nothing")
    func holdsBack() async throws {
        let server = try await RealServer.start()
        let client = try SMTPClient(SMTPServer(url: "smtp://127.0.0.1:\(server.port)"))
        defer { client.close() }
        let message = try sampleMessage(
            attachments: [
                .init(fileName: "x.csv", mediaType: "text/csv", content: Array(repeating: 65, count: 300_000))
            ])
        let result = try await client.send(message) { false }
        guard case .unreachable(at: .content, _) = result else {
            Issue.record("got \(result)")
            return
        }
        #expect(!result.mayHaveBeenAccepted)
        #expect(try server.count() == 0)
        guard case .accepted = try await client.send(message) else {
            Issue.record("the next message was not accepted")
            return
        }
        #expect(try server.count() == 1)
    }
}
