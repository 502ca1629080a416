import Civil

/// A file of a package's payload.
package struct PayloadFile: Sendable {
    /// Where the octets come from.
    package enum Source: Sendable {
        /// Octets in memory.
        case bytes([UInt8])
        /// A regular file, which must not change while the package is written.
        case file(String)
    }

    /// The path below `data/`, with slashes, in Unicode's composed form.
    package let path: String
    /// Where the octets come from.
    package let source: Source

    /// A file of a path below `data/`.
    package init(_ path: String, _ source: Source) {
        self.path = path
        self.source = source
    }

    /// A file of a path below `data/` with a text in UTF-8.
    package init(_ path: String, text: String) {
        self.init(path, .bytes(Array(text.utf8)))
    }
}

/// One line of bag-info.txt.
package struct BagInfoEntry: Hashable, Sendable {
    /// The label, `Source-Organization`.
    package let label: String
    /// The value, on one line.
    package let value: String

    /// A line of a label and a value.
    package init(_ label: String, _ value: String) {
        self.label = label
        self.value = value
    }
}

/// Everything that a package will hold, worked out before anything is written: it depends on the payload, the info and
/// the date alone, so that the same report always gives the same package.
struct BagContent {
    /// A file of the payload with its place in the package and its digests.
    struct Entry {
        let path: String
        let source: PayloadFile.Source
        let digests: FileDigests
    }

    /// The payload in the order of the manifests.
    let payload: [Entry]
    /// The tag files, each with its octets, in the order of their names.
    let tagFiles: [(name: String, content: [UInt8])]
    /// The SHA-512 of the tag manifest, which stands for the whole package.
    let digest: String

    /// The content for a payload, lines of bag-info.txt and a date, with every file of the payload read once.
    init(payload: [PayloadFile], info: [BagInfoEntry], baggingDate: LocalDate) throws(ArchiveError) {
        try Self.check(payload.map(\.path))
        var entries: [Entry] = []
        for file in payload.sorted(by: { BagPath.precedes($0.path, $1.path) }) {
            entries.append(
                Entry(path: "\(BagPath.payload)/\(file.path)", source: file.source, digests: try file.source.digests()))
        }
        let octets = entries.reduce(0) { $0 + $1.digests.octets }
        let info =
            info + [
                BagInfoEntry("Bagging-Date", baggingDate.description),
                BagInfoEntry("Payload-Oxum", "\(octets).\(entries.count)"),
            ]
        var tagFiles: [(name: String, content: [UInt8])] = [
            ("bag-info.txt", try Self.lines(of: info)),
            ("bagit.txt", Array("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".utf8)),
        ]
        for algorithm in DigestAlgorithm.allCases {
            let manifest = entries.map { "\($0.digests[algorithm])  \(BagPath.encoded($0.path))\n" }.joined()
            tagFiles.append((algorithm.manifest, Array(manifest.utf8)))
        }
        let tagManifest = Array(
            tagFiles.map { "\(FileDigests(of: $0.content).sha512)  \($0.name)\n" }.joined().utf8)
        tagFiles.append((DigestAlgorithm.sha512.tagManifest, tagManifest))
        self.payload = entries
        self.tagFiles = tagFiles
        self.digest = FileDigests(of: tagManifest).sha512
    }

    /// Refuses paths that cannot be written, or that cannot stand beside one another.
    private static func check(_ paths: [String]) throws(ArchiveError) {
        guard !paths.isEmpty else { throw ArchiveError(.invalidPath, "a package needs at least one file") }
        var files: Set<String> = []
        var folders: Set<String> = []
        for path in paths {
            if let fault = BagPath.fault(in: path) { throw ArchiveError(.invalidPath, fault, context: path) }
            guard BagPath.isComposed(path) else {
                throw ArchiveError(.invalidPath, "the path is not in Unicode's composed form (NFC)", context: path)
            }
            guard files.insert(path).inserted else {
                throw ArchiveError(.invalidPath, "two files have this path", context: path)
            }
            var names = path.split(separator: "/")
            while names.popLast() != nil, !names.isEmpty { folders.insert(names.joined(separator: "/")) }
        }
        if let both = files.intersection(folders).min() {
            throw ArchiveError(.invalidPath, "this is both a file and a folder", context: both)
        }
    }

    /// The text of bag-info.txt.
    private static func lines(of info: [BagInfoEntry]) throws(ArchiveError) -> [UInt8] {
        var text = ""
        var labels: Set<String> = []
        for entry in info {
            let (label, value) = (entry.label, entry.value)
            guard !label.isEmpty, label.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }) else {
                throw ArchiveError(
                    .invalidInfo, "a label is ASCII without blanks and colons", context: "bag-info.txt")
            }
            guard !value.isEmpty, value.first != " ", value.last != " ",
                !value.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
            else {
                throw ArchiveError(
                    .invalidInfo, "the value of \(label) must be one line that neither begins nor ends with a blank",
                    context: "bag-info.txt")
            }
            let isReserved = label == "Bagging-Date" || label == "Payload-Oxum"
            guard labels.insert(label).inserted || !isReserved else {
                throw ArchiveError(.invalidInfo, "\(label) is worked out, not given", context: "bag-info.txt")
            }
            text += "\(label): \(value)\n"
        }
        return Array(text.utf8)
    }
}

extension PayloadFile.Source {
    /// The digests of the octets, read once.
    func digests() throws(ArchiveError) -> FileDigests {
        var computation = DigestComputation()
        try read { (bytes: [UInt8]) throws(ArchiveError) in computation.add(bytes) }
        return computation.finish()
    }

    /// Hands out the octets piece by piece.
    func read(_ body: ([UInt8]) throws(ArchiveError) -> Void) throws(ArchiveError) {
        switch self {
        case .bytes(let bytes): try body(bytes)
        case .file(let path):
            do {
                try Disk.read(path, body)
            } catch  where error.code == .inputOutput {
                throw ArchiveError(.sourceUnreadable, error.message, context: path)
            }
        }
    }
}
