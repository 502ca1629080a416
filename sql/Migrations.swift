package import Postgres

/// The schema's numbered migrations, embedded in the binaries from the files in `sql/migrations`.
package enum Migrations {
    /// Every migration in order. A new file needs a line here; a test compares the two.
    package static let all: [Migration] = [
        Migration(file: "0001_foundation.sql", PackageResources._001_foundation_sql),
        Migration(file: "0002_engine.sql", PackageResources._002_engine_sql),
        Migration(file: "0003_schedules.sql", PackageResources._003_schedules_sql),
        Migration(file: "0004_registry.sql", PackageResources._004_registry_sql),
        Migration(file: "0005_monitoring.sql", PackageResources._005_monitoring_sql),
        Migration(file: "0006_kinds.sql", PackageResources._006_kinds_sql),
        Migration(file: "0007_test_clock.sql", PackageResources._007_test_clock_sql),
        Migration(file: "0008_figures.sql", PackageResources._008_figures_sql),
        Migration(file: "0009_intake.sql", PackageResources._009_intake_sql),
        Migration(file: "0010_reminders.sql", PackageResources._010_reminders_sql),
        Migration(file: "0011_parts.sql", PackageResources._011_parts_sql),
    ]
}
