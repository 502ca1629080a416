import Foundation
import Synchronization
import TestSupport
import Testing

/// A program of ours as a real process, with everything that it says. Killed when the test lets go of it.
final class DaemonProcess: Sendable {
    /// How a process ended.
    enum End: Sendable, Hashable {
        case exited(Int32)
        case killed(Int32)
    }

    let pid: pid_t
    private let logPath: String
    private let ended = Mutex<End?>(nil)

    /// Starts a program with an environment in which nothing of Rinda's stands but what is given.
    init(_ program: String, _ arguments: [String] = [], environment: [String: String]) throws {
        let path = try Programs.path(of: program)
        logPath = "\(NSTemporaryDirectory())/rinda-test-\(UUID().uuidString).log"
        var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("RINDA_") }
        variables.merge(environment) { _, given in given }

        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, logPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        let words = ([path] + arguments).map { strdup($0) }
        let settings = variables.map { strdup("\($0.key)=\($0.value)") }
        defer { for pointer in words + settings { free(pointer) } }
        var child: pid_t = 0
        let failure = posix_spawn(&child, path, &actions, &attributes, words + [nil], settings + [nil])
        guard failure == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EIO) }
        pid = child
        Thread.detachNewThread { [self] in awaitEnd() }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: logPath)
    }

    private func awaitEnd() {
        var information = siginfo_t()
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) == -1 && errno == EINTR {}
        ended.withLock { ended in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) == -1 && errno == EINTR {}
            let signal = status & 0x7F
            ended = signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal)
        }
    }

    /// Everything that it has written to standard output and standard error.
    var log: String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }

    /// The lines of the log that contain the word `ready`.
    var readyLines: [Substring] {
        log.split(separator: "\n").filter { line in
            line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.contains("ready")
        }
    }

    /// How it ended; nil while it runs.
    var end: End? { ended.withLock { $0 } }

    /// Sends a signal, unless it has ended.
    func send(_ signal: Int32) {
        ended.withLock { ended in
            if ended == nil { kill(pid, signal) }
        }
    }

    /// Waits for its end; nil where it does not come in time.
    func end(within limit: Duration) async throws -> End? {
        _ = try await eventually(within: limit) { end != nil }
        return end
    }

    /// Waits until it has said that it serves.
    func becomesReady(within limit: Duration = .seconds(30)) async throws -> Bool {
        try await eventually(within: limit) { !readyLines.isEmpty || end != nil } && !readyLines.isEmpty
    }
}

/// Starts a program for the length of the body and kills it afterwards; on a failure its log is attached to the test.
func withDaemon(
    _ program: String, _ arguments: [String] = [], environment: [String: String],
    _ body: (DaemonProcess) async throws -> Void
) async throws {
    let daemon = try DaemonProcess(program, arguments, environment: environment)
    do {
        try await body(daemon)
        daemon.send(SIGKILL)
        _ = try await daemon.end(within: .seconds(10))
    } catch {
        daemon.send(SIGKILL)
        Attachment.record(daemon.log, named: "\(program)-\(daemon.pid).log")
        throw error
    }
}
