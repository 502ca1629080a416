/// Where a revision of a report stands (`docs/domain.md` §11).
package enum ReportStage: String, Hashable, Sendable, CaseIterable {
    /// Asked for, not yet compiled.
    case draft = "DRAFT"
    /// Bound to a snapshot; its content is fixed.
    case computed = "COMPUTED"
    /// Being read by whoever may approve it.
    case inReview = "IN_REVIEW"
    /// Approved by a second person.
    case approved = "APPROVED"
    /// Made public.
    case published = "PUBLISHED"
    /// Packed and stored for good.
    case archived = "ARCHIVED"
    /// Taken back, with a reason; never deleted.
    case withdrawn = "WITHDRAWN"
}

/// What can happen to a revision of a report.
package enum ReportEvent: Hashable, Sendable {
    /// It has been bound to a snapshot.
    case compute
    /// It has been given to whoever may approve it.
    case submitForReview
    /// Someone approves it.
    case approve(by: String)
    /// It has been made public.
    case publish
    /// It has been packed and stored.
    case archive
    /// It is taken back.
    case withdraw(reason: String)

    /// What the event is called in messages.
    package var name: String {
        switch self {
        case .compute: "computed"
        case .submitForReview: "given to review"
        case .approve: "approved"
        case .publish: "published"
        case .archive: "archived"
        case .withdraw: "withdrawn"
        }
    }
}

/// The life of a revision of a report, with those who have acted on it (`docs/domain.md` §11).
package struct ReportLifecycle: Hashable, Sendable {
    /// Where it stands.
    package var stage: ReportStage
    /// Who had it compiled.
    package var compiledBy: String
    /// Who last edited the data that it is made from; nil where nobody did by hand.
    package var dataEditedBy: String?

    /// A revision at a stage.
    package init(stage: ReportStage = .draft, compiledBy: String, dataEditedBy: String? = nil) {
        self.stage = stage
        self.compiledBy = compiledBy
        self.dataEditedBy = dataEditedBy
    }

    /// The stage after an event. From COMPUTED on the content is fixed: other figures are a new revision.
    ///
    /// - Throws: `DomainError`: `illegalTransition` where the event cannot happen at this stage, `ruleNotMet` where the
    ///   approver compiled the report or last edited its data, or a withdrawal has no reason.
    package func after(_ event: ReportEvent) throws(DomainError) -> ReportStage {
        switch (stage, event) {
        case (.draft, .compute): return .computed
        case (.computed, .submitForReview): return .inReview
        case (.inReview, .approve(let approver)):
            guard approver != compiledBy else {
                throw DomainError(.ruleNotMet, "Who compiled a report cannot approve it; a second person has to.")
            }
            guard approver != dataEditedBy else {
                throw DomainError(
                    .ruleNotMet, "Who last edited a report's data cannot approve it; another person has to.")
            }
            return .approved
        case (.approved, .publish): return .published
        // A report for internal use is archived without having been published.
        case (.approved, .archive), (.published, .archive): return .archived
        case (.draft, .withdraw(let reason)), (.computed, .withdraw(let reason)), (.inReview, .withdraw(let reason)),
            (.approved, .withdraw(let reason)), (.published, .withdraw(let reason)):
            guard reason.contains(where: { !$0.isWhitespace }) else {
                throw DomainError(.ruleNotMet, "A report is withdrawn for a reason; give one.")
            }
            return .withdrawn
        default:
            throw DomainError(
                .illegalTransition, "A report that is \(stage.rawValue) cannot be \(event.name).",
                context: ["stage": stage.rawValue, "event": event.name])
        }
    }
}
