import Postgres
import Registry
import TestSupport
import Testing

/// One thing wrong with the small set, and the beginning of what must be said about it.
struct Slip: Sendable, CustomTestStringConvertible {
    let file: String
    let old: String?
    let new: String
    let place: String

    init(_ file: String, _ old: String?, _ new: String, at place: String) {
        self.file = file
        self.old = old
        self.new = new
        self.place = place
    }

    var testDescription: String { "\(file) \(new)" }
}

@Suite("A faulty folder imports nothing and says what is wrong and where", .suiteDatabase)
struct ImportFaultTests {
    @Test(
        "each class of fault is told with file, line and column",
        arguments: [
            // The file as such.
            Slip("contacts.csv", ",lv,2018", ",\"lv,2018", at: "contacts.csv:2: field 4 begins with a quote"),
            Slip("contacts.csv", ",lv,", ",l\"v,", at: "contacts.csv:2: field 4 has a quote"),
            Slip("contacts.csv", ",lv,", ",\"l\"v,", at: "contacts.csv:2: field 4 goes on"),
            Slip("contacts.csv", ",2018-01-01,", ",2018-01-01", at: "contacts.csv:2: has 5 fields"),
            Slip("contacts.csv", ",2018-01-01,", ",2018-01-01,,", at: "contacts.csv:2: has 7 fields"),
            Slip("contacts.csv", "unit,role", "unit,unit", at: "contacts.csv:1: the column unit stands"),
            Slip("contacts.csv", "language", "tongue", at: "contacts.csv:1: “tongue” is no column"),
            Slip("forms.csv", ",grace_working_days", "", at: "forms.csv:1: the column grace_working_days is missing"),
            // Values.
            Slip(
                "units.csv", "03,C,C,C,C,NOVADS,2019-07-01", "03,C,C,C,C,NOVADS,2019-02-30",
                at: "units.csv:4: valid_from: “2019-02-30”"),
            Slip("units.csv", "03,C,", "03,,", at: "units.csv:4: name: is empty"),
            Slip("units.csv", "04,D", "0 4,D", at: "units.csv:5: code: “0 4”"),
            Slip("units.csv", "CITY", "TOWN", at: "units.csv:5: type: “TOWN”"),
            Slip("targets.csv", "FINAL,12", "FINAL,1e2", at: "targets.csv:5: value: “1e2”"),
            Slip("targets.csv", "FINAL,12", "FINAL,NaN", at: "targets.csv:5: value: “NaN”"),
            Slip("plan_versions.csv", "P,3,", "P,1.5,", at: "plan_versions.csv:4: version: “1.5”"),
            Slip("forms.csv", "10,5,\n", "0,5,\n", at: "forms.csv:2: due_working_days: “0”"),
            Slip("plan_versions.csv", ",,true", ",,yes", at: "plan_versions.csv:4: technical_only: “yes”"),
            Slip("calendar_adoptions.csv", "2018", "18", at: "calendar_adoptions.csv:2: year: “18”"),
            Slip(
                "submissions.csv", "08:00:00Z", "08:00:00", at: "submissions.csv:3: received_at: “2019-01-10T08:00:00”"),
            Slip("submissions.csv", "2018-H2", "2018-H3", at: "submissions.csv:3: period: “2018-H3”"),
            Slip("observations.csv", "A,,2", "Q,,2", at: "observations.csv:3: obs_status: “Q”"),
            Slip("contacts.csv", "dati@example.lv", "dati", at: "contacts.csv:2: email: is no mail address"),
            // References and keys.
            Slip("memberships.csv", "P,04", "P,40", at: "memberships.csv:5: unit: "),
            Slip("targets.csv", "P,3,", "P,4,", at: "targets.csv:5: version: "),
            Slip("form_indicators.csv", nil, "G,X", at: "form_indicators.csv:5: indicator: "),
            Slip("observations.csv", nil, "04,F,2018-H1,2,I,1,A,,", at: "observations.csv:5: version: "),
            Slip("observations.csv", nil, "04,F,2018-H2,1,N,1,A,,", at: "observations.csv:5: indicator: "),
            Slip("plans.csv", nil, "P,Again,2018-01-01,2023-12-31", at: "plans.csv:3: plan: "),
            // Rules over rows.
            Slip("form_indicators.csv", nil, "G,I", at: "form_indicators.csv:5: indicator: "),
            Slip("units.csv", nil, "04,D2,D,D,D,CITY,2015-01-01,", at: "units.csv:7: valid_from: "),
            Slip(
                "plan_versions.csv", "2019-07-16,2019-07-16", "2019-07-16,2018-01-01",
                at: "plan_versions.csv:3: effective_from: "),
            Slip("successions.csv", "0.6", "0.600001", at: "successions.csv:3: share: "),
            Slip("successions.csv", "02,05", "02,04", at: "successions.csv:4: effective_on: "),
            Slip("observations.csv", "I,1,A", "I,,A", at: "observations.csv:2: value: "),
            Slip("observations.csv", "N,,M", "N,4,M", at: "observations.csv:4: value: "),
            Slip("observations.csv", "R,1,A,,2", "R,1,A,,", at: "observations.csv:3: denominator: "),
            Slip("observations.csv", "N,,M", "N,,NIL", at: "observations.csv:4: obs_status: "),
            Slip(
                "submissions.csv", "10:00:00.25+03:00,ACCEPTED,false", "10:00:00.25+03:00,ACCEPTED,true",
                at: "submissions.csv:3: nil: "),
        ])
    func slips(_ slip: Slip) async throws {
        let pool = TestDatabase.current.pool()
        var files = smallSet(slip.file, replacing: slip.old, with: slip.new)
        // A nil return on the first period needs its own numbers gone to have nothing to repeat.
        if slip.place.contains(": nil: ") {
            files["observations.csv"] = files["observations.csv"]!.replacing("04,F,2018-H1,1,I,1,A,,\n", with: "")
        }
        let folder = try ScratchFolder(files)
        let error = await #expect(throws: RegistryError.self) {
            try await importSet(folder, on: pool)
        }
        #expect(error?.code == .faultyDataSet)
        let lines = error?.lines ?? []
        #expect(lines.contains { $0.hasPrefix(slip.place) }, "\(lines)")
        #expect(
            try await pool.value("select (select count(*) from rinda.unit) + (select count(*) from rinda.audit)") == 0)
        await pool.close()
    }

    @Test("all faults are told together, in order, without those that only follow from others")
    func together() async throws {
        let pool = TestDatabase.current.pool()
        var files = smallSet
        files["units.csv"]!.replace("04,D,D,D,D,CITY,2009-07-01", with: "04,D,D,D,D,TOWN,2009-13-01")
        files["successions.csv"]!.replace("0.6", with: "0.5")
        files["observations.csv"]!.replace("I,1,A", with: "I,,A")
        let folder = try ScratchFolder(files)
        let error = await #expect(throws: RegistryError.self) {
            try await importSet(folder, on: pool)
        }
        let places = (error?.lines ?? []).map { $0.split(separator: ": ").prefix(2).joined(separator: ": ") }
        #expect(
            places == [
                "units.csv:5: type", "units.csv:5: valid_from", "successions.csv:3: share", "observations.csv:2: value",
            ])
        #expect(error?.message.hasSuffix("has 4 faults; nothing was imported") == true)
        await pool.close()
    }

    @Test("invalid UTF-8 and an empty file are faults, a missing folder and an empty one are refused")
    func unreadable() async throws {
        let pool = TestDatabase.current.pool()
        let folder = try ScratchFolder(smallSet)
        try folder.write(
            Array("unit,role,email,language,valid_from,valid_to\n04,SUBMITTER,d".utf8) + [0xE2]
                + Array("ti@example.lv,lv,2018-01-01,\n".utf8), to: "contacts.csv")
        try folder.write("", to: "calendar.csv")
        let error = await #expect(throws: RegistryError.self) {
            try await importSet(folder, on: pool)
        }
        #expect(error?.lines.count == 2)
        #expect(error?.lines[0].hasPrefix("contacts.csv:2: email: is not valid UTF-8") == true)
        #expect(error?.lines[1].hasPrefix("calendar.csv:1: is empty") == true)
        let bare = try ScratchFolder(["README.md": ""])
        for path in [folder.path + "/nowhere", bare.path] {
            let refused = await #expect(throws: RegistryError.self) { try await Registry.importFolder(path, on: pool) }
            #expect(refused?.code == .unusableFolder)
        }
        await pool.close()
    }

    @Test("a file that is wrong throughout is told by its first thousand faults and their number")
    func bounded() async throws {
        let pool = TestDatabase.current.pool()
        let rows = (1...1500).map { "U\($0),a\n" }.joined()
        let folder = try ScratchFolder(["calendar_adoptions.csv": "unit,year,adopts_moved_days\n" + rows])
        let error = await #expect(throws: RegistryError.self) {
            try await importSet(folder, on: pool)
        }
        #expect(error?.faults.count == 1000)
        #expect(error?.message.contains("1500 faults") == true)
        await pool.close()
    }
}
