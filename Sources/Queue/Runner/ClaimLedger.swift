/// Finds claims that the database holds for this process and of which it knows nothing: their answers were lost on the
/// way. Their jobs would be `running` for as long as the process lives.
///
/// A lease that a heartbeat reports and that nobody here knows may belong to a claim whose answer is still on its way;
/// it is an orphan once every claim that had begun by then has ended and it is still unknown.
struct ClaimLedger {
    private var begun = 0
    private var ended = 0
    private var suspects: [Int64: Int] = [:]

    /// A claim is about to be sent.
    mutating func begin() { begun += 1 }

    /// A claim has been answered and its jobs counted, or it has failed.
    mutating func end() { ended += 1 }

    /// Takes what a heartbeat reported and answers the leases that are orphans.
    ///
    /// - Parameters:
    ///   - reported: the leases that the database holds for the session.
    ///   - known: the leases that the process knows, asked for after the answer came.
    mutating func orphans(reported: Set<Int64>, known: Set<Int64>) -> [Int64] {
        let unknown = reported.subtracting(known)
        suspects = suspects.filter { unknown.contains($0.key) }
        var orphans: [Int64] = []
        for lease in unknown {
            if let seen = suspects[lease] {
                if ended >= seen { orphans.append(lease) }
            } else {
                suspects[lease] = begun
            }
        }
        for lease in orphans { suspects[lease] = nil }
        return orphans.sorted()
    }
}
