package import Logging

/// The daemons' log: JSON lines on standard error, or lines for people where that is a terminal.
package struct DaemonLog: LogHandler {
    /// From which level on is written.
    package var logLevel: Logger.Level
    /// What goes with every event.
    package var metadata: Logger.Metadata = [:]
    /// What goes with every event of the moment.
    package var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let style: LogLine.Style
    private let write: @Sendable (String) -> Void

    init(label: String, level: Logger.Level, style: LogLine.Style, write: @escaping @Sendable (String) -> Void) {
        self.label = label
        self.logLevel = level
        self.style = style
        self.write = write
    }

    /// Makes this the log of the whole process. To be called once, before anything is logged.
    package static func bootstrap(level: Logger.Level) {
        let style = currentStyle
        LoggingSystem.bootstrap { label in
            DaemonLog(label: label, level: level, style: style, write: StandardError.write)
        }
    }

    /// How lines look on this process's standard error.
    static var currentStyle: LogLine.Style { StandardError.isTerminal ? .plain : .json }

    /// One part of ``metadata``.
    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes an event as one line.
    package func log(event: LogEvent) {
        var merged = metadata
        if let provided = metadataProvider?.get() { merged.merge(provided) { _, new in new } }
        if let own = event.metadata { merged.merge(own) { _, new in new } }
        var fields = merged.sorted { $0.key < $1.key }.map { (key: $0.key, value: "\($0.value)") }
        if let error = event.error { fields.append((key: "error", value: "\(error)")) }
        write(
            LogLine.text(
                style, at: WallClock.now, level: event.level, label: label, message: "\(event.message)",
                metadata: fields))
    }
}
