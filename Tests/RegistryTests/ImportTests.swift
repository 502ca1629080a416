import Domain
import Foundation
import Postgres
import Registry
import TestSupport
import Testing

@Suite("What an import adds, replaces and never changes", .database)
struct ImportTests {
    @Test("what was written differently but means the same stays, and an export writes it as it came")
    func roundTrip() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await importSet(smallSet, on: pool)
        var other = smallSet
        other["targets.csv"]!.replace("FINAL,10,0.50", with: "FINAL,10.0,0.5")
        other["targets.csv"]!.replace("FINAL,12,", with: "FINAL,12,0")
        other["forms.csv"]!.replace("F,F,HALF_YEAR,10,5,", with: "F,F,HALF_YEAR,10,5,REPORTER")
        other["observations.csv"]!.replace("I,1,A,,", with: "I,1.0,A,OWN_ONLY,")
        other["submissions.csv"]!.replace("2019-01-10T08:00:00Z", with: "2019-01-10 10:00+02")
        let again = try await importSet(other, on: pool)
        #expect(!again.hasChanges, "\(again.files)")

        let exported = try ScratchFolder()
        let report = try await Registry.exportFolder(exported.path, on: pool)
        #expect(report.files.map(\.rows).reduce(0, +) == 42)
        #expect(try exported.read("targets.csv").contains("P,1,I,,2023-12-31,FINAL,10,0.50\r\n"))
        #expect(try exported.read("submissions.csv").contains("2018-07-10T10:00:00.250000+03:00"))
        let fresh = try await TestDatabase.create(migrated: true)
        let copy = fresh.pool()
        _ = try await importSet(exported, on: copy)
        let second = try ScratchFolder()
        try await Registry.exportFolder(second.path, on: copy)
        for table in DataTable.allCases {
            #expect(try exported.read(table.fileName) == second.read(table.fileName))
        }
        await copy.close()
        try await fresh.drop()
        await pool.close()
    }

    @Test("reference data are replaced, each row with its past and present in the audit trail")
    func replacement() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await importSet(smallSet, on: pool)
        let change = try ScratchFolder([
            "contacts.csv":
                "valid_to,valid_from,language,email,role,unit\n,2018-01-01,en,dati@example.lv,SUBMITTER,04\n",
            "indicators.csv": """
            indicator,name,name_en,kind,unit,direction,target_group
            N,Vietas,Places,STOCK,places,UP,
            Z,Z,Z,STOCK,places,UP,

            """,
        ])
        let report = try await importSet(change, on: pool)
        #expect(
            report.files == [
                ImportReport.FileCount(table: .indicators, added: 1, replaced: 1, unchanged: 0),
                ImportReport.FileCount(table: .contacts, added: 0, replaced: 1, unchanged: 0),
            ])
        let rows = try await pool.query(
            """
            select object, before ->> 'name', after ->> 'name', actor = session_user from rinda.audit
             where action = 'import.replace' order by object desc
            """)
        #expect(
            try rows.column(0, as: String.self) == ["indicators:N", "contacts:04/SUBMITTER/dati@example.lv/2018-01-01"])
        #expect(try rows.column(1, as: String?.self) == ["N", nil])
        #expect(try rows.column(2, as: String?.self) == ["Vietas", nil])
        #expect(try rows.column(3, as: Bool.self) == [true, true])
        #expect(try await pool.value("select language from rinda.contact", as: String.self) == "en")
        await pool.close()
    }

    @Test("a rename closes a unit's row and opens the next in one import")
    func rename() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await importSet(smallSet, on: pool)
        let rename = try ScratchFolder([
            "units.csv": """
            code,name,name_gen,name_dat,name_acc,type,valid_from,valid_to
            04,New,N,N,N,CITY,2020-01-01,
            04,D,D,D,D,CITY,2009-07-01,2020-01-01

            """
        ])
        let report = try await importSet(rename, on: pool)
        #expect(report.files == [ImportReport.FileCount(table: .units, added: 1, replaced: 1, unchanged: 0)])
        await pool.close()
    }

    @Test(
        "submissions and approved versions never change",
        arguments: [
            Slip("submissions.csv", "08:00:00Z", "08:00:01Z", at: "submissions.csv:3: this submission is stored"),
            Slip("submissions.csv", "RECEIVED", "ACCEPTED", at: "submissions.csv:4: this submission is stored"),
            Slip("observations.csv", "I,1,A", "I,2,A", at: "observations.csv:2: its submission is stored with another"),
            Slip(
                "observations.csv", nil, "04,F,2018-H2,1,I,2,A,,",
                at: "observations.csv:5: its submission is stored without"),
            Slip(
                "plan_versions.csv", "P,1,v1,2018-01-01", "P,1,v1,", at: "plan_versions.csv:2: this version is approved"
            ),
            Slip("plan_versions.csv", "P,2,v2", "P,2,v2b", at: "plan_versions.csv:3: this version is approved"),
            Slip("targets.csv", "FINAL,10,\n", "FINAL,11,\n", at: "targets.csv:2: an approved version has another"),
            Slip(
                "targets.csv", nil, "P,1,N,04,2023-12-31,FINAL,1,",
                at: "targets.csv:6: this version is approved and its targets"),
        ])
    func permanence(_ slip: Slip) async throws {
        let pool = TestDatabase.current.pool()
        _ = try await importSet(smallSet, on: pool)
        let folder = try ScratchFolder(smallSet(slip.file, replacing: slip.old, with: slip.new))
        let error = await #expect(throws: RegistryError.self) {
            try await importSet(folder, on: pool)
        }
        #expect(error?.lines.count == 1)
        #expect(error?.lines.first?.hasPrefix(slip.place) == true, "\(error?.lines ?? [])")
        #expect(try await pool.value("select count(*) from rinda.audit") == 1)
        await pool.close()
    }

    @Test("a draft may change and be approved, with its targets")
    func drafts() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await importSet(smallSet, on: pool)
        var files = smallSet
        files["plan_versions.csv"]!.replace("P,3,draft,,", with: "P,3,v3,2020-11-27,")
        files["targets.csv"]!.replace("FINAL,12,", with: "FINAL,13,")
        let report = try await importSet(files, on: pool)
        #expect(report.files.filter { $0.replaced == 1 }.map(\.table) == [.planVersions, .targets])
        await pool.close()
    }

    @Test("the database itself refuses what an import would")
    func constraints() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await importSet(smallSet, on: pool)
        for (statement, expected) in [
            ("update rinda.plan_version set title = 'x' where version = 1", "approved_version_is_final"),
            ("delete from rinda.target where version = 1", "approved_version_is_final"),
            (
                "insert into rinda.plan_version values ('P', 9, '', '2020-01-01', '2018-01-01', '', true)",
                "plan_version_approved"
            ),
            ("update rinda.succession set share = 0.5 where predecessor = '01'", "succession_shares_are_one"),
            (
                "insert into rinda.unit_version values ('04', 'x', '', '', '', 'CITY', '2015-01-01', null)",
                "unit_versions_do_not_overlap"
            ),
            (
                "insert into rinda.observation values ((select max(id) from rinda.submission), 'I', null, 'A')",
                "observation_status_says_if_number"
            ),
            ("insert into rinda.unit values ('0 4')", "code_is_a_word"),
        ] {
            let error = await #expect(throws: PostgresError.self) { try await pool.execute(SQL(raw: statement)) }
            #expect(error?.constraint == expected, "\(statement): \(String(describing: error))")
        }
        for statement in [
            "update rinda.submission set nil = true", "delete from rinda.observation",
            "truncate rinda.submission cascade",
        ] {
            let error = await #expect(throws: PostgresError.self) { try await pool.execute(SQL(raw: statement)) }
            #expect(error?.sqlState == "42501")
        }
        await pool.close()
    }

    @Test("files may come one after the other, each resting on what is stored")
    func inParts() async throws {
        let pool = TestDatabase.current.pool()
        for table in DataTable.allCases where table != .observations && table != .submissions {
            // Units and their successions hold each other up, as submissions and their observations do.
            let files = smallSet.filter { $0.key == table.fileName }
            let report = try await importSet(files, on: pool)
            #expect(report.files.map(\.table) == [table])
        }
        let last = smallSet.filter { $0.key == "submissions.csv" || $0.key == "observations.csv" }
        let report = try await importSet(last, on: pool)
        #expect(report.files.map(\.added) == [3, 3])
        #expect(report.recalculations.map(\.question.period.code) == ["2018-H1", "2018-H2"])
        let exported = try ScratchFolder()
        try await Registry.exportFolder(exported.path, on: pool)
        #expect(try exported.read("observations.csv").split(separator: "\r\n").count == 4)
        await pool.close()
    }

    @Test("a submission of a unit that does not owe the form is taken with a warning, an unknown file with another")
    func warnings() async throws {
        let pool = TestDatabase.current.pool()
        var files = smallSet("submissions.csv", with: "05,F,2019-H2,1,2020-01-10T10:00:00+02:00,ACCEPTED,false")
        files["observation.csv"] = "x\n"
        let report = try await importSet(files, on: pool)
        #expect(
            report.warnings.map { $0.description.split(separator: ": ")[0] } == [
                "observation.csv", "submissions.csv:4", "submissions.csv:5",
            ])
        await pool.close()
    }

    @Test("new data of a scope that is being recalculated put another job behind the one that runs")
    func coalescing() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await Registry.importFolder(kurzeme, on: pool)
        let request = SnapshotRequest(
            Question(plan: "DI-KURZEME", period: Period(code: "2019-H2")!), reason: "asked for")
        try await pool.transaction { _ = try await SnapshotRequests.enqueue([request], in: &$0) }
        #expect(try await jobs(pool) == ["available", "available", "available", "available"])
        let args = try await pool.value(
            "select args from rinda.jobs where unique_key = \(request.uniqueKey)", as: JSON.self)
        #expect(try JSONDecoder().decode(SnapshotRequest.self, from: Data(args.text.utf8)) == request)

        // A worker claims it; what it has read may be older than what is enqueued for now.
        try await pool.execute(
            """
            with worker as (
                insert into rinda.worker (name, kinds, queues, version, lease_seconds, lease_until)
                values ('test', '{}', '{}', '', 60, clock_timestamp() + interval '1 minute') returning session)
            insert into rinda.claim (lease, session, claimed_at, ids)
            select nextval('rinda.lease'), session, clock_timestamp(),
                   array(select id from rinda.jobs where unique_key = \(request.uniqueKey)) from worker
            """)
        for _ in 1...2 {
            try await pool.transaction { _ = try await SnapshotRequests.enqueue([request], in: &$0) }
            #expect(try await jobs(pool) == ["available", "available", "available", "available", "running"])
        }
        await pool.close()
    }

    private func jobs(_ pool: Pool) async throws -> [String] {
        try await pool.query("select state from rinda.jobs where kind = 'snapshot.compute' order by state")
            .column(0, as: String.self)
    }
}
