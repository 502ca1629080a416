package import Domain

/// A column of a data set file.
package struct Column: Sendable, Hashable {
    /// Its place among the file's columns, counted from 0; not its place in a given file, whose order is free.
    package let index: Int
    /// Its name in the header, and in the database.
    package let name: String
    /// What its fields hold.
    let type: FieldType
    /// Whether a file may leave it out, in which case it reads as empty everywhere.
    package let isOptional: Bool
    /// Whether an empty field is the absence of a value; otherwise it is an empty text.
    package let isNullable: Bool

    init(
        _ index: Int, _ name: String, _ type: FieldType, isOptional: Bool = false, isNullable: Bool = false
    ) {
        self.index = index
        self.name = name
        self.type = type
        self.isOptional = isOptional
        self.isNullable = isNullable
    }
}

/// What a field holds, as PostgreSQL types it. The texts of the format are those that PostgreSQL reads.
enum FieldType: String, Sendable, Hashable {
    /// A code or period: text that compares by code point.
    case code = "text collate \"C\""
    case text
    case date
    case decimal = "numeric"
    case integer
    case boolean
    case instant = "timestamptz"
}

extension DataTable {
    /// The file's name in a data set folder.
    package var fileName: String { "\(rawValue).csv" }

    /// The table of a file name, or nil where the format has none of that name.
    package init?(fileName: String) {
        guard fileName.hasSuffix(".csv") else { return nil }
        self.init(rawValue: String(fileName.dropLast(4)))
    }

    /// The columns, in the order in which an export writes them.
    package var columns: [Column] {
        switch self {
        case .units: UnitColumns.all
        case .successions: SuccessionColumns.all
        case .plans: PlanColumns.all
        case .planVersions: PlanVersionColumns.all
        case .memberships: MembershipColumns.all
        case .indicators: IndicatorColumns.all
        case .targets: TargetColumns.all
        case .forms: FormColumns.all
        case .formIndicators: FormIndicatorColumns.all
        case .contacts: ContactColumns.all
        case .calendar: CalendarColumns.all
        case .calendarAdoptions: CalendarAdoptionColumns.all
        case .submissions: SubmissionColumns.all
        case .observations: ObservationColumns.all
        case .framework: FrameworkColumns.all
        case .adjustments: AdjustmentColumns.all
        case .contradictions: ContradictionColumns.all
        }
    }
}
