package import Logging

/// A log that says nothing but lets every line come so far that the run keeps it.
package struct SilentLog: LogHandler {
    /// What each line would carry.
    package var metadata: Logger.Metadata = [:]
    /// Which lines come so far.
    package var logLevel: Logger.Level = .trace

    /// A log that says nothing.
    package init() {}

    /// Drops a line.
    package func log(event: LogEvent) {}

    /// One of the values that each line would carry.
    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }
}
