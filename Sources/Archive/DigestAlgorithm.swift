import Crypto

/// The two digests that a package carries for each file of its payload.
enum DigestAlgorithm: String, CaseIterable {
    case sha256
    case sha512

    /// The length of a digest in hexadecimal digits.
    var digits: Int { self == .sha256 ? 64 : 128 }

    /// The payload manifest of this digest.
    var manifest: String { "manifest-\(rawValue).txt" }

    /// The tag manifest of this digest.
    var tagManifest: String { "tagmanifest-\(rawValue).txt" }
}

/// Both digests of some octets, in lower-case hexadecimal.
struct FileDigests: Hashable {
    let sha256: String
    let sha512: String
    /// How many octets there were.
    let octets: Int

    /// The digest of an algorithm.
    subscript(_ algorithm: DigestAlgorithm) -> String {
        algorithm == .sha256 ? sha256 : sha512
    }

    /// The digests of octets in memory.
    init(of bytes: [UInt8]) {
        var computation = DigestComputation()
        computation.add(bytes)
        self = computation.finish()
    }

    fileprivate init(sha256: String, sha512: String, octets: Int) {
        self.sha256 = sha256
        self.sha512 = sha512
        self.octets = octets
    }
}

/// Both digests of octets that come piece by piece.
struct DigestComputation {
    private var sha256 = SHA256()
    private var sha512 = SHA512()
    private var octets = 0

    /// Adds the next octets.
    mutating func add(_ bytes: [UInt8]) {
        sha256.update(data: bytes)
        sha512.update(data: bytes)
        octets += bytes.count
    }

    /// The digests of all octets added.
    func finish() -> FileDigests {
        FileDigests(sha256: hex(sha256.finalize()), sha512: hex(sha512.finalize()), octets: octets)
    }
}

/// Octets in lower-case hexadecimal.
private func hex(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
