import Civil
import FoundationEssentials
import Postgres
import TestSupport

@testable import Queue

extension ScheduleFixture {
    /// A schedule of the kind `diagnostic` in Riga.
    static func schedule(
        _ name: String, _ expression: String, args: String = #"{"at": "{tick}"}"#, uniqueKey: String? = nil,
        policy: CatchUpPolicy = .latest
    ) -> ScheduleDefinition {
        ScheduleDefinition(
            name: name, expression: expression, zone: "Europe/Riga", kind: "diagnostic", args: JSON(args),
            uniqueKey: uniqueKey, policy: policy)
    }

    /// Adds schedules to a test's database as if they had been decided up to an instant.
    static func add(
        _ definitions: [ScheduleDefinition], decidedUntil instant: String? = nil, on connection: inout Connection
    ) async throws {
        for definition in definitions {
            try await connection.transaction { try await Schedules.add(definition, in: &$0) }
            if let instant {
                try await connection.execute(
                    """
                    update rinda.schedule
                       set decided_until = \(Timestamp(iso: instant)), evaluate_at = \(Timestamp(iso: instant))
                     where name = \(definition.name)
                    """)
            }
        }
    }

    /// Every tick as `schedule outcome tick`, in order.
    static func ticks(on connection: inout Connection) async throws -> [String] {
        try await connection.query(
            """
            select schedule || ' ' || outcome || ' ' || to_char(tick at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
              from rinda.tick order by schedule, tick
            """
        ).column(0, as: String.self)
    }
}

extension JSONValue {
    /// The value that an encodable value is written as.
    init(encoding value: some Encodable) throws {
        self = try JSONDecoder().decode(JSONValue.self, from: try JSONEncoder().encode(value))
    }
}
