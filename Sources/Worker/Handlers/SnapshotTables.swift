import Foundation
import Postgres
import Registry

/// The figures of a stored snapshot as CSV, for people with a spreadsheet. They are read from what is stored and not
/// computed anew: an archived table says what the report said.
struct SnapshotTables {
    /// One row an indicator of the region.
    let region: [UInt8]
    /// One row a unit and indicator.
    let units: [UInt8]
    /// The counts, and the weighted completeness of each indicator.
    let completeness: [UInt8]

    private struct RegionRow: Decodable {
        let indicator: String
        let target, baseline, reported, carried, upper, attained: String?
        let attained_reporting, attained_carried, attained_upper, attained_capped: String?
        let pace: String?
        let status: String
    }

    private struct UnitRow: Decodable {
        struct Carried: Decodable {
            let value: String
            let age: Int
        }

        let unit, indicator: String
        let target, baseline, actual, obs_status, attained, pace: String?
        let status: String
        let carried: Carried?
    }

    private struct Counts: Decodable {
        let expected, reported, on_time: Int
        let weighted: [String: String?]
    }

    init(_ snapshot: StoredSnapshot, parts: [JSON]) throws {
        let decoder = JSONDecoder()
        func read<Value: Decodable>(_ json: JSON) throws -> Value {
            try decoder.decode(Value.self, from: Data(json.text.utf8))
        }
        region = Self.region(try read(snapshot.region))
        units = Self.units(try parts.flatMap { try read($0) as [UnitRow] })
        completeness = Self.completeness(try read(snapshot.completeness))
    }

    private static func region(_ rows: [RegionRow]) -> [UInt8] {
        csv(
            [
                "indicator", "target", "baseline", "reported", "carried", "upper", "attained", "attained_reporting",
                "attained_carried", "attained_upper", "attained_capped", "pace", "status",
            ],
            rows.map {
                [
                    $0.indicator, $0.target, $0.baseline, $0.reported, $0.carried, $0.upper, $0.attained,
                    $0.attained_reporting, $0.attained_carried, $0.attained_upper, $0.attained_capped, $0.pace,
                    $0.status,
                ]
            })
    }

    private static func units(_ rows: [UnitRow]) -> [UInt8] {
        csv(
            [
                "unit", "indicator", "target", "baseline", "actual", "obs_status", "attained", "pace", "status",
                "carried", "carried_age",
            ],
            rows.map {
                [
                    $0.unit, $0.indicator, $0.target, $0.baseline, $0.actual, $0.obs_status, $0.attained, $0.pace,
                    $0.status, $0.carried?.value, $0.carried.map { String($0.age) },
                ]
            })
    }

    private static func completeness(_ counts: Counts) -> [UInt8] {
        let weighted = counts.weighted.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        return csv(
            ["indicator", "expected", "reported", "on_time", "weighted"],
            [["", "\(counts.expected)", "\(counts.reported)", "\(counts.on_time)", nil]]
                + weighted.map { [$0.key, nil, nil, nil, $0.value] })
    }

    private static func csv(_ header: [String], _ rows: [[String?]]) -> [UInt8] {
        var writer = CSVWriter()
        writer.write(header.map { Optional($0) })
        for row in rows { writer.write(row) }
        return writer.bytes
    }
}
