package import Civil

/// Packages as BagIt 1.0 (RFC 8493) has them: a payload with SHA-512 and SHA-256 manifests, a SHA-512 tag manifest over
/// the rest, nothing else. The same content gives the same octets in every file.
///
/// A package's digest is the SHA-512 of the octets of its `tagmanifest-sha512.txt`, in lower-case hexadecimal: the tag
/// manifest covers the manifests and these cover the payload, so that the digest stands for every octet.
///
/// All functions block while they read and write: call them from a thread that may wait.
package enum Bag {
    /// What was written, or found to be there already.
    package struct Receipt: Hashable, Sendable {
        /// The package's folder.
        package let path: String
        /// The package's digest.
        package let digest: String
        /// How many files the payload has.
        package let files: Int
        /// How many octets the payload has.
        package let octets: Int
        /// Whether the same package lay there before.
        package let wasAlreadyThere: Bool
    }

    /// Writes a package and leaves it whole or not at all: it is built in a folder beside its final place, brought to
    /// the disk file by file and renamed.
    ///
    /// Where the same package lies there already and is undamaged, that is success; anything else there is a conflict
    /// and stays as it is.
    ///
    /// - Parameters:
    ///   - payload: the files below `data/`, in any order.
    ///   - info: the lines of bag-info.txt in their order; `Bagging-Date` and `Payload-Oxum` are added.
    ///   - baggingDate: the day of `Bagging-Date`; part of the content, so that a repeated job must give the same one.
    ///   - directory: the package's final folder; its parent must exist.
    /// - Throws: `ArchiveError`.
    package static func write(
        payload: [PayloadFile], info: [BagInfoEntry], baggingDate: LocalDate, to directory: String
    ) throws(ArchiveError) -> Receipt {
        let content = try BagContent(payload: payload, info: info, baggingDate: baggingDate)
        let (parent, name) = try place(of: directory)
        guard try Disk.kind(of: parent) == .folder else {
            throw ArchiveError(
                .destinationMissing, "the folder for packages does not exist; make it or mount its disk",
                context: parent)
        }
        let target = "\(parent)/\(name)"
        if try isThere(content, at: target) { return try confirm(content, at: target, in: parent, existing: true) }
        let site = try BuildingSite.open(for: name, in: parent)
        // Another process may have finished between the first look and the lock.
        if try isThere(content, at: target) {
            try Disk.remove(folder: site.path)
            return try confirm(content, at: target, in: parent, existing: true)
        }
        do {
            try build(content, in: site.path)
            try Disk.move(folder: site.path, to: target)
        } catch {
            // The first error is what matters; what cannot be removed now is removed by the next attempt.
            try? Disk.remove(folder: site.path)
            throw error
        }
        return try confirm(content, at: target, in: parent, existing: false)
    }

    /// The digest that `write` would give, without writing anything.
    package static func digest(
        payload: [PayloadFile], info: [BagInfoEntry], baggingDate: LocalDate
    ) throws(ArchiveError) -> String {
        try BagContent(payload: payload, info: info, baggingDate: baggingDate).digest
    }

    /// The parent folder and the name of a package's path.
    private static func place(of directory: String) throws(ArchiveError) -> (parent: String, name: String) {
        var path = Substring(directory)
        while path.count > 1, path.last == "/" { path = path.dropLast() }
        let slash = path.lastIndex(of: "/")
        let name = slash.map { path[path.index(after: $0)...] } ?? path
        let parent = slash.map { $0 == path.startIndex ? "/" : path[..<$0] } ?? "."
        // The folder to build in has a longer name.
        guard BagPath.fault(in: String(name)) == nil, !name.hasPrefix("."), name.utf8.count <= 240 else {
            throw ArchiveError(.invalidPath, "this is not a name for a package", context: directory)
        }
        return (String(parent), String(name))
    }

    /// Whether the very package lies in its place, undamaged; false where nothing does.
    private static func isThere(_ content: BagContent, at target: String) throws(ArchiveError) -> Bool {
        guard try Disk.kind(of: target) != nil else { return false }
        let inspection = try verify(target, expecting: content.digest)
        guard let finding = inspection.findings.first else { return true }
        let what =
            inspection.digest == content.digest
            ? "the same package lies here, but it is damaged" : "another package lies here"
        throw ArchiveError(
            .conflict, "\(what); it is not overwritten. First of \(inspection.findings.count) findings: \(finding)",
            context: target)
    }

    private static func confirm(
        _ content: BagContent, at target: String, in parent: String, existing: Bool
    ) throws(ArchiveError) -> Receipt {
        // Only now does the name outlast a loss of power, also where an earlier attempt ended right after renaming.
        try Disk.sync(folder: parent)
        return Receipt(
            path: target, digest: content.digest, files: content.payload.count,
            octets: content.payload.reduce(0) { $0 + $1.digests.octets }, wasAlreadyThere: existing)
    }

    /// Writes everything into an empty folder and waits until it is on the disk.
    private static func build(_ content: BagContent, in folder: String) throws(ArchiveError) {
        var folders = ["\(folder)/\(BagPath.payload)"]
        try Disk.makeFolder(folders[0])
        var made: Set<String> = [BagPath.payload]
        for entry in content.payload {
            let names = entry.path.split(separator: "/").dropLast()
            for depth in 1...names.count {
                let path = names.prefix(depth).joined(separator: "/")
                guard made.insert(path).inserted else { continue }
                try Disk.makeFolder("\(folder)/\(path)")
                folders.append("\(folder)/\(path)")
            }
            try copy(entry, into: folder)
        }
        for file in content.tagFiles {
            try Disk.create("\(folder)/\(file.name)") { (write) throws(ArchiveError) in try write(file.content) }
        }
        for path in folders.reversed() + [folder] { try Disk.sync(folder: path) }
    }

    private static func copy(_ entry: BagContent.Entry, into folder: String) throws(ArchiveError) {
        var computation = DigestComputation()
        try Disk.create("\(folder)/\(entry.path)") { (write) throws(ArchiveError) in
            try entry.source.read { (bytes: [UInt8]) throws(ArchiveError) in
                computation.add(bytes)
                try write(bytes)
            }
        }
        guard computation.finish() == entry.digests else {
            throw ArchiveError(
                .sourceUnreadable, "the file changed while it was packed; try again", context: entry.path)
        }
    }
}
