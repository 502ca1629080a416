import Foundation
import Logging
import Synchronization

/// Runs suspected crashers, each alone in a process of this very program, so that no other job dies with one.
///
/// The process is told to stop in two ways: by the signal that begins this worker's drain, and by the end of its
/// standard input, a pipe that closes when this process is gone, however it went.
final class IsolatedRuns: Sendable {
    private struct State {
        var child: pid_t?
        var isStopping = false
        var lastStart: ContinuousClock.Instant?
    }

    /// The shortest time between two starts: a job that no such process can claim (its queue is paused) must not make
    /// this one start processes in a circle.
    private static let shortestInterval = Duration.seconds(1)

    private let state = Mutex(State())
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    /// Starts a process that runs one job alone, and returns when it has ended.
    func run() async {
        let clock = ContinuousClock()
        if let last = state.withLock({ $0.lastStart }) {
            try? await clock.sleep(until: last + Self.shortestInterval)
        }
        let started = state.withLock { state -> Result<IsolatedProcess, SpawnError>? in
            guard !state.isStopping else { return nil }
            state.lastStart = clock.now
            let started = Result { () throws(SpawnError) in try IsolatedProcess.start() }
            state.child = try? started.get().pid
            return started
        }
        switch started {
        case nil: return
        case .failure(let error):
            logger.error("a process for a suspected crasher could not be started: \(error)")
        case .success(let process):
            logger.notice("a suspected crasher runs alone", metadata: ["process": "\(process.pid)"])
            let end = await process.end { self.state.withLock { $0.child = nil } }
            logger.notice("the process of a suspected crasher \(end)", metadata: ["process": "\(process.pid)"])
        }
    }

    /// Begins the drain of the process that runs, if any, and starts no more.
    func stop() {
        state.withLock { state in
            state.isStopping = true
            if let child = state.child { kill(child, SIGTERM) }
        }
    }

    /// Waits until no process runs any more, or an instant has passed; nil does not wait at all.
    func ended(by deadline: ContinuousClock.Instant?) async {
        guard let deadline else { return }
        while ContinuousClock.now < deadline, state.withLock({ $0.child != nil }) {
            try? await Task.sleep(for: .milliseconds(20))
        }
    }
}

/// A started process and the end of the pipe that keeps it alive.
struct IsolatedProcess: Sendable {
    let pid: pid_t
    /// Closed when this process is gone, by the kernel if need be; the other end is the process's standard input.
    private let lifeline: Int32

    /// How a process ended.
    enum End: Sendable, Equatable, CustomStringConvertible {
        case exited(Int32)
        case killed(Int32)

        var description: String {
            switch self {
            case .exited(let code): "ended with exit code \(code)"
            case .killed(let signal): "was ended by signal \(signal)"
            }
        }
    }

    /// Starts this program again with `--alone` and the same environment.
    static func start() throws(SpawnError) -> IsolatedProcess {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SpawnError(step: "pipe", errno: errno) }
        defer { close(ends[0]) }
        // Closed on exec, so that the process does not hold its own lifeline.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }

        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        // The thread that starts it may hold back signals that the process has to hear.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var pid: pid_t = 0
        let environment = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
        let failure = withCStrings(["rinda-worker", "--alone"]) { arguments in
            withCStrings(environment) { environment in
                // The very file that runs here, also where an upgrade has replaced it on the disk.
                posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, arguments, environment)
            }
        }
        guard failure == 0 else {
            close(ends[1])
            throw SpawnError(step: "posix_spawn", errno: failure)
        }
        return IsolatedProcess(pid: pid, lifeline: ends[1])
    }

    /// Waits for the process's end, on a thread of its own.
    ///
    /// - Parameter forget: called when the process is gone and before its number may be another's: no signal may be sent
    ///   after it.
    func end(_ forget: @escaping @Sendable () -> Void) async -> End {
        await withCheckedContinuation { continuation in
            let thread = Thread {
                // First seen and only then reaped: until then the number cannot be given to another process.
                var information = siginfo_t()
                while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) == -1 && errno == EINTR {}
                forget()
                var status: Int32 = 0
                while waitpid(pid, &status, 0) == -1 && errno == EINTR {}
                close(lifeline)
                let signal = status & 0x7F
                continuation.resume(returning: signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal))
            }
            thread.name = "isolated"
            thread.start()
        }
    }
}

/// A process that could not be started.
struct SpawnError: Error, CustomStringConvertible {
    /// The system call that failed.
    let step: String
    /// Why, as the system numbers it.
    let errno: Int32

    var description: String { "\(step): \(String(cString: strerror(errno)))" }
}

/// Calls the body with texts as C wants lists of them: pointers to each, and a null at the end.
private func withCStrings<R>(_ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R) -> R {
    let pointers = texts.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
}
