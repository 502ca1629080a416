import Archive
import Foundation
import Glibc
import Testing

@Suite("A disk that is full")
struct FullDiskTests {
    @Test("leaves nothing that looks finished and says so; the next attempt succeeds")
    func writeFails() async {
        // A process of its own, as the limit on a file's size holds for the whole process.
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(UInt32(RLIMIT_FSIZE.rawValue)), &limit)
            let unlimited = limit
            limit.rlim_cur = 100_000
            setrlimit(__rlimit_resource_t(UInt32(RLIMIT_FSIZE.rawValue)), &limit)
            let payload = Sample.payload + [PayloadFile("z/big.bin", .bytes([UInt8](repeating: 7, count: 200_000)))]
            #expect {
                try Sample.write(to: folder.path + "/bag", payload: payload)
            } throws: { error in
                let error = error as? ArchiveError
                return error?.code == .inputOutput && error?.context?.hasSuffix("z/big.bin") == true
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
            var restored = unlimited
            setrlimit(__rlimit_resource_t(UInt32(RLIMIT_FSIZE.rawValue)), &restored)
            let receipt = try Sample.write(to: folder.path + "/bag", payload: payload)
            #expect(try Bag.verify(receipt.path, expecting: receipt.digest).isValid)
        }
    }

    /// Whether this process may mount a small file system of its own.
    private static let canMount: Bool = {
        guard geteuid() == 0, let folder = try? TemporaryFolder() else { return false }
        guard mount("tmpfs", folder.path, "tmpfs", 0, "size=64k") == 0 else { return false }
        return umount(folder.path) == 0
    }()

    @Test("is told apart from other faults", .enabled(if: canMount, "mounting a file system needs root"))
    func fullFileSystem() throws {
        let folder = try TemporaryFolder()
        try #require(mount("tmpfs", folder.path, "tmpfs", 0, "size=256k") == 0)
        defer { umount(folder.path) }
        let payload = [PayloadFile("big.bin", .bytes([UInt8](repeating: 7, count: 1_000_000)))]
        #expect {
            try Sample.write(to: folder.path + "/bag", payload: payload)
        } throws: { error in
            (error as? ArchiveError)?.code == .diskFull
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
        #expect(try Bag.verify(Sample.write(to: folder.path + "/bag").path).isValid)
    }
}
