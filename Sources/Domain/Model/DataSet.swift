/// All rows of a data set: what an import reads and what the registry holds (`docs/domain.md` §1).
///
/// Plain arrays in the order of their source, so that a fault can name its row.
package struct DataSet: Hashable, Sendable {
    /// Rows of `units.csv`.
    package var units: [OrgUnit] = []
    /// Rows of `successions.csv`.
    package var successions: [Succession] = []
    /// Rows of `plans.csv`.
    package var plans: [Plan] = []
    /// Rows of `plan_versions.csv`.
    package var planVersions: [PlanVersion] = []
    /// Rows of `memberships.csv`.
    package var memberships: [Membership] = []
    /// Rows of `indicators.csv`.
    package var indicators: [Indicator] = []
    /// Rows of `targets.csv`.
    package var targets: [Target] = []
    /// Rows of `forms.csv`.
    package var forms: [Form] = []
    /// Rows of `form_indicators.csv`.
    package var formIndicators: [FormIndicator] = []
    /// Rows of `contacts.csv`.
    package var contacts: [Contact] = []
    /// Rows of `calendar.csv`.
    package var calendar: [CalendarDay] = []
    /// Rows of `calendar_adoptions.csv`.
    package var calendarAdoptions: [CalendarAdoption] = []
    /// Rows of `submissions.csv`.
    package var submissions: [Submission] = []
    /// Rows of `observations.csv`.
    package var observations: [Observation] = []
    /// Rows of `framework.csv`.
    package var framework: [FrameworkEntry] = []
    /// Rows of `adjustments.csv`.
    package var adjustments: [Adjustment] = []
    /// Rows of `contradictions.csv`.
    package var contradictions: [Contradiction] = []

    /// A data set without a row.
    package init() {}
}

/// The tables of a data set; the raw value is the name of the file without `.csv`.
package enum DataTable: String, Hashable, Sendable, CaseIterable {
    /// `units.csv`
    case units
    /// `successions.csv`
    case successions
    /// `plans.csv`
    case plans
    /// `plan_versions.csv`
    case planVersions = "plan_versions"
    /// `memberships.csv`
    case memberships
    /// `indicators.csv`
    case indicators
    /// `targets.csv`
    case targets
    /// `forms.csv`
    case forms
    /// `form_indicators.csv`
    case formIndicators = "form_indicators"
    /// `contacts.csv`
    case contacts
    /// `calendar.csv`
    case calendar
    /// `calendar_adoptions.csv`
    case calendarAdoptions = "calendar_adoptions"
    /// `submissions.csv`
    case submissions
    /// `observations.csv`
    case observations
    /// `framework.csv`
    case framework
    /// `adjustments.csv`
    case adjustments
    /// `contradictions.csv`
    case contradictions
}
