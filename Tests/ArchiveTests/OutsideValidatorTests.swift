import Archive
import Foundation
import Testing

@Suite("The Library of Congress's validator")
struct OutsideValidatorTests {
    /// A Python that has the package `bagit` from PyPI.
    private static let python = ProcessInfo.processInfo.environment["RINDA_BAGIT_PYTHON"]

    private func validate(_ path: String) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Self.python))
        process.arguments = ["-m", "bagit", "--validate", "--quiet", path]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test(
        "takes our packages and refuses them once a byte is flipped",
        .enabled(if: python != nil, "RINDA_BAGIT_PYTHON names no Python with bagit"))
    func validates() throws {
        let folder = try TemporaryFolder()
        // That validator does not decode %25, against RFC 8493: no percent sign in its paths.
        let payload = Sample.payload.filter { !$0.path.contains("%") } + [PayloadFile("ļ/rinda\nrinda.txt", text: "ā")]
        let receipt = try Sample.write(to: folder.path + "/bag", payload: payload)
        #expect(try validate(receipt.path) == 0)
        try overwrite(receipt.path + "/data/provenance/snapshot.json", with: Data([0, 255, 129, 10, 13]))
        #expect(try validate(receipt.path) != 0)
    }
}
