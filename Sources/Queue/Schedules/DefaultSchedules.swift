package import Postgres

extension Schedules {
    /// The owner under which the schedules that come with the system are kept.
    package static let systemSource = "rinda"

    /// The schedules that come with the system.
    ///
    /// A tick enqueues one job; its handler fans out over the forms or plans that the date concerns. Obligations are
    /// opened for every period that was missed, in order; of figures and notices only the latest day's count.
    package static func defaults(zone: String) -> [ScheduleDefinition] {
        [
            ScheduleDefinition(
                name: "obligations.generate", expression: "0 6 1 * *", zone: zone, kind: "obligations.generate",
                args: JSON(#"{"date": "{date}"}"#), uniqueKey: "schedule/{date}",
                policy: .all(count: 60, age: .seconds(5 * 366 * 86_400))),
            ScheduleDefinition(
                name: "snapshot.compute", expression: "30 2 * * *", zone: zone, kind: "snapshot.compute",
                args: JSON(#"{"as_of": "{date}"}"#), uniqueKey: "schedule/{date}"),
            ScheduleDefinition(
                name: "reminders.evaluate", expression: "wd of week at 09:00 on LV", zone: zone,
                kind: "reminders.evaluate", args: JSON(#"{"date": "{date}"}"#), uniqueKey: "{date}"),
            ScheduleDefinition(
                name: "archive.audit", expression: "30 3 1 * *", zone: zone, kind: "archive.audit",
                args: JSON(#"{"month": "{month}"}"#), uniqueKey: "schedule/{month}"),
        ]
    }

    /// Installs the schedules that come with the system, each once in the life of a database: one that was paused,
    /// changed or removed since stays so, and a schedule of the same name that was added by hand is left alone.
    ///
    /// - Returns: the names of those that were added now.
    @discardableResult
    package static func installDefaults(zone: String, in transaction: inout Transaction) async throws -> [String] {
        var installed: [String] = []
        for definition in defaults(zone: zone) {
            // By primary key; whoever inserts the name installs the schedule.
            let isNew = try await transaction.execute(
                "insert into rinda.schedule_default (name) values (\(definition.name)) on conflict do nothing")
            guard isNew == 1 else { continue }
            let taken = try await Schedules.definition(of: definition.name, on: &transaction) != nil
            guard !taken else { continue }
            try await add(
                definition, source: systemSource, reason: "comes with the system", allowUnknownKind: true,
                in: &transaction)
            installed.append(definition.name)
        }
        return installed
    }
}
