import Civil
import Domain
import Testing

@Suite("Checks of a data set")
struct CheckTests {
    private func valid() -> SetBuilder {
        var set = SetBuilder()
        set.indicator("I")
        set.indicator("R", .ratio)
        set.units("A", "B", to: "2021-07-01")
        set.units("C", "D", from: "2021-07-01")
        set.succeeds("C", [("A", 1), ("B", number("0.4"))], on: "2021-07-01")
        set.succeeds("D", [("B", number("0.6"))], on: "2021-07-01")
        set.target("I", "A", 10)
        set.target("I", "A", 5, by: "2020-12-31", .milestone)
        set.says("A", "2019-H1", ["I": .n(1), "R": .ratio(1, 2)])
        set.says("A", "2019-H2", isNil: true)
        set.dataSet.contacts = [
            Contact(
                unit: "A", role: .submitter, email: "dati@example.lv", language: .latvian,
                validFrom: day("2018-01-01"))
        ]
        set.dataSet.calendar = [
            CalendarDay(calendar: "LV", date: day("2020-01-01"), kind: .holiday, name: "Jaungada diena")
        ]
        set.dataSet.calendarAdoptions = [CalendarAdoption(unit: "A", year: 2020, adoptsMovedDays: true)]
        return set
    }

    @Test("a sound data set has no fault and no warning")
    func sound() {
        #expect(DataSetCheck.check(valid().dataSet) == DataSetFindings())
    }

    private func places(_ change: (inout DataSet) -> Void) -> [String] {
        var set = valid()
        change(&set.dataSet)
        return DataSetCheck.check(set.dataSet).faults.map { "\($0.table.rawValue):\($0.row):\($0.column ?? "-")" }
    }

    @Test("rows of units: keys, spans, overlaps")
    func units() {
        #expect(places { $0.units.append($0.units[0]) }.first == "units:4:code")
        #expect(
            places {
                $0.units[2].validTo = day("2021-07-01")
            } == ["units:2:valid_to"])
        #expect(
            places {
                var later = $0.units[2]
                later.validFrom = day("2022-01-01")
                $0.units.append(later)
            } == ["units:4:valid_from"])
        #expect(
            places {
                $0.units[2].validTo = day("2022-01-01")
                var later = $0.units[2]
                later.validFrom = day("2022-01-01")
                later.validTo = nil
                $0.units.append(later)
            } == [])
        #expect(places { $0.units[3].name = "" } == ["units:3:name"])
    }

    @Test("successions: shares of exactly 1, ends and beginnings on the day, other codes")
    func successions() {
        #expect(places { $0.successions[2].share = number("0.600001") } == ["successions:1:share"])
        #expect(places { $0.successions[2].share = number("0.5") } == ["successions:1:share"])
        #expect(places { $0.successions[0].share = 0 } == ["successions:0:share", "successions:0:share"])
        #expect(places { $0.units[0].validTo = nil } == ["successions:0:effective_on"])
        #expect(places { $0.units[3].validFrom = day("2021-08-01") } == ["successions:2:effective_on"])
        #expect(places { $0.successions[0].successor = "A" }.contains("successions:0:successor"))
        #expect(places { $0.successions[0].successor = "NOPE" } == ["successions:0:successor"])
        #expect(places { $0.successions.append($0.successions[0]) }.contains("successions:3:predecessor"))
    }

    @Test("plans and targets: one version in force, one target a unit, references")
    func plans() {
        #expect(places { $0.plans.append($0.plans[0]) } == ["plans:1:plan"])
        #expect(places { $0.plans[0].targetDate = day("2018-01-01") } == ["plans:0:target_date"])
        func second(_ version: Int, approved: Bool) -> [String] {
            places {
                var row = $0.planVersions[0]
                row.version = version
                if !approved { row.approvedOn = nil }
                $0.planVersions.append(row)
            }
        }
        #expect(second(2, approved: true) == ["plan_versions:1:effective_from"])
        #expect(second(2, approved: false) == [])
        #expect(second(1, approved: false) == ["plan_versions:1:version"])
        #expect(places { $0.targets[0].version = 7 } == ["targets:0:version"])
        #expect(places { $0.targets[0].plan = "NOPE" } == ["targets:0:plan"])
        #expect(places { $0.targets[0].unit = "NOPE" } == ["targets:0:unit"])
        #expect(places { $0.targets.append($0.targets[0]) } == ["targets:2:target_date"])
        #expect(places { $0.targets[1].kind = .final } == ["targets:1:kind"])
        #expect(places { $0.memberships[0].plan = "NOPE" } == ["memberships:0:plan"])
    }

    @Test("forms: an indicator is on one form, deadlines are counts")
    func forms() {
        #expect(places { $0.forms[0].dueWorkingDays = 0 } == ["forms:0:due_working_days"])
        #expect(places { $0.forms[0].graceWorkingDays = -1 } == ["forms:0:grace_working_days"])
        #expect(
            places {
                $0.forms.append(
                    Form(form: "G", name: "G", recurrence: .year, dueWorkingDays: 1, graceWorkingDays: 0))
                $0.formIndicators.append(FormIndicator(form: "G", indicator: "I"))
            } == ["form_indicators:2:indicator"])
    }

    @Test("contacts and calendars: addresses, keys, units; no message holds an address")
    func contacts() {
        for address in ["dati", "@example.lv", "a@", "a b@example.lv", "a@b@c", "a@b\n"] {
            var set = valid()
            set.dataSet.contacts[0].email = address
            let faults = DataSetCheck.check(set.dataSet).faults
            #expect(faults.map(\.column) == ["email"])
            #expect(faults.allSatisfy { !$0.message.contains(address) })
        }
        #expect(places { $0.calendar.append($0.calendar[0]) } == ["calendar:1:date"])
        #expect(places { $0.calendarAdoptions.append($0.calendarAdoptions[0]) } == ["calendar_adoptions:1:year"])
        #expect(places { $0.calendarAdoptions[0].unit = "NOPE" } == ["calendar_adoptions:0:unit"])
    }

    @Test("observations: a number exactly where the status carries one, a denominator exactly for a ratio")
    func observations() {
        #expect(places { $0.observations[0].value = nil } == ["observations:0:value"])
        #expect(places { $0.observations[0].obsStatus = .lacking }.contains("observations:0:value"))
        #expect(places { $0.observations[1].denominator = nil } == ["observations:1:denominator"])
        #expect(places { $0.observations[0].denominator = 1 } == ["observations:0:denominator"])
        #expect(places { $0.observations[0].version = 9 }.first == "observations:0:version")
        #expect(
            places {
                $0.observations.append($0.observations[0])
            } == ["observations:2:indicator"])
        #expect(places { $0.formIndicators.removeLast() }.contains("observations:1:indicator"))
    }

    @Test("submissions: keys, forms, periods of the form's rhythm")
    func submissions() {
        #expect(places { $0.submissions.append($0.submissions[0]) } == ["submissions:2:version"])
        #expect(places { $0.submissions[1].period = period("2019-Q4") } == ["submissions:1:period"])
        #expect(places { $0.submissions[1].form = "NOPE" } == ["submissions:1:form"])
    }

    @Test("NIL needs a number in an earlier period, the unit's own or a predecessor's before it ended")
    func nilReturns() {
        func nilReturn(_ unit: String, _ code: String) -> [String] {
            var set = valid()
            set.says(unit, code, isNil: true)
            return DataSetCheck.check(set.dataSet).faults.map { "\($0.table.rawValue):\($0.row):\($0.column ?? "-")" }
        }
        #expect(nilReturn("A", "2018-H2") == ["submissions:2:nil"])
        #expect(nilReturn("B", "2020-H1") == ["submissions:2:nil"])
        #expect(nilReturn("C", "2021-H2") == [])
        #expect(nilReturn("D", "2021-H2") == ["submissions:2:nil"])
        var set = valid()
        set.says("B", "2020-H1", ["I": .nothing(.unchanged), "R": .nothing(.notApplicable)])
        let faults = DataSetCheck.check(set.dataSet).faults
        #expect(faults.map(\.column) == ["obs_status"])
        #expect(faults.map(\.row) == [2])
    }

    @Test("a region's target unlike the sum, and a submission that is not owed, are said and allowed")
    func warnings() {
        var set = valid()
        set.target("I", nil, 11)
        set.unit("X", role: .partner)
        set.says("X", "2019-H2", ["I": .n(1)])
        let findings = DataSetCheck.check(set.dataSet)
        #expect(findings.faults == [])
        #expect(findings.warnings.map(\.table) == [.targets, .submissions])
        #expect(findings.warnings.map(\.row) == [2, 2])
    }

    @Test("all faults are reported together, in the order of tables and rows")
    func together() {
        let found = places {
            $0.observations[0].value = nil
            $0.units[3].name = ""
            $0.targets[0].indicator = "NOPE"
        }
        #expect(found == ["units:3:name", "targets:0:indicator", "observations:0:value"])
    }
}
