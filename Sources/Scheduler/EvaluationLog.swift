import Logging
import Queue

/// Tells the log what an evaluation did: each catch-up with its count, each failure with its reason.
enum EvaluationLog {
    static func write(_ evaluation: Evaluation, to logger: Logger) {
        for tick in evaluation.fired {
            let level: Logger.Level = tick.outcome == .caughtUp ? .notice : .info
            logger.log(
                level: level, "\(message(tick.outcome))",
                metadata: ["schedule": "\(tick.schedule)", "tick": "\(tick.tick)", "job.id": "\(tick.job)"])
        }
        for skip in evaluation.skipped {
            logger.notice(
                "passed over ticks that no scheduler was there for",
                metadata: [
                    "schedule": "\(skip.schedule)", "ticks": "\(skip.ticks.count)", "first": "\(skip.ticks.first)",
                    "last": "\(skip.ticks.last)",
                ])
        }
        for failure in evaluation.failures {
            logger.error(
                "a schedule failed and is tried again later",
                metadata: ["schedule": "\(failure.schedule)", "reason": "\(failure.message)"])
        }
    }

    private static func message(_ outcome: FiredTick.Outcome) -> Logger.Message {
        switch outcome {
        case .enqueued: "enqueued the job of a tick"
        case .caughtUp: "enqueued the job of a missed tick"
        case .existing: "left a tick to an unfinished job with its unique key"
        }
    }
}
