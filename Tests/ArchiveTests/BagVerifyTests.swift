import Archive
import Foundation
import Glibc
import Testing

@Suite("Verifying a package")
struct BagVerifyTests {
    private func withBag(_ body: (_ path: String, _ receipt: Bag.Receipt) throws -> Void) throws {
        let folder = try TemporaryFolder()
        let receipt = try Sample.write(to: folder.path + "/bag")
        try body(receipt.path, receipt)
    }

    @Test("finds nothing in a fresh package and reads its info")
    func fresh() throws {
        try withBag { path, receipt in
            let inspection = try Bag.verify(path, expecting: receipt.digest)
            #expect(inspection.findings == [])
            #expect(inspection.digest == receipt.digest)
            #expect(inspection.files == 5)
            #expect(inspection.octets == receipt.octets)
            #expect(inspection.info.prefix(3) == Sample.info[...])
        }
    }

    @Test("names the file in which any one byte was flipped")
    func flipped() throws {
        try withBag { path, receipt in
            for (name, data) in try contents(of: path) where !data.isEmpty {
                for position in Set([0, data.count / 2, data.count - 1]) {
                    var altered = data
                    altered[position] ^= 0x01
                    try overwrite("\(path)/\(name)", with: altered)
                    let inspection = try Bag.verify(path, expecting: receipt.digest)
                    #expect(inspection.findings.contains { $0.path == name }, "\(name) at \(position)")
                    // Without a digest from elsewhere all but the last newline of the tag manifest is still covered.
                    if !name.hasPrefix("tagmanifest") { #expect(try !Bag.verify(path).isValid) }
                }
                try overwrite("\(path)/\(name)", with: data)
            }
            #expect(try Bag.verify(path, expecting: receipt.digest).isValid)
        }
    }

    @Test("names every file that is missing")
    func missing() throws {
        try withBag { path, receipt in
            for (name, data) in try contents(of: path) {
                try FileManager.default.removeItem(atPath: "\(path)/\(name)")
                let findings = try Bag.verify(path, expecting: receipt.digest).findings
                #expect(
                    findings.contains { $0.path == name && ($0.kind == .missing || $0.kind == .altered) }, "\(name)")
                try data.write(to: URL(fileURLWithPath: "\(path)/\(name)"))
            }
        }
    }

    @Test("names every file that is extra, in the payload and beside it")
    func extra() throws {
        try withBag { path, _ in
            for name in ["data/report/extra.txt", "data/.hidden", "extra.txt", "tags/more.txt"] {
                let file = URL(fileURLWithPath: "\(path)/\(name)")
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data().write(to: file)
                // One more file in the payload contradicts bag-info.txt as well.
                let findings = try Bag.verify(path).findings.filter { $0.path != "bag-info.txt" }
                #expect(findings == [BagFinding(.extra, name, "no manifest lists it")])
                try FileManager.default.removeItem(at: file)
            }
        }
    }

    @Test("does not follow symbolic links and does not wait for pipes")
    func links() throws {
        try withBag { path, _ in
            let file = "\(path)/data/empty.txt"
            try FileManager.default.removeItem(atPath: file)
            try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "/dev/null")
            #expect(
                try Bag.verify(path).findings.contains(BagFinding(.notAFile, "data/empty.txt", "a symbolic link")))
            try FileManager.default.removeItem(atPath: file)
            #expect(mkfifo(file, 0o600) == 0)
            #expect(try Bag.verify(path).findings.contains { $0.kind == .notAFile && $0.path == "data/empty.txt" })
        }
    }

    @Test(
        "refuses manifests that lead out of the package, repeat a path or use another digest",
        arguments: [
            ("data/../../etc/passwd", BagFinding.Kind.unsafePath), ("/etc/passwd", .unsafePath),
            ("data/a\\b", .unsafePath), ("~/x", .unsafePath), ("bagit.txt", .unsafePath), ("data//x", .unsafePath),
            ("data/%2e%2e/x", .missing), ("data/none%0D%0a%25", .missing),
        ])
    func hostilePaths(path: String, kind: BagFinding.Kind) throws {
        try withBag { bag, _ in
            let name = "\(bag)/manifest-sha256.txt"
            var text = try String(contentsOfFile: name, encoding: .utf8)
            text += String(repeating: "0", count: 64) + "  \(path)\n"
            try overwrite(name, with: Data(text.utf8))
            let findings = try Bag.verify(bag).findings
            #expect(findings.contains { $0.kind == kind && ($0.path == "manifest-sha256.txt" || kind == .missing) })
            if path.contains("%0D") { #expect(findings.contains { $0.path == "data/none\r\n%" }) }
        }
    }

    @Test("reads manifests with any line break, upper-case digests and tabs")
    func tolerant() throws {
        try withBag { path, _ in
            let name = "\(path)/manifest-sha256.txt"
            let text = try String(contentsOfFile: name, encoding: .utf8)
            for ending in ["\r\n", "\r"] {
                let other = text.split(separator: "\n").map { line in
                    "\(line.prefix(64).uppercased())\t\(line.dropFirst(66))"
                }.joined(separator: ending)
                try overwrite(name, with: Data(other.utf8))
                // The manifest itself was altered; what it says is still right.
                #expect(
                    try Bag.verify(path).findings
                        == [
                            BagFinding(
                                .altered, "manifest-sha256.txt", "its sha512 is not the one in tagmanifest-sha512.txt")
                        ])
            }
        }
    }

    @Test("says what it cannot check instead of passing it over")
    func unsupported() throws {
        try withBag { path, _ in
            try Data("http://example.lv/x 1 data/x\n".utf8).write(to: URL(fileURLWithPath: "\(path)/fetch.txt"))
            try Data().write(to: URL(fileURLWithPath: "\(path)/manifest-md5.txt"))
            try overwrite(
                "\(path)/bagit.txt", with: Data("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n".utf8))
            let unsupported = try Bag.verify(path).findings.filter { $0.kind == .unsupported }.map(\.path)
            #expect(unsupported == ["bagit.txt", "fetch.txt", "manifest-md5.txt"])
        }
    }

    @Test("notices files and manifests that were rewritten together, given the recorded digest")
    func rewritten() throws {
        let folder = try TemporaryFolder()
        let honest = try Sample.write(to: folder.path + "/a")
        let forged = try Sample.write(to: folder.path + "/b", payload: [PayloadFile("x", text: "forged")])
        #expect(try Bag.verify(forged.path).isValid)
        #expect(
            try Bag.verify(forged.path, expecting: honest.digest).findings.map(\.path) == ["tagmanifest-sha512.txt"])
    }

    @Test("of something that is no package throws or names what is missing")
    func nothing() throws {
        let folder = try TemporaryFolder()
        #expect(throws: ArchiveError.self) { try Bag.verify(folder.path + "/absent") }
        let findings = try Bag.verify(folder.path).findings
        #expect(findings.map(\.path) == ["bagit.txt", "manifest-sha512.txt", "tagmanifest-sha512.txt"])
        #expect(findings.allSatisfy { $0.kind == .missing })
    }
}
