import Archive
import Civil
import Foundation

/// A folder of its own for a test, removed with the value that holds it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "rinda-bag-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// A report as the worker would pack it.
enum Sample {
    static let date = LocalDate(iso: "2020-01-22")!

    static let info = [
        BagInfoEntry("Source-Organization", "Kurzemes plānošanas reģions"),
        BagInfoEntry("External-Identifier", "di-kurzeme_2019-H2_r1"),
        BagInfoEntry("Access", "internal"),
    ]

    static let payload = [
        PayloadFile("report/parskats_2019-H2_r1.html", text: "<!DOCTYPE html><title>Pārskats</title>\n"),
        PayloadFile("tables/attainment.csv", text: "unit,indicator,actual\n0170000,GRT,13\n"),
        PayloadFile("inputs/ļoti garš nosaukums %41 ar\nrindu.csv", text: "x\n"),
        PayloadFile("empty.txt", text: ""),
        PayloadFile("provenance/snapshot.json", .bytes([0, 255, 128, 10, 13])),
    ]

    static func write(to path: String, payload: [PayloadFile] = payload, info: [BagInfoEntry] = info) throws
        -> Bag.Receipt
    {
        try Bag.write(payload: payload, info: info, baggingDate: date, to: path)
    }
}

/// The files below a folder with their octets, by relative path; folders themselves are left out.
func contents(of folder: String) throws -> [String: Data] {
    var found: [String: Data] = [:]
    for case let path as String in FileManager.default.enumerator(atPath: folder)! {
        let kind = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(path)")[.type] as? FileAttributeType
        if kind == .typeRegular { found[path] = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(path)")) }
    }
    return found
}

/// Replaces a file's octets, also where it is read-only.
func overwrite(_ path: String, with data: Data) throws {
    try FileManager.default.removeItem(atPath: path)
    try data.write(to: URL(fileURLWithPath: path))
}
