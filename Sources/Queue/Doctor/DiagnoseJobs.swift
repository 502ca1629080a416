func jobFindings(_ engine: EngineFacts, _ limits: DoctorLimits) -> [Finding] {
    unservedFindings(engine, limits) + pausedFindings(engine.waiting, limits)
        + ageFindings(engine.waiting, limits) + troubleFindings(engine.troubled)
}

private func unservedFindings(_ engine: EngineFacts, _ limits: DoctorLimits) -> [Finding] {
    let unserved = engine.waiting.filter { $0.servedBy == 0 }.sorted { $0.jobs > $1.jobs }
    guard !unserved.isEmpty else {
        return [Finding(.unservedJobs, .ok, "Every waiting job's kind and queue has a live worker.")]
    }
    var findings = unserved.prefix(limits.subjects).map { group in
        let age = group.oldestDue.map { ", the oldest could have run \(Wording.span($0)) ago" } ?? ", none is due yet"
        let reason =
            group.knownBy == 0
            ? "no live worker knows the kind"
            : "\(Wording.count(group.knownBy, "live worker")) \(group.knownBy == 1 ? "knows" : "know") the kind, none serves "
                + "the queue"
        return Finding(
            .unservedJobs, .warning, subject: "kind \(group.kind), queue \(group.queue)",
            "\(Wording.count(group.jobs, "job")) of kind \(group.kind) \(group.jobs == 1 ? "waits" : "wait") in queue "
                + "\(group.queue)\(age): \(reason).",
            advice: engine.workers.live.isEmpty
                ? "No worker is alive: systemctl start rinda-worker"
                : group.knownBy == 0
                    ? "Start a worker of a version that has the kind, or cancel them: rinda jobs list --kind \(group.kind)"
                    : "Add the queue to a worker: RINDA_WORKER_QUEUES=…,\(group.queue):10")
    }
    if unserved.count > limits.subjects {
        let rest = unserved.dropFirst(limits.subjects)
        findings.append(
            Finding(
                .unservedJobs, .warning,
                "\(Wording.count(rest.reduce(0) { $0 + $1.jobs }, "further job")) of \(rest.count) other pairs of kind and "
                    + "queue have no live worker.", advice: "rinda queues list"))
    }
    return findings
}

/// Groups of one queue, in order of name.
private func byQueue(_ waiting: [WaitingJobs]) -> [(queue: String, groups: [WaitingJobs])] {
    Dictionary(grouping: waiting, by: \.queue).map { (queue: $0, groups: $1) }.sorted { $0.queue < $1.queue }
}

private func pausedFindings(_ waiting: [WaitingJobs], _ limits: DoctorLimits) -> [Finding] {
    let paused = byQueue(waiting.filter { $0.pausedAt != nil })
    guard !paused.isEmpty else { return [Finding(.pausedQueues, .ok, "No jobs wait in a paused queue.")] }
    return paused.prefix(limits.subjects).map { queue, groups in
        let jobs = groups.reduce(0) { $0 + $1.jobs }
        let who = groups[0].pausedBy.map { " by \($0)" } ?? ""
        let since = groups[0].pausedAt.map { " since \($0)" } ?? ""
        return Finding(
            .pausedQueues, .warning, subject: "queue \(queue)",
            "Queue \(queue) is paused\(since)\(who), and \(Wording.count(jobs, "job")) \(jobs == 1 ? "waits" : "wait") in it.",
            advice: "rinda queues resume \(queue)")
    }
}

private func ageFindings(_ waiting: [WaitingJobs], _ limits: DoctorLimits) -> [Finding] {
    let oldest: [(queue: String, age: Duration, due: Int64)] = byQueue(waiting.filter { $0.pausedAt == nil })
        .compactMap { queue, groups in
            groups.compactMap(\.oldestDue).max().map { (queue, $0, groups.reduce(0) { $0 + $1.due }) }
        }.sorted { $0.age > $1.age }
    let late = oldest.filter { $0.age >= limits.oldestAvailable.warning }
    guard let worst = oldest.first else { return [Finding(.oldestAvailable, .ok, "No job waits that could run.")] }
    guard !late.isEmpty else {
        return [
            Finding(
                .oldestAvailable, .ok, subject: "queue \(worst.queue)",
                "The oldest job that could run has waited for \(Wording.span(worst.age)), in queue \(worst.queue).")
        ]
    }
    return late.prefix(limits.subjects).map { queue, age, due in
        Finding(
            .oldestAvailable, severity(of: age, limits.oldestAvailable), subject: "queue \(queue)",
            "The oldest of \(Wording.count(due, "job")) that could run in queue \(queue) has waited for \(Wording.span(age)).",
            advice: "Give the queue more handlers (RINDA_WORKER_QUEUES=\(queue):N) or more workers; "
                + "rinda why JOB tells what holds one up.")
    }
}

private func troubleFindings(_ kinds: [TroubledKind]) -> [Finding] {
    let last = kinds.filter { $0.onLastAttempt > 0 }.sorted { $0.onLastAttempt > $1.onLastAttempt }
    let crashers = kinds.filter { $0.crashers > 0 }.sorted { $0.crashers > $1.crashers }
    var findings: [Finding] = last.map { kind in
        Finding(
            .nearDiscard, .warning, subject: "kind \(kind.kind)",
            "\(Wording.count(kind.onLastAttempt, "job")) of kind \(kind.kind) failed before and \(kind.onLastAttempt == 1 ? "has" : "have") "
                + "one attempt left.",
            advice: "See why they fail before they are discarded: rinda jobs list --state retryable --kind \(kind.kind)"
        )
    }
    if last.isEmpty { findings.append(Finding(.nearDiscard, .ok, "No job is on its last attempt after failures.")) }
    findings += crashers.map { kind in
        Finding(
            .crashers, .warning, subject: "kind \(kind.kind)",
            "\(Wording.count(kind.crashers, "job")) of kind \(kind.kind) crashed \(kind.crashers == 1 ? "its" : "their") processes so "
                + "often that \(kind.crashers == 1 ? "it runs" : "they run") alone now.",
            advice:
                "See the worker's log and core dumps (coredumpctl list rinda-worker), and rinda jobs list --kind \(kind.kind)"
        )
    }
    if crashers.isEmpty { findings.append(Finding(.crashers, .ok, "No job is suspected of crashing its processes.")) }
    return findings
}
