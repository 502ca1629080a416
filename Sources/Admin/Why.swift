import ArgumentParser
import Postgres
import Queue

struct Why: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Says why a job stands where it does.")

    @Argument(help: "The job's id.")
    var job: Int64
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Desk.work { desk in
            guard let facts = try await desk.pool.withConnection({ try await whyFacts(job: job, on: &$0) }) else {
                throw QueueError(.unknown, "there is no job \(job), or its retention has passed")
            }
            let answers = explain(facts)
            if json {
                print(
                    JSONText.object([
                        ("job_id", JSONText(job)), ("state", JSONText(facts.job.state.rawValue)),
                        (
                            "answers",
                            .array(
                                answers.map {
                                    .object([("code", JSONText($0.code.rawValue)), ("message", JSONText($0.message))])
                                })
                        ),
                    ]).text)
                return
            }
            print("job \(job) (\(facts.job.kind), queue \(facts.job.queue)) is \(facts.job.state.rawValue).")
            for answer in answers { print("  \(answer.message)") }
        }
    }
}
