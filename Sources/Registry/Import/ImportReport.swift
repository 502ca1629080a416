package import Domain

/// What an import did.
package struct ImportReport: Hashable, Sendable {
    /// What became of the rows of one file.
    package struct FileCount: Hashable, Sendable {
        /// The file.
        package let table: DataTable
        /// Rows that were not there before.
        package let added: Int
        /// Rows that took the place of others under the same key.
        package let replaced: Int
        /// Rows that were there already.
        package let unchanged: Int

        /// The counts of a file.
        package init(table: DataTable, added: Int, replaced: Int, unchanged: Int) {
            self.table = table
            self.added = added
            self.replaced = replaced
            self.unchanged = unchanged
        }
    }

    /// The files of the folder, in the order of the format.
    package var files: [FileCount] = []
    /// What was taken but deserves a look.
    package var warnings: [ImportFault] = []
    /// The recalculations that follow from it: one job for each plan and period.
    package var recalculations: [SnapshotRequest] = []

    /// Whether the import changed anything.
    package var hasChanges: Bool { files.contains { $0.added + $0.replaced > 0 } }
}
