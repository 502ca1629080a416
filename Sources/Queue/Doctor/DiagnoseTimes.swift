func scheduleFindings(_ schedules: ScheduleFacts, _ limits: DoctorLimits) -> [Finding] {
    let isAlive = schedules.silences.contains { $0 < limits.schedulerSilence }
    var findings: [Finding] = []
    if isAlive {
        let alive = schedules.silences.count { $0 < limits.schedulerSilence }
        findings.append(
            Finding(
                .schedulers, .ok,
                "\(Wording.count(Int64(alive), "live scheduler")) for \(Wording.count(schedules.active, "schedule"))."))
    } else if schedules.active == 0 {
        findings.append(Finding(.schedulers, .ok, "No scheduler is alive, and there is no schedule that needs one."))
    } else {
        let last = schedules.silences.first.map { "; the last one was heard \(Wording.span($0)) ago" } ?? ""
        findings.append(
            Finding(
                .schedulers, .warning,
                "No scheduler is alive for \(Wording.count(schedules.active, "schedule"))\(last).",
                advice: "Start one: systemctl start rinda-scheduler"))
    }
    let overdue = schedules.overdue.filter { $0.delay >= limits.scheduleDelay.warning }
    findings += overdue.prefix(limits.subjects).map { schedule in
        Finding(
            .schedulesOverdue, severity(of: schedule.delay, limits.scheduleDelay), subject: "schedule \(schedule.name)",
            "Schedule \(schedule.name) has been due for \(Wording.span(schedule.delay)) and was not evaluated.",
            advice: isAlive
                ? "A scheduler lives but does not get to it: see its log."
                : "Start one: systemctl start rinda-scheduler")
    }
    if overdue.isEmpty { findings.append(Finding(.schedulesOverdue, .ok, "No schedule is overdue.")) }
    findings += schedules.failing.prefix(limits.subjects).map { schedule in
        Finding(
            .schedulesFailing, .warning, subject: "schedule \(schedule.name)",
            "Schedule \(schedule.name) failed \(schedule.failures) times in a row: \(schedule.reason)",
            advice: "Mend it: rinda schedules change \(schedule.name)")
    }
    if schedules.failing.isEmpty { findings.append(Finding(.schedulesFailing, .ok, "No schedule fails.")) }
    return findings
}

func historyFindings(_ history: HistoryFacts, _ limits: DoctorLimits) -> [Finding] {
    let pruning =
        "A live worker or scheduler makes and drops partitions by itself; see its log. At once: select rinda.prune()"
    var findings: [Finding] = []
    if let reason = history.testDatabase {
        findings.append(
            Finding(
                .testDatabase, .critical,
                "The database is marked as one for tests (\(reason)): workers and schedulers refuse it.",
                advice: "delete from rinda.test_clock; delete from rinda.test_database"))
    } else {
        findings.append(Finding(.testDatabase, .ok, "The database is not marked as one for tests."))
    }
    findings.append(
        history.missing.isEmpty
            ? Finding(.partitions, .ok, "The partitions of history for the days to come are there.")
            : Finding(
                .partitions, .warning,
                "\(history.missing.count) partitions of history are missing: "
                    + "\(Wording.list(history.missing, most: limits.subjects)).",
                advice: pruning))
    let stray = history.defaultRows.filter { $0.value > 0 }.sorted { $0.key < $1.key }
    findings += stray.map { table, rows in
        let atLeast = rows >= HistoryFacts.countLimit ? "At least " : ""
        return Finding(
            .defaultPartition, .warning, subject: table,
            "\(atLeast)\(Wording.count(rows, "row")) in the default partition \(table): their day's own was missing.",
            advice: pruning)
    }
    if stray.isEmpty { findings.append(Finding(.defaultPartition, .ok, "The default partitions are empty.")) }
    findings.append(
        history.leftOver.isEmpty
            ? Finding(.pruning, .ok, "No partition of history has outlived its retention.")
            : Finding(
                .pruning, .warning,
                "\(history.leftOver.count) partitions have outlived their retention: "
                    + "\(Wording.list(history.leftOver, most: limits.subjects)).",
                advice: pruning))
    return findings
}
