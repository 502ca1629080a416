import Postgres

/// A file of schedules, as a decoder of YAML or JSON reads it.
///
/// ```yaml
/// owner: monitoring          # optional; otherwise the file's name
/// schedules:
///   nightly-figures:
///     expression: "30 2 * * *"
///     zone: Europe/Riga      # optional; otherwise the configured zone
///     kind: snapshot.compute
///     args: {as_of: "{date}"}
///     policy: all            # latest (default), all or skip
///     catch_up_count: 31     # only with all
///     catch_up_seconds: 2678400
/// ```
///
/// `queue`, `priority` and `unique_key` may stand beside them. A key that is not known is refused, for it is a slip.
package struct ScheduleFile: Sendable {
    /// Who owns the schedules, where the file says so.
    package let owner: String?
    fileprivate let entries: [String: Entry]

    /// The schedules in order of name, with a zone for those that name none.
    package func definitions(zone: String) -> [ScheduleDefinition] {
        entries.sorted { $0.key < $1.key }.map { name, entry in
            ScheduleDefinition(
                name: name, expression: entry.expression, zone: entry.zone ?? zone, kind: entry.kind,
                queue: entry.queue,
                priority: entry.priority, args: entry.args, uniqueKey: entry.uniqueKey, policy: entry.policy)
        }
    }

    fileprivate struct Entry: Sendable {
        let expression: String
        let zone: String?
        let kind: String
        let queue: String?
        let priority: Int?
        let args: JSON
        let uniqueKey: String?
        let policy: CatchUpPolicy
    }
}

extension ScheduleFile: Decodable {
    private enum Key: String, CodingKey, CaseIterable {
        case owner, schedules
    }

    package init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(Key.self)
        let container = try decoder.container(keyedBy: Key.self)
        owner = try container.decodeIfPresent(String.self, forKey: .owner)
        entries = try container.decode([String: Entry].self, forKey: .schedules)
    }
}

extension ScheduleFile.Entry: Decodable {
    private enum Key: String, CodingKey, CaseIterable {
        case expression, zone, kind, queue, priority, args, policy
        case uniqueKey = "unique_key"
        case catchUpCount = "catch_up_count"
        case catchUpSeconds = "catch_up_seconds"
    }

    init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(Key.self)
        let container = try decoder.container(keyedBy: Key.self)
        expression = try container.decode(String.self, forKey: .expression)
        zone = try container.decodeIfPresent(String.self, forKey: .zone)
        kind = try container.decode(String.self, forKey: .kind)
        queue = try container.decodeIfPresent(String.self, forKey: .queue)
        priority = try container.decodeIfPresent(Int.self, forKey: .priority)
        args = JSON(
            try container.decodeIfPresent([String: JSONValue].self, forKey: .args).map(JSONValue.object)?.text() ?? "{}"
        )
        uniqueKey = try container.decodeIfPresent(String.self, forKey: .uniqueKey)
        let count = try container.decodeIfPresent(Int.self, forKey: .catchUpCount)
        let seconds = try container.decodeIfPresent(Int64.self, forKey: .catchUpSeconds)
        let word = try container.decodeIfPresent(String.self, forKey: .policy) ?? "latest"
        guard let policy = CatchUpPolicy(name: word, count: count, seconds: seconds) else {
            throw DecodingError.dataCorruptedError(
                forKey: .policy, in: container,
                debugDescription: "policy \(word) is not known; allowed are latest, all and skip")
        }
        guard word == "all" || (count == nil && seconds == nil) else {
            throw DecodingError.dataCorruptedError(
                forKey: .policy, in: container,
                debugDescription: "catch_up_count and catch_up_seconds are allowed only with policy all, not \(word)")
        }
        self.policy = policy
    }
}

extension CatchUpPolicy {
    /// The policy of a name, with the bounds of `all`; 100 ticks and a week where none are given.
    package init?(name: String, count: Int? = nil, seconds: Int64? = nil) {
        switch name {
        case "latest": self = .latest
        case "all": self = .all(count: count ?? 100, age: .seconds(seconds ?? 604_800))
        case "skip": self = .skip
        default: return nil
        }
    }
}

private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension Decoder {
    /// Throws where the mapping has a key that is none of those known.
    fileprivate func refuseUnknownKeys<Key: CodingKey & CaseIterable>(_ known: Key.Type) throws {
        let names = Key.allCases.map(\.stringValue)
        let container = try container(keyedBy: AnyKey.self)
        if let key = container.allKeys.first(where: { !names.contains($0.stringValue) }) {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: container,
                debugDescription: "\(key.stringValue) is not known; allowed are \(names.joined(separator: ", "))")
        }
    }
}
