import Foundation

/// A process of this same program, with a way to wait for what it says.
final class Subprocess {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var text = ""

    /// Starts a subcommand. `readsError` takes standard error for what it says, in place of standard output.
    init(_ arguments: [String], readsError: Bool = false) throws {
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        process.standardInput = input
        if readsError {
            process.standardError = output
            process.standardOutput = FileHandle.nullDevice
        } else {
            process.standardOutput = output
        }
        try process.run()
    }

    /// Waits for a line that begins with a word and answers it; nil where the process ends without one.
    func line(beginningWith word: String) -> String? {
        while true {
            for line in text.split(separator: "\n") where line.hasPrefix(word) { return String(line) }
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { return nil }
            text += String(decoding: data, as: UTF8.self)
        }
    }

    func go() { input.fileHandleForWriting.write(Data("go\n".utf8)) }

    func stop() { process.terminate() }

    func wait() { process.waitUntilExit() }

    var identifier: Int32 { process.processIdentifier }
}
