/// One thing that is wrong with a package.
package struct BagFinding: Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    package enum Kind: String, Sendable, CaseIterable {
        /// A file that a manifest lists, or that every package has, is not there.
        case missing
        /// A file that no manifest lists is there.
        case extra
        /// A file's octets are not those whose digest was recorded.
        case altered
        /// A file of the package itself cannot be understood.
        case malformed
        /// A path that would lead out of the package, or that the package lists twice.
        case unsafePath = "unsafe_path"
        /// A symbolic link, a device or the like: its content lies elsewhere.
        case notAFile = "not_a_file"
        /// A file is there and cannot be read.
        case unreadable
        /// Something that this program cannot check: another version, digest or files to be fetched.
        case unsupported
    }

    /// What is wrong.
    package let kind: Kind
    /// The file concerned, relative to the package.
    package let path: String
    /// What exactly, for people.
    package let detail: String

    /// A finding about a file.
    package init(_ kind: Kind, _ path: String, _ detail: String) {
        self.kind = kind
        self.path = path
        self.detail = detail
    }

    package var description: String { "\(kind.rawValue): \(path) (\(detail))" }
}

/// What an inspection of a package found.
package struct BagInspection: Hashable, Sendable {
    /// The package's digest, or nil where it has no readable `tagmanifest-sha512.txt`.
    package let digest: String?
    /// The lines of bag-info.txt in their order.
    package let info: [BagInfoEntry]
    /// How many files the payload has.
    package let files: Int
    /// How many octets the payload has.
    package let octets: Int
    /// All that is wrong, by path.
    package let findings: [BagFinding]

    /// Whether the package is complete and valid (RFC 8493, section 3) and has nothing that no manifest covers.
    package var isValid: Bool { findings.isEmpty }
}
