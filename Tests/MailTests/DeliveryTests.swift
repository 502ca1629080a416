import Foundation
import Mail
import Testing

@Suite("Delivery to a real server")
struct DeliveryTests {
    @Test("hands over the very octets, the envelope and a VERP sender, several messages on one connection")
    func accepted() async throws {
        let server = try await RealServer.start()
        let client = try SMTPClient(SMTPServer(url: "smtp://127.0.0.1:\(server.port)", clientName: "rinda.example.lv"))
        defer { client.close() }
        // Lines that begin with a dot must arrive with one dot, and the one after the last line must not end up in it.
        let message = try sampleMessage(text: ".\n..\n.beigas\nteksts\n", html: "<p>.</p>\n.\n")
        for number in 1...3 {
            let result = try await client.send(message)
            guard case .accepted(let reply) = result else {
                Issue.record("not accepted: \(result)")
                return
            }
            #expect(reply.code == 250)
            #expect(reply.enhancedCode == "2.0.0")
            #expect(reply.text == "kept as 000\(number)")
            #expect(try server.message(number) == message.encoded())
        }
        let about = try server.about(1)
        #expect(about.from == "bounce+1234@region.example.lv")
        #expect(about.to == ["socialais@talsi.example.lv"])
        #expect(about.host == "rinda.example.lv")
        #expect(!about.encrypted)
        #expect(try server.about(3).peer == about.peer)
    }

    @Test("uses as many connections as allowed, and delivers each message once")
    func parallel() async throws {
        let server = try await RealServer.start()
        let client = try SMTPClient(SMTPServer(url: "smtp://127.0.0.1:\(server.port)"), connections: 3)
        defer { client.close() }
        let message = try sampleMessage()
        let accepted = try await withThrowingTaskGroup(of: DeliveryResult.self) { group in
            for _ in 0..<30 { group.addTask { try await client.send(message) } }
            return try await group.reduce(into: 0) { count, result in if case .accepted = result { count += 1 } }
        }
        #expect(accepted == 30)
        #expect(try server.count() == 30)
        let peers = try Set((1...30).map { try server.about($0).peer })
        #expect((1...3).contains(peers.count))
    }

    @Test("encrypts and logs in where the server asks for it", arguments: [RealServer.Mode.starttls, .implicit])
    func encrypted(mode: RealServer.Mode) async throws {
        let server = try await RealServer.start(mode, user: "rinda", password: "slepeni vārdi")
        let folder = try TemporaryFolder()
        let scheme = mode == .implicit ? "smtps" : "smtp"
        func deliver(password: String, trusting certificates: String?, host: String = "localhost") async throws
            -> DeliveryResult
        {
            let client = try SMTPClient(
                SMTPServer(
                    url: "\(scheme)://rinda@\(host):\(server.port)",
                    passwordFile: folder.write(password + "\n", to: "password-\(UUID())"),
                    certificatesFile: certificates, encryption: mode == .implicit ? .implicit : .startTLS))
            defer { client.close() }
            return try await client.send(try sampleMessage())
        }
        let result = try await deliver(password: "slepeni vārdi", trusting: server.certificate)
        guard case .accepted = result else {
            Issue.record("not accepted: \(result)")
            return
        }
        #expect(try server.about(1).encrypted)
        #expect(try server.about(1).authenticated)

        let refused = try await deliver(password: "cita", trusting: server.certificate)
        guard case .permanentlyRefused(let reply, at: .authentication) = refused else {
            Issue.record("a wrong password gave \(refused)")
            return
        }
        #expect(reply.code == 535)
        #expect(!refused.concernsMessage)
        #expect(refused.mayBeRetried)

        // The system's authorities did not sign the server's certificate.
        let untrusted = try await deliver(password: "slepeni vārdi", trusting: nil)
        guard case .tlsFailed(let stage, _) = untrusted else {
            Issue.record("an unknown certificate gave \(untrusted)")
            return
        }
        #expect(stage == (mode == .implicit ? .encryption : .startTLS))

        // The certificate is for localhost and 127.0.0.1 only.
        let mismatched = try await deliver(
            password: "slepeni vārdi", trusting: server.certificate, host: "127.0.0.2")
        if case .accepted = mismatched { Issue.record("a certificate of another host was taken") }
        #expect(try server.count() == 1)
    }

    @Test("sends nothing where STARTTLS is required and not offered")
    func noStartTLS() async throws {
        let server = try await RealServer.start()
        let client = try SMTPClient(SMTPServer(url: "smtp://127.0.0.1:\(server.port)", encryption: .startTLS))
        defer { client.close() }
        let result = try await client.send(try sampleMessage())
        guard case .tlsFailed(at: .startTLS, _) = result else {
            Issue.record("got \(result)")
            return
        }
        #expect(try server.count() == 0)
    }

    @Test("is reported as unreachable where nobody listens")
    func nobodyListens() async throws {
        // The server ends at once: its port is free again.
        let port = try ScriptedServer([.hang]).port
        let client = try SMTPClient(SMTPServer(url: "smtp://127.0.0.1:\(port)"))
        defer { client.close() }
        let result = try await client.send(try sampleMessage())
        guard case .unreachable = result else {
            Issue.record("got \(result)")
            return
        }
        #expect(!result.mayHaveBeenAccepted)
        #expect(result.mayBeRetried)
    }
}
