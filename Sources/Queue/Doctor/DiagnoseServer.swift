func horizonFindings(_ holders: [HorizonHolder], _ limits: DoctorLimits) -> [Finding] {
    guard !holders.isEmpty else {
        return [Finding(.horizon, .ok, "Nobody holds back vacuum.")]
    }
    let judged = holders.map { finding(of: $0, limits) }
    // The oldest is always told; of the rest only who matters.
    return [judged[0]] + judged.dropFirst().filter { $0.severity > .ok }.prefix(limits.subjects - 1)
}

private func finding(of holder: HorizonHolder, _ limits: DoctorLimits) -> Finding {
    let severity = severity(of: holder, limits)
    let subject = holder.pid.map { "pid \($0)" } ?? "\(holder.form.rawValue) \(holder.name)"
    var message: String
    switch holder.form {
    case .session: message = "Session \(holder.pid ?? 0) (\(holder.name)"
    case .standby: message = "The standby of pid \(holder.pid ?? 0) (\(holder.name)"
    case .slot:
        message = "Replication slot \(holder.name) (\(holder.pid.map { "read by pid \($0)" } ?? "nobody reads it")"
    case .prepared: message = "Prepared transaction \(holder.name) ("
    }
    var details: [String] = []
    if let user = holder.user { details.append("user \(user)") }
    if let state = holder.state, holder.form != .prepared { details.append(state) }
    if !details.isEmpty { message += (message.hasSuffix("(") ? "" : ", ") + details.joined(separator: ", ") }
    message += ") holds back vacuum: \(Wording.count(holder.age, "transaction")) began since"
    if let open = holder.open { message += ", it has been open for \(Wording.span(open))" }
    message += "."
    if let statement = holder.statement, !statement.isEmpty { message += " Statement: \(statement)" }
    return Finding(.horizon, severity, subject: subject, message, advice: severity == .ok ? nil : advice(for: holder))
}

private func severity(of holder: HorizonHolder, _ limits: DoctorLimits) -> Finding.Severity {
    if holder.form == .slot {
        return holder.pid == nil && holder.age >= limits.slotAge ? .warning : .ok
    }
    guard let open = holder.open else { return holder.age >= limits.slotAge ? .warning : .ok }
    if open >= limits.pinnedForLong { return .critical }
    let isIdle = holder.state?.hasPrefix("idle in transaction") ?? false
    return open >= (isIdle ? limits.idleTransaction : limits.openTransaction) ? .warning : .ok
}

private func advice(for holder: HorizonHolder) -> String {
    switch holder.form {
    case .session:
        "Have its program end the transaction, or end it: select pg_terminate_backend(\(holder.pid ?? 0)). "
            + "Claims stay quick meanwhile, but no dead row goes."
    case .standby: "A query runs long on that standby: end it there, or set hot_standby_feedback = off on it."
    case .slot: "Start its reader, or drop it if nobody needs it: select pg_drop_replication_slot('\(holder.name)')"
    case .prepared: "Finish it: commit prepared '\(holder.name)' or rollback prepared '\(holder.name)'"
    }
}

func serverFindings(_ server: ServerFacts, _ limits: DoctorLimits) -> [Finding] {
    let used = Double(server.connections) / Double(max(1, server.connectionLimit))
    let connections = severity(of: used, limits.connections)
    let notify = severity(of: server.notifyQueueUsage, limits.notifyQueue)
    let age = Double(server.frozenAge) / 2_000_000_000
    let wraparound = severity(of: age, limits.wraparound)
    return [
        Finding(
            .connections, connections,
            "\(server.connections) of \(server.connectionLimit) connections are used (\(Wording.share(used))), "
                + "\(server.idleInTransaction) of them idle in a transaction.",
            advice: connections == .ok
                ? nil
                : "See who holds them (select application_name, state, count(*) from pg_stat_activity group by 1, 2); "
                    + "raise max_connections or put a pooler in front."),
        Finding(
            .notifyQueue, notify, "The notification queue is \(Wording.share(server.notifyQueueUsage)) full.",
            advice: notify == .ok
                ? nil
                : "A listening session stands in a long transaction: find it among those under \"horizon\" and end it. "
                    + "When the queue is full, every commit that notifies fails."),
        Finding(
            .wraparound, wraparound,
            "The oldest row version that is not frozen is \(server.frozenAge) transactions old "
                + "(\(Wording.share(age)) of what there are).",
            advice: wraparound == .ok ? nil : "Have the whole database frozen: vacuum (freeze), as its owner."),
    ]
}
