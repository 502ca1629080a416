/// Something to tell a municipality about what it sent (`docs/domain.md` §18). Said in words elsewhere, in its language.
package struct IntakeFinding: Hashable, Sendable {
    /// What follows from a finding.
    package enum Weight: String, Hashable, Sendable, CaseIterable {
        /// The file is not taken: nothing of it is kept.
        case refusal = "REFUSED"
        /// The submission is kept and sent back.
        case fault = "RETURNED"
        /// The submission is accepted, and somebody should look.
        case warning = "WARNING"
    }

    /// The rules, each by the code under which it is told.
    package enum Rule: String, Hashable, Sendable, CaseIterable {
        // MARK: the file

        /// The file is not CSV.
        case notCSV = "FILE_NOT_CSV"
        /// The file has no row.
        case empty = "FILE_EMPTY"
        /// A column that is needed is not there.
        case columnMissing = "COLUMN_MISSING"
        /// A column that nobody knows, or that stands there twice.
        case columnUnknown = "COLUMN_UNKNOWN"
        /// A row has another number of fields than the header.
        case fieldCount = "FIELD_COUNT"
        /// A field cannot be read as what its column holds.
        case malformed = "FIELD_MALFORMED"

        // MARK: what it is about

        /// The file is about several units.
        case severalUnits = "SEVERAL_UNITS"
        /// The file is about another unit than the one that sends it.
        case wrongUnit = "WRONG_UNIT"
        /// There is no such unit.
        case unknownUnit = "UNKNOWN_UNIT"
        /// There is no such form.
        case unknownForm = "UNKNOWN_FORM"
        /// The period is not of the form's rhythm.
        case wrongPeriod = "WRONG_PERIOD"
        /// The period has not ended yet.
        case periodNotEnded = "PERIOD_NOT_ENDED"
        /// The unit does not owe the form for the period.
        case notOwed = "NOT_OWED"
        /// The form does not ask for the indicator.
        case unknownIndicator = "UNKNOWN_INDICATOR"
        /// An indicator has two rows.
        case duplicate = "DUPLICATE_ROW"

        // MARK: single values

        /// A status that carries a number has none.
        case valueMissing = "VALUE_MISSING"
        /// A status that carries no number has one.
        case valueUnwanted = "VALUE_UNWANTED"
        /// A ratio has no denominator.
        case denominatorMissing = "DENOMINATOR_MISSING"
        /// Something that is no ratio has a denominator.
        case denominatorUnwanted = "DENOMINATOR_UNWANTED"
        /// "No change" where there is no number before.
        case nilWithoutPrior = "NIL_WITHOUT_PRIOR"
        /// The reason holds what looks like a personal code.
        case personalCode = "PERSONAL_CODE"

        // MARK: figures

        /// A number below nought.
        case negative = "NEGATIVE"
        /// A cumulative number falls, and no reason is given.
        case decrease = "DECREASE"
        /// A number that includes the predecessors' is lower than what they had reached.
        case belowPredecessors = "BELOW_PREDECESSORS"
        /// What was accepted is changed without a reason.
        case correctionWithoutReason = "CORRECTION_WITHOUT_REASON"

        // MARK: warnings

        /// A cumulative number falls, with a reason.
        case decreaseExplained = "DECREASE_EXPLAINED"
        /// More persons are served than were assessed.
        case servedAboveAssessed = "SERVED_ABOVE_ASSESSED"
        /// An indicator of the form has no row.
        case indicatorLacking = "INDICATOR_LACKING"
        /// It comes after the due date.
        case late = "LATE"

        /// What follows from it.
        package var weight: Weight {
            switch self {
            case .negative, .decrease, .belowPredecessors, .correctionWithoutReason: .fault
            case .decreaseExplained, .servedAboveAssessed, .indicatorLacking, .late: .warning
            default: .refusal
            }
        }
    }

    /// The rule.
    package var rule: Rule
    /// The line of the file; nil where none is concerned.
    package var line: Int?
    /// The column or indicator.
    package var subject: String?
    /// The value found, shortened where it is long.
    package var value: String?
    /// What it is held against.
    package var other: String?
    /// The period or day in question.
    package var when: String?

    /// A finding; what its rule does not speak of is nil.
    package init(
        _ rule: Rule, line: Int? = nil, subject: String? = nil, value: String? = nil, other: String? = nil,
        when: String? = nil
    ) {
        self.rule = rule
        self.line = line
        self.subject = subject
        self.value = value
        self.other = other
        self.when = when
    }
}
