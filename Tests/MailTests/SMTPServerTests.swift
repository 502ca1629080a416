import Foundation
import Mail
import Testing

@Suite("A mail server's settings")
struct SMTPServerTests {
    @Test(
        "require encryption for every host but this machine",
        arguments: [
            ("smtp://mail.example.lv", SMTPServer.Encryption.startTLS, 25),
            ("smtp://mail.example.lv:2525", .startTLS, 2525),
            ("smtp://10.0.0.1:25", .startTLS, 25),
            ("smtp://127.0.0.1.example.lv:25", .startTLS, 25),
            ("smtp://127.0.0.1:2525", .none, 2525),
            ("smtp://127.255.0.9", .none, 25),
            ("smtp://localhost:25", .none, 25),
            ("smtp://[::1]:25", .none, 25),
            ("smtps://localhost", .implicit, 465),
            ("SMTPS://mail.example.lv:10465/", .implicit, 10465),
        ])
    func encryption(url: String, encryption: SMTPServer.Encryption, port: Int) throws {
        let server = try SMTPServer(url: url)
        #expect(server.encryption == encryption)
        #expect(server.port == port)
    }

    @Test(
        "that are malformed, hold a password or would send it in the clear are refused",
        arguments: [
            "", "mail.example.lv", "http://mail.example.lv", "smtp://", "smtp://:25", "smtp://u:p@mail.example.lv",
            "smtp://user@mail.example.lv", "smtp://mail.example.lv/path", "smtp://mail.example.lv?x=1",
            "smtp://mail.example.lv:0", "smtp://mail.example.lv:99999", "smtp://ma il",
        ])
    func refused(url: String) {
        #expect(throws: MailError.self) { try SMTPServer(url: url) }
    }

    @Test("take the password from its file, never show it, and refuse an empty or absent file")
    func password() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("parole ar atstarpi \r\n", to: "password")
        let server = try SMTPServer(url: "smtp://rinda%40x@mail.example.lv", passwordFile: file)
        #expect(server.port == 587)
        #expect("\(server)" == "smtp://mail.example.lv:587")
        let empty = try folder.write("\n", to: "empty")
        for path in [empty, folder.path + "/absent", folder.path] {
            #expect { try SMTPServer(url: "smtp://rinda@mail.example.lv", passwordFile: path) } throws: { error in
                (error as? MailError)?.code == .passwordUnreadable
            }
        }
    }

    @Test("cannot switch encryption off for a host beyond this machine")
    func noPlaintext() throws {
        #expect(throws: MailError.self) {
            try SMTPServer(url: "smtp://mail.example.lv", encryption: SMTPServer.Encryption.none)
        }
    }
}
