/// Something wrong with a row of a data set, with its place and what to do about it (`docs/domain.md` §10).
package struct DataFault: Hashable, Sendable {
    /// The table of the row.
    package let table: DataTable
    /// The index of the row in the table's array of the `DataSet`.
    package let row: Int
    /// The column as its file's header names it; nil where the whole row is meant.
    package let column: String?
    /// What is wrong, with the value, and what to do; holds no personal data.
    package let message: String

    /// A fault of a row and column.
    package init(_ table: DataTable, row: Int, column: String?, message: String) {
        self.table = table
        self.row = row
        self.column = column
        self.message = message
    }
}

/// What a check of a data set found.
package struct DataSetFindings: Hashable, Sendable {
    /// What makes the data set unusable: nothing of it may be imported. In order of table and row.
    package var faults: [DataFault] = []
    /// What is odd and worth a look, but allowed. In order of table and row.
    package var warnings: [DataFault] = []

    /// Nothing found.
    package init() {}

    mutating func sort() {
        let order = Dictionary(uniqueKeysWithValues: DataTable.allCases.enumerated().map { ($1, $0) })
        func precedes(_ left: DataFault, _ right: DataFault) -> Bool {
            (order[left.table] ?? 0, left.row) < (order[right.table] ?? 0, right.row)
        }
        faults.sort(by: precedes)
        warnings.sort(by: precedes)
    }
}
