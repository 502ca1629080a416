import Foundation
import Synchronization

/// A program of ours as a real process. Its words go to a file.
final class ChildProcess: Sendable {
    /// How a process ended.
    enum End: Sendable, Hashable {
        case exited(Int32)
        case killed(Int32)
    }

    let pid: pid_t
    private let ended = Mutex<End?>(nil)

    /// Starts a program with an environment in which nothing of Rinda's stands but what is given.
    init(_ path: String, _ arguments: [String] = [], environment: [String: String], log: String) throws {
        var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("RINDA_") }
        variables.merge(environment) { $1 }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let words = ([path] + arguments).map { strdup($0) }
        let settings = variables.map { strdup("\($0.key)=\($0.value)") }
        defer { for pointer in words + settings { free(pointer) } }
        var child: pid_t = 0
        let failure = posix_spawn(&child, path, &actions, nil, words + [nil], settings + [nil])
        guard failure == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EIO) }
        pid = child
        Thread.detachNewThread { [self] in awaitEnd() }
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

    /// How it ended; nil while it runs.
    var end: End? { ended.withLock { $0 } }

    /// Sends a signal, unless it has ended.
    func send(_ signal: Int32) {
        ended.withLock { ended in
            if ended == nil { kill(pid, signal) }
        }
    }

    /// Waits for its end; nil where it does not come in time.
    func end(within limit: Duration) async -> End? {
        let deadline = ContinuousClock.now + limit
        while end == nil, ContinuousClock.now < deadline { try? await Task.sleep(for: .milliseconds(20)) }
        return end
    }
}
