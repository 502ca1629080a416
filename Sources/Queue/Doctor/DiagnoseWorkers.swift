func workerFindings(_ engine: EngineFacts, _ limits: DoctorLimits) -> [Finding] {
    liveFindings(engine) + clockFindings(engine.workers.live, limits) + leaseFindings(engine.workers, limits)
}

private func liveFindings(_ engine: EngineFacts) -> [Finding] {
    let live = engine.workers.live
    guard live.isEmpty else {
        let versions = Set(live.map(\.version)).sorted()
        return [
            Finding(
                .workers, .ok,
                "\(Wording.count(Int64(live.count), "live worker")), version \(versions.joined(separator: ", ")).")
        ]
    }
    let due = engine.waiting.filter { $0.pausedAt == nil }.reduce(0) { $0 + $1.due }
    return [
        Finding(
            .workers, due > 0 ? .critical : .warning,
            "No worker is alive" + (due > 0 ? ", and \(Wording.count(due, "job")) could run." : "."),
            advice: "Start one: systemctl start rinda-worker")
    ]
}

private func clockFindings(_ live: [WorkerFacts.Live], _ limits: DoctorLimits) -> [Finding] {
    let off = live.filter { abs($0.clockOffset) >= limits.clockOffset }
    let worst = live.max { abs($0.clockOffset) < abs($1.clockOffset) }
    guard let worst else { return [Finding(.clockOffset, .ok, "No live worker whose clock could be off.")] }
    guard !off.isEmpty else {
        return [
            Finding(
                .clockOffset, .ok,
                "The clocks of \(Wording.count(Int64(live.count), "worker")) are at most \(Wording.span(abs(worst.clockOffset)))"
                    + " off the database's.")
        ]
    }
    return off.prefix(limits.subjects).map { worker in
        Finding(
            .clockOffset, .warning, subject: worker.name,
            "The clock of \(worker.name) is \(Wording.span(abs(worker.clockOffset))) "
                + "\(worker.clockOffset > .zero ? "ahead of" : "behind") the database's.",
            advice:
                "Its jobs run all the same, but its log lines are misdated: switch on time synchronisation on that host "
                + "(timedatectl set-ntp true).")
    }
}

private func abs(_ duration: Duration) -> Duration { duration < .zero ? .zero - duration : duration }

private func leaseFindings(_ workers: WorkerFacts, _ limits: DoctorLimits) -> [Finding] {
    guard !workers.expired.isEmpty else {
        return [Finding(.expiredLeases, .ok, "No job runs past its lease.")]
    }
    return workers.expired.prefix(limits.subjects).map { worker in
        let isLate = worker.past > limits.rescue
        return Finding(
            .expiredLeases, isLate ? .critical : .warning, subject: worker.name,
            "\(Wording.count(worker.jobs, "job")) of \(worker.name) \(worker.jobs == 1 ? "runs" : "run") past "
                + "\(worker.jobs == 1 ? "its" : "their") lease, which ended \(Wording.span(worker.past)) ago "
                + "(\(worker.leaseUntil)).",
            advice: isLate
                ? "Nobody rescues: start rinda-worker or rinda-scheduler, and see its log for rescues that fail."
                : "Any live worker or scheduler rescues within \(Wording.span(limits.rescue)).")
    }
}
