import Glibc

/// Who this process is, for people and for the records of claims and ticks.
package enum ProcessIdentity {
    /// `HOST:PID:START`, unique per start: the same process number may come back, the random part does not.
    package static let name: String = {
        let start = String(UInt32.random(in: .min ... .max), radix: 16)
        return "\(host):\(getpid()):\(String(repeating: "0", count: 8 - start.count))\(start)"
    }()

    /// The host's name, up to its first 64 bytes.
    package static let host: String = {
        var name = [CChar](repeating: 0, count: 65)
        guard gethostname(&name, 64) == 0 else { return "unknown" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()
}
