import Glibc

/// The folder beside its final place in which one package is built, held by a lock that ends with the process.
///
/// Its name begins with a dot and ends with `.building`, so that nothing takes it for a package. What a killed process
/// left there is found unlocked by the next one and removed.
struct BuildingSite: ~Copyable {
    /// The folder's path.
    let path: String
    private let descriptor: CInt

    /// The empty, locked folder for a package of a name in a folder.
    ///
    /// - Throws: `ArchiveError` `busy` where another process holds it.
    static func open(for name: String, in folder: String) throws(ArchiveError) -> BuildingSite {
        let path = "\(folder)/.\(name).building"
        while true {
            if mkdir(path, 0o755) != 0 && errno != EEXIST {
                throw Disk.failure("a folder to build in cannot be made", path)
            }
            let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            if descriptor < 0 {
                // The other process has just finished and renamed it.
                if errno == ENOENT { continue }
                throw Disk.failure("the folder to build in cannot be opened", path)
            }
            let site = BuildingSite(path: path, descriptor: descriptor)
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                if errno == EWOULDBLOCK {
                    throw ArchiveError(
                        .busy, "another process is building this package; try again later", context: path)
                }
                throw Disk.failure("the folder to build in cannot be locked", path)
            }
            // Between opening and locking, its owner may have renamed it: then the lock is on a finished package.
            guard site.isStillThere else { continue }
            try Disk.empty(folder: path)
            return site
        }
    }

    private init(path: String, descriptor: CInt) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Whether the path still names the folder that was opened.
    private var isStillThere: Bool {
        var held = stat()
        var named = stat()
        return fstat(descriptor, &held) == 0 && lstat(path, &named) == 0 && held.st_ino == named.st_ino
            && held.st_dev == named.st_dev
    }
}
