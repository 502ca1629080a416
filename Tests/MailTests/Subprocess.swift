import Foundation

/// Runs a program to its end on a thread of its own, so that the cooperative pool is not blocked.
func run(
    _ program: String, _ arguments: [String], input: [UInt8] = [], showingErrors: Bool = true
) async throws -> String {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
            continuation.resume(
                with: Result { try runBlocking(program, arguments, input: input, showingErrors: showingErrors) })
        }
    }
}

struct SubprocessFailure: Error {
    let program: String
    let status: Int32
}

private func runBlocking(
    _ program: String, _ arguments: [String], input: [UInt8], showingErrors: Bool
) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let stdin = Pipe()
    let stdout = Pipe()
    process.standardInput = stdin
    process.standardOutput = stdout
    process.standardError = showingErrors ? FileHandle.standardError : FileHandle.nullDevice
    try process.run()
    try stdin.fileHandleForWriting.write(contentsOf: Data(input))
    try stdin.fileHandleForWriting.close()
    let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        throw SubprocessFailure(program: program, status: process.terminationStatus)
    }
    return String(decoding: output, as: UTF8.self)
}

/// Waits for a condition, asking again at short intervals, and gives up after a while.
func eventually(within limit: Duration = .seconds(20), _ condition: () throws -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now.advanced(by: limit)
    while ContinuousClock.now < deadline {
        if try condition() { return true }
        try await Task.sleep(for: .milliseconds(5))
    }
    return try condition()
}
