import Foundation
import Mail
import Testing

@Suite("Delivery to a server that misbehaves")
struct MisbehavingServerTests {
    private static let quick = SMTPTimeouts(connect: .seconds(5), reply: .seconds(1), total: .seconds(5))

    private func deliver(_ scripts: [ScriptedServer.Step]..., timeouts: SMTPTimeouts = quick) async throws
        -> (DeliveryResult, ScriptedServer)
    {
        let server = try ScriptedServer(scripts[0])
        let client = try SMTPClient(SMTPServer(url: "smtp://127.0.0.1:\(server.port)"), timeouts: timeouts)
        defer { client.close() }
        return (try await client.send(try sampleMessage()), server)
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let stage: DeliveryStage
        let answer: String
        let code: Int
        let enhanced: String?
        let script: [ScriptedServer.Step]
        var testDescription: String { "\(code) at \(stage.rawValue)" }

        static let all: [Refusal] = ["4", "5"].flatMap { digit -> [Refusal] in
            let ok = ScriptedServer.Step.say("250 2.1.0 ok")
            let answer = "\(digit)50 \(digit).2.1 mailbox of <somebody@example.lv> is not to be had"
            func refusal(_ stage: DeliveryStage, _ steps: [ScriptedServer.Step]) -> Refusal {
                Refusal(
                    stage: stage, answer: answer, code: Int(digit)! * 100 + 50, enhanced: "\(digit).2.1",
                    script: steps + [.say(answer), .hear, .say("221 2.0.0 goodbye")])
            }
            let hello = ScriptedServer.greeting(.hear)
            return [
                refusal(.greeting, []),
                refusal(.sender, hello),
                refusal(.recipient, hello + [ok, .hear]),
                refusal(.data, hello + [ok, .hear, ok, .hear]),
                refusal(.acceptance, hello + [ok, .hear, ok, .hear, .say("354 go on"), .hearMessage]),
            ]
        }
    }

    @Test("tells 4xx from 5xx at every stage, with the codes", arguments: Refusal.all)
    func refused(refusal: Refusal) async throws {
        let (result, _) = try await deliver(refusal.script)
        switch result {
        case .temporarilyRefused(let reply, let stage):
            #expect(refusal.code == 450)
            #expect(reply.code == 450 && reply.enhancedCode == refusal.enhanced && stage == refusal.stage)
            #expect(result.mayBeRetried)
        case .permanentlyRefused(let reply, let stage):
            #expect(refusal.code == 550)
            #expect(reply.code == 550 && reply.enhancedCode == refusal.enhanced && stage == refusal.stage)
            #expect(result.mayBeRetried == (refusal.stage == .greeting))
        default: Issue.record("got \(result)")
        }
        #expect(result.concernsMessage == (refusal.stage != .greeting))
        #expect(!result.mayHaveBeenAccepted)
        #expect(!"\(result)".contains("somebody"))
    }

    struct Silence: Sendable, CustomTestStringConvertible {
        let stage: DeliveryStage
        let script: [ScriptedServer.Step]
        var testDescription: String { stage.rawValue }

        static let all: [Silence] = {
            let ok = ScriptedServer.Step.say("250 ok")
            let hello = ScriptedServer.greeting(.hear)
            return [
                Silence(stage: .greeting, script: []),
                Silence(stage: .hello, script: [.say("220 ready"), .hear]),
                Silence(stage: .sender, script: hello),
                Silence(stage: .recipient, script: hello + [ok, .hear]),
                Silence(stage: .data, script: hello + [ok, .hear, ok, .hear]),
                Silence(stage: .acceptance, script: hello + [ok, .hear, ok, .hear, .say("354 go on"), .hearMessage]),
            ]
        }()
    }

    @Test("gives up after the stage's timeout where the server says nothing more", arguments: Silence.all)
    func hangs(silence: Silence) async throws {
        let started = ContinuousClock.now
        let (result, _) = try await deliver(silence.script + [.hang])
        #expect(result == .timedOut(at: silence.stage))
        #expect(result.mayHaveBeenAccepted == (silence.stage == .acceptance))
        #expect(ContinuousClock.now - started < .seconds(8))
    }

    @Test("reports a lost connection with its stage", arguments: Silence.all)
    func drops(silence: Silence) async throws {
        let (result, _) = try await deliver(silence.script)
        guard case .unreachable(let stage, _) = result else {
            Issue.record("got \(result)")
            return
        }
        #expect(stage == silence.stage)
        // Only after the whole message went out can the server have taken it without our knowing.
        #expect(result.mayHaveBeenAccepted == (silence.stage == .acceptance))
    }

    @Test("gives up where the connection is never answered")
    func blackHole() async throws {
        // A listener whose queue is full answers no further connection; 192.0.2.0/24 is routed nowhere (RFC 5737).
        let client = try SMTPClient(
            SMTPServer(url: "smtp://192.0.2.1:25"), timeouts: SMTPTimeouts(connect: .milliseconds(300)))
        defer { client.close() }
        let result = try await client.send(try sampleMessage())
        switch result {
        case .timedOut(at: .connection), .unreachable(at: .connection, _): break
        default: Issue.record("got \(result)")
        }
    }

    @Test("asks again on a new connection where the server closed the idle one, and delivers once")
    func idleConnectionClosed() async throws {
        let ok = ScriptedServer.Step.say("250 ok")
        let whole: [ScriptedServer.Step] =
            ScriptedServer.greeting(.hear) + [ok, .hear, ok, .hear, .say("354 go on"), .hearMessage, ok]
        // The first connection takes one message, then meets the second with 421.
        let server = try ScriptedServer(whole + [.hear, .say("421 4.3.2 closing idle connection")], whole)
        let client = try SMTPClient(SMTPServer(url: "smtp://127.0.0.1:\(server.port)"), timeouts: Self.quick)
        defer { client.close() }
        for _ in 1...2 {
            guard case .accepted = try await client.send(try sampleMessage()) else {
                Issue.record("not accepted")
                return
            }
        }
        #expect(server.connections == 2)
        #expect(server.lines.filter { $0 == "DATA" }.count == 2)
    }

    @Test("ends soon after its task is cancelled, whether under way or waiting its turn")
    func cancelled() async throws {
        let server = try ScriptedServer(ScriptedServer.greeting(.hear, .hang))
        let patient = SMTPTimeouts(connect: .seconds(60), reply: .seconds(60), total: .seconds(60))
        let client = try SMTPClient(SMTPServer(url: "smtp://127.0.0.1:\(server.port)"), timeouts: patient)
        defer { client.close() }
        let message = try sampleMessage()
        let underway = Task { try await client.send(message) }
        #expect(try await eventually { server.lines.contains { $0.hasPrefix("MAIL FROM") } })
        let waiting = Task { try await client.send(message) }
        waiting.cancel()
        #expect(try await waiting.value == .cancelled(at: .queued))
        let asked = ContinuousClock.now
        underway.cancel()
        #expect(try await underway.value == .cancelled(at: .sender))
        #expect(ContinuousClock.now - asked < .seconds(5))
    }

    @Test("gives back what still waits when the client is closed")
    func closed() async throws {
        let server = try ScriptedServer(ScriptedServer.greeting(.hear, .hang))
        let client = try SMTPClient(SMTPServer(url: "smtp://127.0.0.1:\(server.port)"), timeouts: Self.quick)
        let message = try sampleMessage()
        async let underway = client.send(message)
        #expect(try await eventually { server.lines.contains { $0.hasPrefix("MAIL FROM") } })
        client.close()
        #expect(try await client.send(message) == .cancelled(at: .queued))
        #expect(try await underway == .timedOut(at: .sender))
    }
}
