extension Bag {
    /// Reads a whole package and names everything that is missing, extra, altered or unsafe. Needs nothing but the
    /// package.
    ///
    /// - Parameters:
    ///   - directory: the package's folder.
    ///   - digest: the package's digest as recorded elsewhere. Without it, somebody who rewrites the manifests with the
    ///     files goes unnoticed.
    /// - Throws: `ArchiveError` where there is no such folder; what is wrong inside is in the result.
    package static func verify(_ directory: String, expecting digest: String? = nil) throws(ArchiveError)
        -> BagInspection
    {
        guard try Disk.kind(of: directory) == .folder else {
            throw ArchiveError(.inputOutput, "there is no package here", context: directory)
        }
        var reader = BagReader(root: directory)
        return reader.inspect(expecting: digest)
    }
}

/// One inspection of a package.
private struct BagReader {
    /// The most octets of a tag file; a manifest of a million files is smaller.
    private static let tagFileLimit = 1 << 28

    let root: String
    private var findings: [BagFinding] = []
    /// The regular files by path.
    private var files: Set<String> = []
    private var payloadOctets = 0

    init(root: String) {
        self.root = root
    }

    mutating func inspect(expecting expected: String?) -> BagInspection {
        walk("")
        checkDeclaration()
        let payload = files.filter { $0.hasPrefix(BagPath.payload + "/") }
        let info = readInfo()
        checkPayload(payload)
        let digest = checkTagFiles()
        if let expected, digest != expected {
            add(
                .altered, DigestAlgorithm.sha512.tagManifest,
                "its SHA-512 is \(digest ?? "not to be had"), recorded was \(expected)")
        }
        checkOxum(in: info, files: payload.count)
        return BagInspection(
            digest: digest, info: info, files: payload.count, octets: payloadOctets,
            findings: findings.sorted {
                $0.path == $1.path ? $0.detail < $1.detail : BagPath.precedes($0.path, $1.path)
            })
    }

    private mutating func add(_ kind: BagFinding.Kind, _ path: String, _ detail: String) {
        findings.append(BagFinding(kind, path, detail))
    }

    /// Collects the regular files below a folder.
    private mutating func walk(_ folder: String) {
        let place = folder.isEmpty ? root : "\(root)/\(folder)"
        let names: [String?]
        do {
            names = try Disk.names(in: place)
        } catch {
            return add(.unreadable, folder.isEmpty ? "." : folder, error.message)
        }
        for name in names {
            guard let name else {
                add(.unsafePath, folder.isEmpty ? "." : folder, "a file's name here is not UTF-8")
                continue
            }
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            do {
                switch try Disk.kind(of: "\(root)/\(path)") {
                case .file(let octets):
                    files.insert(path)
                    if path.hasPrefix(BagPath.payload + "/") { payloadOctets += octets }
                case .folder: walk(path)
                case .link: add(.notAFile, path, "a symbolic link")
                case .special: add(.notAFile, path, "a device, a pipe or a socket")
                case nil: add(.missing, path, "it vanished during the inspection")
                }
            } catch {
                add(.unreadable, path, error.message)
            }
        }
    }

    /// The text of a tag file, or nil with a finding.
    private mutating func text(of name: String) -> String? {
        do {
            let bytes = try Disk.read("\(root)/\(name)", limit: Self.tagFileLimit)
            if let text = String(validating: bytes, as: UTF8.self) { return text }
            add(.malformed, name, "it is not UTF-8")
        } catch {
            add(.unreadable, name, error.message)
        }
        return nil
    }

    private mutating func checkDeclaration() {
        guard files.contains("bagit.txt") else {
            return add(.missing, "bagit.txt", "every package declares itself there")
        }
        guard let text = text(of: "bagit.txt") else { return }
        let lines = TagText.lines(of: text).filter { !$0.isEmpty }
        if lines != ["BagIt-Version: 1.0", "Tag-File-Character-Encoding: UTF-8"] {
            let isOther = lines.first?.hasPrefix("BagIt-Version: ") == true && lines.count == 2
            add(isOther ? .unsupported : .malformed, "bagit.txt", "it does not declare BagIt 1.0 in UTF-8")
        }
        if files.contains("fetch.txt") {
            add(.unsupported, "fetch.txt", "the package is not complete in itself: files are to be fetched")
        }
    }

    private mutating func readInfo() -> [BagInfoEntry] {
        guard files.contains("bag-info.txt"), let text = text(of: "bag-info.txt") else { return [] }
        if let entries = TagText.entries(of: text) { return entries }
        add(.malformed, "bag-info.txt", "a line is not a label, a colon and a value")
        return []
    }

    private mutating func checkOxum(in info: [BagInfoEntry], files: Int) {
        for entry in info where entry.label.lowercased() == "payload-oxum" && entry.value != "\(payloadOctets).\(files)"
        {
            add(
                .altered, "bag-info.txt",
                "Payload-Oxum says \(entry.value), there are \(payloadOctets) octets in \(files) files")
        }
    }

    /// The manifests of a name's prefix, `manifest-` or `tagmanifest-`.
    private mutating func manifests(_ prefix: String, isPayload: Bool) -> [Manifest] {
        var manifests: [Manifest] = []
        for name in files.filter({ $0.hasPrefix(prefix) && $0.hasSuffix(".txt") && !$0.contains("/") }).sorted() {
            guard let algorithm = DigestAlgorithm(rawValue: String(name.dropFirst(prefix.count).dropLast(4))) else {
                add(.unsupported, name, "only SHA-256 and SHA-512 are checked")
                continue
            }
            guard let text = text(of: name) else { continue }
            let manifest = Manifest(name: name, algorithm: algorithm, text: text, isPayload: isPayload)
            findings += manifest.findings
            manifests.append(manifest)
        }
        return manifests
    }

    /// Every file of the payload must be in every manifest, with its digest, and the other way round.
    private mutating func checkPayload(_ payload: Set<String>) {
        let manifests = manifests("manifest-", isPayload: true)
        if manifests.isEmpty {
            add(.missing, DigestAlgorithm.sha512.manifest, "no manifest of the payload can be read")
        }
        for manifest in manifests {
            for path in manifest.digests.keys where !payload.contains(path) {
                add(.missing, path, "listed in \(manifest.name)")
            }
        }
        for path in payload {
            compare(path, with: manifests, mustBeInAll: true)
        }
    }

    /// Every tag file but the tag manifests themselves must be in one, with its digest. Gives the package's digest.
    private mutating func checkTagFiles() -> String? {
        let manifests = manifests("tagmanifest-", isPayload: false)
        if manifests.isEmpty {
            add(.missing, DigestAlgorithm.sha512.tagManifest, "no manifest of the tag files can be read")
        }
        for manifest in manifests {
            for path in manifest.digests.keys where !files.contains(path) {
                add(.missing, path, "listed in \(manifest.name)")
            }
        }
        for path in files
        where !path.hasPrefix(BagPath.payload + "/") && !(path.hasPrefix("tagmanifest-") && !path.contains("/")) {
            compare(path, with: manifests, mustBeInAll: false)
        }
        let name = DigestAlgorithm.sha512.tagManifest
        guard files.contains(name) else { return nil }
        return try? PayloadFile.Source.file("\(root)/\(name)").digests().sha512
    }

    private mutating func compare(_ path: String, with manifests: [Manifest], mustBeInAll: Bool) {
        let listing = manifests.filter { $0.digests[path] != nil }
        if listing.isEmpty {
            return add(.extra, path, "no manifest lists it")
        }
        if mustBeInAll {
            for manifest in manifests where manifest.digests[path] == nil {
                add(.extra, path, "\(manifest.name) does not list it")
            }
        }
        do {
            let digests = try PayloadFile.Source.file("\(root)/\(path)").digests()
            for manifest in listing where manifest.digests[path] != digests[manifest.algorithm] {
                add(.altered, path, "its \(manifest.algorithm.rawValue) is not the one in \(manifest.name)")
            }
        } catch {
            add(.unreadable, path, error.message)
        }
    }
}
