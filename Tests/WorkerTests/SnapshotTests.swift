import Domain
import Postgres
import Registry
import TestSupport
import Testing

@testable import Worker

@Suite("Handlers: obligations and snapshots", .database, .serialized)
struct SnapshotTests {
    @Test("a period is opened for those who owe the form, once")
    func generate() async throws {
        let bench = try await Bench.make()
        try await bench.serving {
            let args = #"{"form": "DI-1", "period": "2019-H2"}"#
            let first = try await bench.run("obligations.generate", args)
            #expect(first.state == "completed")
            #expect(first.output?.contains(#""added": 20"#) == true)
            #expect(try await bench.run("obligations.generate", args).output?.contains(#""added": 0"#) == true)
            // The first of a month opens what ended the day before: both forms on New Year's Day.
            let opening = try await bench.run("obligations.generate", #"{"date": "2021-01-01"}"#)
            #expect(opening.output?.contains("2020-H2") == true && opening.output?.contains(#""2020""#) == true)
            let refused = try await bench.run("obligations.generate", #"{"form": "NOPE", "period": "2019-H2"}"#)
            #expect(refused.state == "discarded" && refused.attempt == 1)
            let malformed = try await bench.run("obligations.generate", #"{"form": "DI-1", "period": "2019-H3"}"#)
            #expect(malformed.state == "discarded" && malformed.errors[0].contains("period"))
        }
        await bench.pool.close()
    }

    @Test("the same inputs give the same snapshot, which is written once")
    func snapshotOnce() async throws {
        let bench = try await Bench.make()
        // An import has the figures computed by itself; here they are to be asked for.
        try await bench.pool.execute("delete from rinda.job")
        try await bench.serving {
            let args = #"{"plan": "DI-KURZEME", "period": "2019-H2"}"#
            let first = try await bench.run("snapshot.compute", args)
            #expect(first.state == "completed" && first.output?.contains(#""changed": true"#) == true)
            let second = try await bench.run("snapshot.compute", args)
            #expect(second.output == first.output?.replacing("true", with: "false"))
            let region = try await bench.pool.query(
                """
                select r ->> 'reported', r ->> 'target', r ->> 'attained'
                  from rinda.snapshot s, json_array_elements(s.region::json) r order by r ->> 'indicator'
                """)
            let figures = try region.map { row in
                try (0..<3).map { try row.decode($0, as: String?.self) ?? "-" }.joined(separator: " ")
            }
            #expect(figures.contains("57 350 16.29") && figures.contains("204 288 70.83"))
        }
        await bench.pool.close()
    }

    @Test("without a plan every open question gets a job of its own")
    func fanOut() async throws {
        let bench = try await Bench.make()
        try await bench.serving {
            let round = try await bench.run("snapshot.compute", #"{"as_of": "2020-02-01"}"#)
            #expect(round.state == "completed" && round.output != #"{"enqueued": 0}"#)
            #expect(try await bench.settled())
            let periods = try await bench.pool.query("select distinct period from rinda.snapshot order by period")
                .column(0, as: String.self)
            #expect(periods.contains("2019-H2"))
        }
        await bench.pool.close()
    }

    @Test("after one municipality's correction its part alone is computed and written")
    func oneCorrection() async throws {
        let bench = try await Bench.make()
        try await bench.serving {
            #expect(try await bench.settled())
            let question = Question(plan: "DI-KURZEME", period: Period(code: "2021-H2")!)
            func scan() async throws -> ScannedSnapshot {
                try await Registry.scanSnapshot(question, zone: bench.surroundings.zone, on: bench.pool)
            }
            let before = try await scan()
            #expect(before.parts == 7 && before.written == 0)
            let text =
                "unit,form,period,indicator,value,basis\n"
                + "0007000,DI-1,2021-H2,GRT,18,INCLUDES_PREDECESSORS\n0007000,DI-1,2021-H2,FT,50,INCLUDES_PREDECESSORS\n"
            let report = try await bench.pool.transaction {
                try await Registry.submit(
                    SubmissionFile(Array(text.utf8), reason: "one more"), zone: bench.surroundings.zone, in: &$0)
            }
            #expect(report.answers.map(\.outcome) == [.accepted], "\(report)")
            #expect(try await bench.settled())
            let after = try await bench.pool.query(
                """
                select count(*) filter (where n = 1), count(*) filter (where n = 2) from (
                    select u.part, count(*) as n from rinda.snapshot_unit u join rinda.snapshot s on s.hash = u.snapshot
                     where s.period = '2021-H2' group by u.part) p
                """)[0]
            // Of the seven parts six are shared by both snapshots; the city's stands there twice, each once.
            #expect(try after.decode(0, as: Int64.self) == 2)
            #expect(try after.decode(1, as: Int64.self) == 6)
            #expect(try await scan().written == 0)
        }
        await bench.pool.close()
    }

    @Test("a plan that there is none of is refused once and for all")
    func unknownPlan() async throws {
        let bench = try await Bench.make()
        try await bench.serving {
            let end = try await bench.run("snapshot.compute", #"{"plan": "NOPE", "period": "2019-H2"}"#)
            #expect(end.state == "discarded" && end.attempt == 1)
            #expect(end.errors[0].contains("NOPE"))
        }
        await bench.pool.close()
    }
}
