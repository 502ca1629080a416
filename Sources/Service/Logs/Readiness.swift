import Logging
import Synchronization

/// The line that tells that a daemon serves.
///
/// Exactly one line of a start contains the word, whatever the level of the log, so that whoever started the process can
/// wait for it.
package enum Readiness {
    static let word = "ready"
    private static let announced = Atomic<Bool>(false)

    /// Writes the line, and tells systemd; the second time and later it does nothing.
    ///
    /// - Parameter program: the program's name.
    package static func announce(_ program: String) {
        guard !announced.exchange(true, ordering: .sequentiallyConsistent) else { return }
        StandardError.write(line(program, style: DaemonLog.currentStyle))
        Systemd.notify(.serving)
    }

    static func line(_ program: String, style: LogLine.Style) -> String {
        let time = WallClock.now
        return switch style {
        case .json:
            "{\"time\":\"\(time)\",\"level\":\"info\",\"logger\":\"\(program)\",\"message\":\"\(word)\"}\n"
        case .plain: "\(time) INFO \(program) \(word)\n"
        }
    }
}
