import Foundation
import Synchronization

/// What mail servers took from us, on a disk of our own: an append-only file beside the database, each line of it on the
/// disk before anything goes on. It is asked before every attempt, since an attempt may have died between the server's
/// acceptance and the database's record of it (RFC 1047).
///
/// The order of lines is also a fence. An attempt *begins* a message before it speaks to the server, and *offers* it
/// right before the last octets go out; where another attempt has begun the same message in between, the offer is
/// refused and nothing is sent. So a process that slept through its lease sends nothing.
///
/// Several processes of one machine may use one file; a lock on it orders them. Processes that do not see the same file
/// cannot know of one another's deliveries: `identity` tells files apart.
package final class DeliveryJournal: Sendable {
    /// What earlier attempts came to, as far as this file knows.
    package struct History: Hashable, Sendable {
        /// An acceptance.
        package struct Acceptance: Hashable, Sendable {
            /// The fencing token of the attempt.
            package let lease: Int64
            /// SHA-256 of the octets that were taken, 32 bytes.
            package let digest: [UInt8]

            /// An acceptance of octets of a digest by the attempt of a lease.
            package init(lease: Int64, digest: [UInt8]) {
                self.lease = lease
                self.digest = digest
            }
        }

        /// The first acceptance; nil where no server is known to have taken the message.
        package var accepted: Acceptance?
        /// The attempts that offered the message and of which nothing more is known: the server may have taken it.
        package var open: Set<Int64> = []
        /// The attempt that began last.
        var owner: Int64?

        /// Of a message that was never begun.
        package init() {}
    }

    /// Which file this is, across copies and new paths: a UUID in its first line.
    package let identity: String
    private let path: String
    private let file: Mutex<JournalFile>

    /// Opens a journal, or begins it where there is none.
    ///
    /// - Throws: `MailError` (`journalUnusable`) where the file cannot be read or written, or is something else.
    package init(path: String) throws(MailError) {
        let opened = try JournalFile(path: path)
        self.path = path
        identity = opened.identity
        file = Mutex(opened)
    }

    /// Begins an attempt at a message and tells what became of earlier ones.
    ///
    /// - Parameters:
    ///   - messageID: the Message-ID, without blanks.
    ///   - lease: the attempt's fencing token.
    /// - Throws: `MailError` (`journalUnusable`).
    package func begin(_ messageID: String, lease: Int64) throws(MailError) -> History {
        try locked { (file: inout JournalFile) throws(MailError) in
            let history = file.histories[messageID] ?? History()
            try file.append(JournalLine(mark: .begun, lease: lease, messageID: messageID))
            return history
        }
    }

    /// Notes that the last octets of a message are about to go out; on the disk when this returns.
    ///
    /// - Returns: false where another attempt has begun the message since: nothing may be sent.
    /// - Throws: `MailError` (`journalUnusable`): nothing may be sent then either.
    package func offer(_ messageID: String, lease: Int64) throws(MailError) -> Bool {
        try locked { (file: inout JournalFile) throws(MailError) in
            guard file.histories[messageID]?.owner == lease else { return false }
            try file.append(JournalLine(mark: .offered, lease: lease, messageID: messageID))
            return true
        }
    }

    /// Notes that a server has taken a message.
    ///
    /// - Parameter digest: SHA-256 of the message as sent, 32 bytes.
    /// - Throws: `MailError` (`journalUnusable`).
    package func accepted(_ messageID: String, lease: Int64, digest: [UInt8]) throws(MailError) {
        try locked { (file: inout JournalFile) throws(MailError) in
            try file.append(JournalLine(mark: .accepted, lease: lease, messageID: messageID, digest: digest))
        }
    }

    /// Notes that a server has surely not taken what was offered.
    ///
    /// - Throws: `MailError` (`journalUnusable`).
    package func refused(_ messageID: String, lease: Int64) throws(MailError) {
        try locked { (file: inout JournalFile) throws(MailError) in
            guard file.histories[messageID]?.open.contains(lease) == true else { return }
            try file.append(JournalLine(mark: .refused, lease: lease, messageID: messageID))
        }
    }

    /// Runs something while no other thread or process uses the file, knowing all that stands in it.
    private func locked<R: Sendable>(
        _ body: (inout JournalFile) throws(MailError) -> R
    ) throws(MailError) -> R {
        try file.withLock { (file: inout JournalFile) throws(MailError) -> R in
            try file.lock()
            defer { file.unlock() }
            try file.catchUp()
            return try body(&file)
        }
    }
}

/// The open file of a journal, with what has been read of it.
struct JournalFile: ~Copyable {
    private let descriptor: CInt
    private let path: String
    private var readThrough: off_t = 0
    private(set) var identity = ""
    /// By Message-ID, what stands in the part that was read.
    private(set) var histories: [String: DeliveryJournal.History] = [:]

    private static let heading = "rinda mail journal 1 "

    init(path: String) throws(MailError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw Self.unusable("cannot be opened", path, errno) }
        try lock()
        defer { unlock() }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.unusable("cannot be read", path, errno) }
        if status.st_size == 0 {
            try write(Self.heading + UUID().uuidString.lowercased() + "\n")
            try syncFolder()
        }
        try catchUp()
    }

    deinit {
        close(descriptor)
    }

    func lock() throws(MailError) {
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw Self.unusable("cannot be locked", path, errno) }
        }
    }

    func unlock() {
        flock(descriptor, LOCK_UN)
    }

    /// Reads what others have appended. A last line without its end was torn by a crash and was never acted upon.
    mutating func catchUp() throws(MailError) {
        var bytes: [UInt8] = []
        var offset = readThrough
        while true {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = pread(descriptor, &chunk, chunk.count, offset)
            if count == 0 { break }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw Self.unusable("cannot be read", path, errno)
            }
            bytes += chunk[..<count]
            offset += off_t(count)
        }
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            try take(String(decoding: bytes[start..<end], as: UTF8.self))
            start = end + 1
        }
        readThrough += off_t(start)
        isTorn = start != bytes.endIndex
    }

    /// Whether the file ends with a line that was torn.
    private var isTorn = false

    /// Adds a line and waits until the disk has it.
    mutating func append(_ line: JournalLine) throws(MailError) {
        try write((isTorn ? "\n" : "") + line.text + "\n")
        try catchUp()
    }

    private mutating func take(_ text: String) throws(MailError) {
        if identity.isEmpty {
            guard text.hasPrefix(Self.heading) else {
                throw MailError(
                    .journalUnusable, "\(path) is no mail journal; name another file, or move this one away")
            }
            identity = String(text.dropFirst(Self.heading.count))
            return
        }
        // Whatever does not read as a line was torn: what it was to say never happened.
        guard let line = JournalLine(text) else { return }
        var history = histories[line.messageID] ?? DeliveryJournal.History()
        switch line.mark {
        case .begun: history.owner = line.lease
        case .offered: history.open.insert(line.lease)
        case .refused: history.open.remove(line.lease)
        case .accepted:
            history.open.remove(line.lease)
            if history.accepted == nil { history.accepted = .init(lease: line.lease, digest: line.digest) }
        }
        histories[line.messageID] = history
    }

    private func write(_ text: String) throws(MailError) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw Self.unusable("cannot be written", path, errno)
            }
            bytes = bytes.dropFirst(count)
        }
        guard fdatasync(descriptor) == 0 else { throw Self.unusable("cannot be synced", path, errno) }
    }

    /// A new file survives a loss of power only when its folder is on the disk too.
    private func syncFolder() throws(MailError) {
        let folder = open((path as NSString).deletingLastPathComponent + "/.", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw Self.unusable("lies in a folder that cannot be opened", path, errno) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw Self.unusable("lies in a folder that cannot be synced", path, errno) }
    }

    private static func unusable(_ what: String, _ path: String, _ number: CInt) -> MailError {
        MailError(
            .journalUnusable,
            "the mail journal \(path) \(what): \(String(cString: strerror(number))); nothing is sent without it")
    }
}

/// One line of a journal: what happened, the attempt, the message, and a check that tells a torn line.
struct JournalLine: Hashable {
    /// What happened.
    enum Mark: String {
        case begun, offered, accepted, refused
    }

    let mark: Mark
    let lease: Int64
    let messageID: String
    var digest: [UInt8] = []

    /// The line without its end.
    var text: String {
        let shown = digest.isEmpty ? "-" : digest.map(Self.hexOctet).joined()
        let fields = "\(mark.rawValue) \(lease) \(messageID) \(shown)"
        return "\(fields) \(Self.check(fields))"
    }

    init(mark: Mark, lease: Int64, messageID: String, digest: [UInt8] = []) {
        self.mark = mark
        self.lease = lease
        self.messageID = messageID
        self.digest = digest
    }

    /// A line as it was written; nil where it is not whole.
    init?(_ text: String) {
        let fields = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 5, fields[4] == Self.check(fields[..<4].joined(separator: " ")),
            let mark = Mark(rawValue: fields[0]), let lease = Int64(fields[1])
        else { return nil }
        self.mark = mark
        self.lease = lease
        messageID = fields[2]
        if fields[3] != "-" {
            let digits = Array(fields[3])
            digest = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
                UInt8(String(digits[$0...($0 + 1)]), radix: 16)
            }
        }
    }

    /// FNV-1a, 64 bits: against torn lines, not against forgers.
    private static func check(_ text: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func hexOctet(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }
}
