import Archive
import Civil
import Foundation
import Glibc
import Testing

@Suite("Writing a package")
struct BagWriteTests {
    private func code(_ body: () throws -> Void) -> ArchiveError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? ArchiveError)?.code
        }
    }

    @Test("gives the same octets whatever the order of the payload, and its digest beforehand")
    func deterministic() throws {
        let folder = try TemporaryFolder()
        let first = try Sample.write(to: folder.path + "/a")
        let second = try Sample.write(to: folder.path + "/b", payload: Sample.payload.reversed())
        #expect(try contents(of: first.path) == contents(of: second.path))
        #expect(first.digest == second.digest)
        #expect(first.files == 5 && !first.wasAlreadyThere)
        #expect(
            try Bag.digest(payload: Sample.payload, info: Sample.info, baggingDate: Sample.date) == first.digest)
    }

    @Test("writes exactly the tag files of BagIt 1.0, sorted, with LF")
    func tagFiles() throws {
        let folder = try TemporaryFolder()
        let receipt = try Sample.write(to: folder.path + "/bag", payload: [PayloadFile("a%b.txt", text: "abc")])
        let files = try contents(of: receipt.path)
        #expect(
            Set(files.keys) == [
                "bagit.txt", "bag-info.txt", "manifest-sha256.txt", "manifest-sha512.txt", "tagmanifest-sha512.txt",
                "data/a%b.txt",
            ])
        func text(_ name: String) -> String { String(decoding: files[name] ?? Data(), as: UTF8.self) }
        #expect(text("bagit.txt") == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
        #expect(
            text("bag-info.txt") == """
                Source-Organization: Kurzemes plānošanas reģions
                External-Identifier: di-kurzeme_2019-H2_r1
                Access: internal
                Bagging-Date: 2020-01-22
                Payload-Oxum: 3.1

                """)
        // The digest of "abc" is FIPS 180-4's own example.
        #expect(
            text("manifest-sha256.txt")
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  data/a%25b.txt\n")
        #expect(text("manifest-sha512.txt").hasPrefix("ddaf35a193617abacc417349ae204131"))
        #expect(
            text("tagmanifest-sha512.txt").split(separator: "\n").map { $0.split(separator: " ")[1] }
                == ["bag-info.txt", "bagit.txt", "manifest-sha256.txt", "manifest-sha512.txt"])
    }

    @Test("takes the octets of files, also of large ones")
    func largeFile() throws {
        let folder = try TemporaryFolder()
        let source = folder.path + "/source"
        try Data((0..<3_000_001).map { UInt8(truncatingIfNeeded: $0 &* 31) }).write(to: URL(fileURLWithPath: source))
        let receipt = try Sample.write(to: folder.path + "/bag", payload: [PayloadFile("big.bin", .file(source))])
        #expect(receipt.octets == 3_000_001)
        #expect(try Bag.verify(receipt.path, expecting: receipt.digest).isValid)
        #expect(
            try contents(of: receipt.path)["data/big.bin"] == Data(contentsOf: URL(fileURLWithPath: source)))
    }

    @Test("is success where the same package lies there, and a conflict where another or a damaged one does")
    func neverOverwrites() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/bag"
        let first = try Sample.write(to: path)
        let again = try Sample.write(to: path + "/")
        #expect(again.wasAlreadyThere && again.digest == first.digest)
        let before = try contents(of: path)
        #expect(code { _ = try Sample.write(to: path, payload: [PayloadFile("x", text: "y")]) } == .conflict)
        #expect(try contents(of: path) == before)

        try overwrite(path + "/data/empty.txt", with: Data("!".utf8))
        #expect(code { _ = try Sample.write(to: path) } == .conflict)

        let occupied = folder.path + "/occupied"
        try FileManager.default.createDirectory(atPath: occupied, withIntermediateDirectories: true)
        #expect(code { _ = try Sample.write(to: occupied) } == .conflict)
        #expect(try FileManager.default.contentsOfDirectory(atPath: occupied) == [])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["bag", "occupied"])
    }

    @Test("removes what a killed process left, and stands back for one that is alive")
    func interrupted() throws {
        let folder = try TemporaryFolder()
        let site = folder.path + "/.bag.building"
        try FileManager.default.createDirectory(atPath: site + "/data/report", withIntermediateDirectories: true)
        try Data("half".utf8).write(to: URL(fileURLWithPath: site + "/data/report/stray.html"))

        let descriptor = open(site, O_RDONLY | O_DIRECTORY)
        #expect(flock(descriptor, LOCK_EX) == 0)
        #expect(code { _ = try Sample.write(to: folder.path + "/bag") } == .busy)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/bag"))
        close(descriptor)

        let receipt = try Sample.write(to: folder.path + "/bag")
        #expect(try Bag.verify(receipt.path, expecting: receipt.digest).isValid)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["bag"])
    }

    @Test("from several threads at once gives one whole package")
    func concurrent() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/bag"
        let outcomes = await withTaskGroup(of: ArchiveError.Code?.self) { group in
            for _ in 0..<6 { group.addTask { self.code { _ = try Sample.write(to: path) } } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.contains(nil))
        #expect(outcomes.allSatisfy { $0 == nil || $0 == .busy })
        #expect(try Bag.verify(path).isValid)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["bag"])
    }

    @Test(
        "refuses paths that lead out, clash or are not composed",
        arguments: [
            ["../x"], ["/etc/passwd"], ["a/../../x"], ["a//b"], ["a/"], [""], ["."], ["~root/x"], ["a\\b"], ["a\0b"],
            ["same", "same"], ["a", "a/b"], ["a\u{304}"], [String(repeating: "n", count: 256)], [],
        ])
    func paths(paths: [String]) throws {
        let folder = try TemporaryFolder()
        let payload = paths.map { PayloadFile($0, text: "x") }
        #expect(code { _ = try Sample.write(to: folder.path + "/bag", payload: payload) } == .invalidPath)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test(
        "refuses info that would begin a line of its own or is worked out",
        arguments: [
            BagInfoEntry("A", "x\nPayload-Oxum: 1.1"), BagInfoEntry("A B", "x"), BagInfoEntry("A:", "x"),
            BagInfoEntry("", "x"), BagInfoEntry("A", ""), BagInfoEntry("A", " x"), BagInfoEntry("Payload-Oxum", "1.1"),
            BagInfoEntry("Bagging-Date", "2020-01-01"),
        ])
    func info(entry: BagInfoEntry) throws {
        let folder = try TemporaryFolder()
        #expect(code { _ = try Sample.write(to: folder.path + "/bag", info: [entry]) } == .invalidInfo)
    }

    @Test("refuses sources that are absent, links or pipes, and a folder for packages that does not exist")
    func sources() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/link", withDestinationPath: "/etc/hostname")
        #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
        for name in ["absent", "link", "pipe", ""] {
            let payload = [PayloadFile("x", .file("\(folder.path)/\(name)"))]
            #expect(code { _ = try Sample.write(to: folder.path + "/bag", payload: payload) } == .sourceUnreadable)
        }
        #expect(code { _ = try Sample.write(to: folder.path + "/absent/bag") } == .destinationMissing)
        #expect(code { _ = try Sample.write(to: folder.path + "/..") } == .invalidPath)
    }
}
