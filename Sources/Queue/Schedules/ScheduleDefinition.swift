import Civil
package import Postgres

/// What a person decides about a schedule: when, and which job.
package struct ScheduleDefinition: Hashable, Sendable {
    /// The name, by which people and ticks know it: `^[a-z][a-z0-9_.-]{0,127}$`.
    package var name: String
    /// When it fires; see ``ScheduleExpression``.
    package var expression: String
    /// The IANA name of the zone whose wall clock it follows.
    package var zone: String
    /// The kind of the jobs that it enqueues.
    package var kind: String
    /// Their queue, or nil for the kind's own.
    package var queue: String?
    /// Their priority, smaller first, or nil for the kind's own.
    package var priority: Int?
    /// Their args, a JSON object whose strings may hold placeholders; see ``TickTemplate``.
    package var args: JSON
    /// Their unique key, which may hold placeholders, or nil for none.
    package var uniqueKey: String?
    /// What becomes of ticks that no scheduler was there for.
    package var policy: CatchUpPolicy

    /// A schedule that makes up for the latest missed tick, unless said otherwise.
    package init(
        name: String, expression: String, zone: String, kind: String, queue: String? = nil, priority: Int? = nil,
        args: JSON = JSON("{}"), uniqueKey: String? = nil, policy: CatchUpPolicy = .latest
    ) {
        self.name = name
        self.expression = expression
        self.zone = zone
        self.kind = kind
        self.queue = queue
        self.priority = priority
        self.args = args
        self.uniqueKey = uniqueKey
        self.policy = policy
    }

    /// The bounds as they are stored; a policy that has none keeps the defaults of the table.
    var bounds: (count: Int, seconds: Int64) {
        if case .all(let count, let age) = policy { (count, age.components.seconds) } else { (100, 604_800) }
    }

    /// Checks everything that needs no database.
    ///
    /// - Returns: the parsed expression.
    /// - Throws: ``ScheduleError`` naming the part that is not allowed.
    @discardableResult
    func parsed() throws(ScheduleError) -> ScheduleExpression {
        try Self.check("the name of a schedule", name)
        try Self.check("kind", kind)
        if let queue { try Self.check("queue", queue) }
        if let priority, !(-32_768...32_767).contains(priority) {
            throw ScheduleError(.invalidDefinition, "priority \(priority) is out of range; allowed are -32768 to 32767")
        }
        _ = try TickTemplate(args.text)
        if let uniqueKey { _ = try TickTemplate(uniqueKey) }
        let (count, seconds) = bounds
        guard (1...10_000).contains(count), (1...316_224_000).contains(seconds) else {
            throw ScheduleError(
                .invalidDefinition,
                "catching up on \(count) ticks of \(seconds) seconds is out of bounds; allowed are 1-10000 ticks "
                    + "and an age of 1 second to 10 years")
        }
        return try ScheduleExpression(parsing: expression)
    }

    private static func check(_ what: String, _ name: String) throws(ScheduleError) {
        let rest = name.utf8.dropFirst()
        let isName =
            name.utf8.first.map { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 } == true && rest.count <= 127
            && rest.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
                    UInt8(ascii: "."), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        guard isName else {
            throw ScheduleError(
                .invalidDefinition,
                "\(what) \"\(name.prefix(200))\" is not well-formed; allowed are a small letter and up to 127 small "
                    + "letters, digits, dots, underscores and hyphens")
        }
    }
}
