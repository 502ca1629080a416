/// The version of all of Rinda's programs.
package enum Version {
    /// The version as `--version` prints it and as a worker's row records it.
    package static let text = "0.1.0"
}
