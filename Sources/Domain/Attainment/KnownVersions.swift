import Civil

/// The approved versions of a plan that were known, and which of them gives the targets (`docs/domain.md` §3).
struct KnownVersions {
    let plan: String
    let versions: [PlanVersion]

    init(of plan: String, in dataSet: DataSet, knownOn: LocalDate?) {
        self.plan = plan
        self.versions = dataSet.planVersions.filter { version in
            guard version.plan == plan, let approvedOn = version.approvedOn else { return false }
            return knownOn.map { approvedOn <= $0 } ?? true
        }
    }

    /// The number of the version that gives the targets; nil where none is in force.
    ///
    /// - Parameter reportDay: the local day of known-at, or today.
    func chosen(_ question: Question, reportDay: LocalDate) throws(DomainError) -> Int? {
        switch question.targetBasis {
        case .atPeriodEnd: return inForce(on: question.period.lastDay)
        case .atReportDate: return inForce(on: reportDay)
        case .original: return versions.map(\.version).min()
        case .fixed(let number):
            guard versions.contains(where: { $0.version == number }) else {
                let known = versions.map(\.version).sorted().map(String.init).joined(separator: ", ")
                throw DomainError(
                    .versionNotInForce,
                    "Plan \(plan) has no approved version \(number) at the time asked about; "
                        + "approved and known: \(known.isEmpty ? "none" : known).",
                    context: ["plan": plan, "version": String(number)])
            }
            return number
        }
    }

    private func inForce(on date: LocalDate) -> Int? {
        versions.filter { $0.effectiveFrom <= date }.max { $0.effectiveFrom < $1.effectiveFrom }?.version
    }
}
