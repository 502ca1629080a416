import Foundation

/// The programs under test, as built beside the tests.
enum Programs {
    /// The path of a program: in `RINDA_BIN_DIR`, or in the build folder from which the tests were loaded.
    static func path(of name: String) throws -> String {
        let path = "\(try folder())/\(name)"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw NotFound(description: "\(path) is not there: build it, or set RINDA_BIN_DIR")
        }
        return path
    }

    private static func folder() throws -> String {
        if let folder = ProcessInfo.processInfo.environment["RINDA_BIN_DIR"], !folder.isEmpty { return folder }
        // The bundle with the tests is mapped into this process, whichever program runs it.
        let maps = try String(contentsOfFile: "/proc/self/maps", encoding: .utf8)
        for line in maps.split(separator: "\n") where line.hasSuffix(".xctest") {
            guard let slash = line.firstIndex(of: "/"), let last = line.lastIndex(of: "/") else { continue }
            return String(line[slash..<last])
        }
        throw NotFound(description: "the folder of the tests is unknown: set RINDA_BIN_DIR")
    }

    struct NotFound: Error, CustomStringConvertible {
        let description: String
    }
}
