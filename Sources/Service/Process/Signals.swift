import Dispatch
import Glibc
import Synchronization

/// A signal that asks a daemon to end.
package enum TerminationSignal: String, Sendable, Hashable {
    /// SIGTERM, from systemd or an operator.
    case terminate = "SIGTERM"
    /// SIGINT, from Ctrl-C.
    case interrupt = "SIGINT"
}

/// The signals of a daemon as a sequence.
package enum Signals {
    /// The writing end of the pipe, for the handler: a handler may touch nothing that is not as simple as this.
    nonisolated(unsafe) private static var pipe: Int32 = -1
    private static let installed = Atomic<Bool>(false)

    /// SIGTERM and SIGINT from now on, each time they come. SIGPIPE is ignored from now on: a peer that hangs up is an
    /// error of a write, not the end of the process.
    ///
    /// A handler and a pipe rather than blocked signals: a child process inherits neither, so it ends as it should.
    ///
    /// - Precondition: called once in a process.
    package static func termination() -> AsyncStream<TerminationSignal> {
        precondition(!installed.exchange(true, ordering: .sequentiallyConsistent), "signals are taken once a process")
        signal(SIGPIPE, SIG_IGN)
        let (stream, continuation) = AsyncStream.makeStream(of: TerminationSignal.self)
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { preconditionFailure("no pipe: errno \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        pipe = ends[1]
        // A full pipe must not block the handler; a signal that does not fit is one of thousands alike.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        for number in [SIGTERM, SIGINT] {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { number in
                let saved = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(Signals.pipe, &byte, 1)
                errno = saved
            }
            action.sa_flags = SA_RESTART
            sigaction(number, &action, nil)
        }
        let reader = ends[0]
        // A thread of its own that sleeps in read(2): it needs no loop and holds up no task.
        DispatchQueue(label: "rinda.signals").async {
            var byte: UInt8 = 0
            while true {
                let count = read(reader, &byte, 1)
                if count == 1 {
                    continuation.yield(Int32(byte) == SIGINT ? .interrupt : .terminate)
                } else if !(count < 0 && errno == EINTR) {
                    break
                }
            }
        }
        return stream
    }
}
