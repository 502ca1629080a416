import Civil

/// Checks the form of a data set: keys, references, shares, overlaps, statuses with numbers, nil returns without a number
/// before. Whether figures are plausible is not asked (`docs/domain.md` §10).
///
/// The types of single values are the reader's matter; here the rows have been read.
package struct DataSetCheck {
    let dataSet: DataSet
    var findings = DataSetFindings()
    let units: Set<String>
    let plans: Set<String>
    let indicators: [String: Indicator]
    let forms: [String: Form]
    let indicatorsOfForm: [String: [String]]

    /// Checks a data set whole and reports all that is wrong with it together.
    package static func check(_ dataSet: DataSet) -> DataSetFindings {
        var check = DataSetCheck(dataSet)
        check.checkUnits()
        check.checkSuccessions()
        check.checkPlans()
        check.checkTargets()
        check.checkForms()
        check.checkContactsAndCalendar()
        check.checkSubmissions()
        check.checkObservations()
        check.checkNilReturns()
        check.checkFigures()
        check.warnOfRegionTargets()
        check.warnOfSubmissionsNotOwed()
        check.findings.sort()
        return check.findings
    }

    private init(_ dataSet: DataSet) {
        self.dataSet = dataSet
        self.units = Set(dataSet.units.map(\.code))
        self.plans = Set(dataSet.plans.map(\.plan))
        self.indicators = Dictionary(dataSet.indicators.map { ($0.indicator, $0) }) { first, _ in first }
        self.forms = Dictionary(dataSet.forms.map { ($0.form, $0) }) { first, _ in first }
        self.indicatorsOfForm = Dictionary(grouping: dataSet.formIndicators, by: \.form)
            .mapValues { $0.map(\.indicator) }
    }

    mutating func fault(_ table: DataTable, _ row: Int, _ column: String?, _ message: String) {
        findings.faults.append(DataFault(table, row: row, column: column, message: message))
    }

    mutating func warn(_ table: DataTable, _ row: Int, _ column: String?, _ message: String) {
        findings.warnings.append(DataFault(table, row: row, column: column, message: message))
    }

    /// Finds rows with the key of an earlier row.
    mutating func checkKeys<Row, Key: Hashable>(
        _ table: DataTable, _ rows: [Row], _ column: String, _ name: String, key: (Row) -> Key
    ) {
        var seen: Set<Key> = Set(minimumCapacity: rows.count)
        for (index, row) in rows.enumerated() where !seen.insert(key(row)).inserted {
            fault(table, index, column, "An earlier row has the same \(name); keep one of the two.")
        }
    }

    mutating func checkUnit(_ code: String, _ table: DataTable, _ row: Int, _ column: String = "unit") {
        if !units.contains(code) {
            fault(table, row, column, "There is no unit \(code) in units.csv; add it or correct the code.")
        }
    }

    mutating func checkPlan(_ code: String, _ table: DataTable, _ row: Int) {
        if !plans.contains(code) {
            fault(table, row, "plan", "There is no plan \(code) in plans.csv; add it or correct the code.")
        }
    }

    mutating func checkIndicator(_ code: String, _ table: DataTable, _ row: Int) {
        if indicators[code] == nil {
            fault(
                table, row, "indicator", "There is no indicator \(code) in indicators.csv; add it or correct the code.")
        }
    }

    mutating func checkForm(_ code: String, _ table: DataTable, _ row: Int) {
        if forms[code] == nil {
            fault(table, row, "form", "There is no form \(code) in forms.csv; add it or correct the code.")
        }
    }

    mutating func checkSpan(_ from: LocalDate, _ to: LocalDate?, _ table: DataTable, _ row: Int) {
        if let to, to <= from {
            fault(
                table, row, "valid_to",
                "The row ends on \(to), not after it begins (\(from)); valid_to is the first day no longer valid.")
        }
    }

    mutating func checkNotEmpty(_ text: String, _ table: DataTable, _ row: Int, _ column: String) {
        if text.isEmpty { fault(table, row, column, "The \(column) is empty; it is required.") }
    }
}

extension Set {
    fileprivate init(minimumCapacity: Int) {
        self.init()
        reserveCapacity(minimumCapacity)
    }
}
