import Foundation

/// An aiosmtpd server in a process of its own on a free loopback port; it ends with the value.
final class RealServer {
    enum Mode: String { case plain, starttls, implicit }

    struct Kept: Decodable {
        let from: String
        let to: [String]
        let peer: Int
        let encrypted: Bool
        let authenticated: Bool
        let host: String
    }

    let port: Int
    let certificate: String
    private let folder: TemporaryFolder
    private let process: Process
    private let stdin: Pipe

    static func start(_ mode: Mode = .plain, user: String = "", password: String = "") async throws -> RealServer {
        let folder = try TemporaryFolder()
        let certificate = "\(folder.path)/certificate.pem"
        let key = "\(folder.path)/key.pem"
        if mode != .plain {
            _ = try await run(
                "/usr/bin/openssl",
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-keyout", key, "-out", certificate,
                ], showingErrors: false)
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: PythonScripts.interpreter)
        process.arguments = ["-c", PythonScripts.server, folder.path, mode.rawValue, certificate, key, user, password]
        let stdin = Pipe()
        let stdout = Pipe()
        process.standardInput = stdin
        process.standardOutput = stdout
        try process.run()
        let line = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: stdout.fileHandleForReading.availableData) }
        }
        let text = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let port = Int(text) else { throw SubprocessFailure(program: "aiosmtpd", status: -1) }
        return RealServer(port: port, certificate: certificate, folder: folder, process: process, stdin: stdin)
    }

    private init(port: Int, certificate: String, folder: TemporaryFolder, process: Process, stdin: Pipe) {
        self.port = port
        self.certificate = certificate
        self.folder = folder
        self.process = process
        self.stdin = stdin
    }

    deinit {
        try? stdin.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// The octets of the n-th message kept, from 1.
    func message(_ number: Int) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(fileURLWithPath: "\(base(number)).eml")))
    }

    /// What the server knew about the n-th message, from 1.
    func about(_ number: Int) throws -> Kept {
        try JSONDecoder().decode(Kept.self, from: Data(contentsOf: URL(fileURLWithPath: "\(base(number)).json")))
    }

    /// How many messages were kept.
    func count() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }.count
    }

    private func base(_ number: Int) -> String {
        let digits = String(number)
        return folder.path + "/" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
