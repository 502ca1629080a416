import Glibc

/// The few calls to the operating system that a package needs, with errors that say what to do.
enum Disk {
    /// How much is read or written at a time.
    private static let chunk = 1 << 20

    /// What lies under a path; symbolic links are not followed.
    enum Kind: Equatable {
        case file(octets: Int)
        case folder
        /// A symbolic link.
        case link
        /// A device, a pipe or a socket.
        case special
    }

    /// What lies under a path, or nil where there is nothing.
    static func kind(of path: String) throws(ArchiveError) -> Kind? {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw failure("cannot be looked at", path)
        }
        return switch status.st_mode & S_IFMT {
        case S_IFREG: .file(octets: Int(status.st_size))
        case S_IFDIR: .folder
        case S_IFLNK: .link
        default: .special
        }
    }

    /// The names in a folder, in the order of their octets; nil stands for one that is not UTF-8.
    static func names(in folder: String) throws(ArchiveError) -> [String?] {
        guard let stream = opendir(folder) else { throw failure("the folder cannot be read", folder) }
        defer { closedir(stream) }
        var names: [String?] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw failure("the folder cannot be read", folder) }
                break
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted { BagPath.precedes($0 ?? "", $1 ?? "") }
    }

    /// Reads a regular file piece by piece; a symbolic link in its place is refused.
    static func read(_ path: String, _ body: ([UInt8]) throws(ArchiveError) -> Void) throws(ArchiveError) {
        // Not to wait for a writer, should it be a pipe.
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure("the file cannot be read", path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw ArchiveError(.inputOutput, "this is not a regular file", context: path)
        }
        var buffer = [UInt8](repeating: 0, count: chunk)
        while true {
            let count = Glibc.read(descriptor, &buffer, chunk)
            if count == 0 { return }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("the file cannot be read", path)
            }
            try body(count == chunk ? buffer : Array(buffer[..<count]))
        }
    }

    /// A whole file in memory, refused beyond a size.
    static func read(_ path: String, limit: Int) throws(ArchiveError) -> [UInt8] {
        var bytes: [UInt8] = []
        try read(path) { (piece: [UInt8]) throws(ArchiveError) in
            bytes += piece
            guard bytes.count <= limit else {
                throw ArchiveError(.inputOutput, "the file is larger than \(limit) octets", context: path)
            }
        }
        return bytes
    }

    /// Makes a new file, readable by all and writable by none, and waits until it is on the disk.
    static func create(
        _ path: String, _ body: (_ write: ([UInt8]) throws(ArchiveError) -> Void) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o444)
        guard descriptor >= 0 else { throw failure("the file cannot be made", path) }
        defer { close(descriptor) }
        try body { (bytes: [UInt8]) throws(ArchiveError) in
            var written = 0
            while written < bytes.count {
                let count = bytes.withUnsafeBytes { raw in
                    Glibc.write(descriptor, raw.baseAddress! + written, min(chunk, raw.count - written))
                }
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw failure("the file cannot be written", path) }
                written += count
            }
        }
        guard fsync(descriptor) == 0 else { throw failure("the file cannot be brought to the disk", path) }
    }

    /// Makes a folder; one that is there already is refused.
    static func makeFolder(_ path: String) throws(ArchiveError) {
        guard mkdir(path, 0o755) == 0 else { throw failure("the folder cannot be made", path) }
    }

    /// Waits until a folder's entries are on the disk.
    static func sync(folder: String) throws(ArchiveError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("the folder cannot be opened", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("the folder cannot be brought to the disk", folder) }
    }

    /// Renames a folder. A folder with content is never replaced: the operating system refuses it.
    static func move(folder: String, to target: String) throws(ArchiveError) {
        guard rename(folder, target) == 0 else {
            if errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR {
                throw ArchiveError(
                    .conflict, "something else has come to lie here; it is not overwritten", context: target)
            }
            throw failure("the folder cannot be renamed to its final name", target)
        }
    }

    /// Removes a folder with all that is in it; symbolic links are removed, not followed.
    static func remove(folder: String) throws(ArchiveError) {
        try empty(folder: folder)
        guard rmdir(folder) == 0 else { throw failure("the folder cannot be removed", folder) }
    }

    /// Removes all that is in a folder.
    static func empty(folder: String) throws(ArchiveError) {
        for name in try names(in: folder) {
            guard let name else {
                throw ArchiveError(
                    .inputOutput, "a file whose name is not UTF-8 lies here; remove it by hand", context: folder)
            }
            let path = "\(folder)/\(name)"
            if try kind(of: path) == .folder {
                try remove(folder: path)
            } else if unlink(path) != 0 {
                throw failure("the file cannot be removed", path)
            }
        }
    }

    /// The error of the last call that failed.
    static func failure(_ what: String, _ path: String) -> ArchiveError {
        let number = errno
        let reason = String(cString: strerror(number))
        switch number {
        case ENOSPC, EDQUOT:
            return ArchiveError(.diskFull, "\(what): \(reason); make room and try again", context: path)
        default:
            return ArchiveError(.inputOutput, "\(what): \(reason)", context: path)
        }
    }
}
