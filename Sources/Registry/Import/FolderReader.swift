import Domain
import Foundation
import Postgres

/// The files of a data set folder, read: their rows staged in temporary tables and as rows of the domain's model.
struct StagedFolder {
    /// The rows of the folder, in the order of each file.
    var dataSet = DataSet()
    /// By table, the line of each row.
    var lines: [DataTable: [Int32]] = [:]
    /// By table, how many rows were staged.
    var counts: [DataTable: Int] = [:]
    var faults = ImportFaults()
    var warnings: [ImportFault] = []

    /// The tables of which there is a file.
    var tables: [DataTable] { DataTable.allCases.filter { counts[$0] != nil } }

    /// The place of a table in the order of the format.
    func place(of table: DataTable) -> Int { DataTable.allCases.firstIndex(of: table)! }
}

/// Reads a data set folder.
struct FolderReader {
    let path: String

    /// Stages every file of the format that the folder has. Other files are left alone; a CSV file with a name that the
    /// format does not know is probably a slip of the hand and gets a warning.
    ///
    /// - Throws: `RegistryError.unusableFolder`, `PostgresError`.
    func stage(in transaction: inout Transaction) async throws -> StagedFolder {
        var staged = StagedFolder()
        let files = try fileNames()
        let tables = DataTable.allCases.filter { files.contains($0.fileName) }
        guard !tables.isEmpty else {
            throw RegistryError(
                .unusableFolder,
                "\(path) holds no file of a data set; it may have \(DataTable.allCases.map(\.fileName).joined(separator: ", "))"
            )
        }
        for file in files.sorted() where file.lowercased().hasSuffix(".csv") && DataTable(fileName: file) == nil {
            staged.warnings.append(
                ImportFault(
                    file: file, line: nil, column: nil,
                    message: "is no file of the data set format and was not read; check its name"))
        }
        for table in tables { try await stage(table, into: &staged, in: &transaction) }
        return staged
    }

    private func fileNames() throws(RegistryError) -> Set<String> {
        do {
            return Set(try FileManager.default.contentsOfDirectory(atPath: path))
        } catch {
            throw RegistryError(
                .unusableFolder, "\(path) cannot be read as a folder; name a folder with the files of a data set",
                cause: error)
        }
    }

    private func stage(
        _ table: DataTable, into staged: inout StagedFolder, in transaction: inout Transaction
    ) async throws {
        let destination = StagedTable(table: table)
        try await transaction.execute(SQL(raw: destination.createSQL))
        let reader = TableReader(table: table, path: "\(path)/\(table.fileName)")
        var rows = RowCollector(dataSet: staged.dataSet)
        var faults = staged.faults
        staged.dataSet = DataSet()
        try await transaction.copyIn(destination.copySQL, answerTimeout: .never) { writer in
            var bytes: [UInt8] = []
            faults = try await reader.read(faults: faults) { fields in
                if rows.take(fields) { destination.append(fields, to: &bytes) }
            } pass: {
                try await writer.write(bytes)
                bytes.removeAll(keepingCapacity: true)
            }
        }
        // The planner knows nothing of a fresh table, and some of them are large.
        try await transaction.execute(SQL(raw: "analyze \(destination.name)"), answerTimeout: .never)
        staged.dataSet = rows.dataSet
        staged.lines[table] = rows.lines
        staged.counts[table] = rows.lines.count
        staged.faults = faults
    }
}

/// Gathers the rows of one file in a data set, with the line of each.
private struct RowCollector {
    var dataSet: DataSet
    private(set) var lines: [Int32] = []

    init(dataSet: DataSet) {
        self.dataSet = dataSet
    }

    /// Takes a record as a row of its table; false where it cannot be read, for which it has got its faults.
    mutating func take(_ fields: RecordFields) -> Bool {
        let isTaken =
            switch fields.table {
            case .units: append(OrgUnit(fields), to: \.units)
            case .successions: append(Succession(fields), to: \.successions)
            case .plans: append(Plan(fields), to: \.plans)
            case .planVersions: append(PlanVersion(fields), to: \.planVersions)
            case .memberships: append(Membership(fields), to: \.memberships)
            case .indicators: append(Indicator(fields), to: \.indicators)
            case .targets: append(Target(fields), to: \.targets)
            case .forms: append(Form(fields), to: \.forms)
            case .formIndicators: append(FormIndicator(fields), to: \.formIndicators)
            case .contacts: append(Contact(fields), to: \.contacts)
            case .calendar: append(CalendarDay(fields), to: \.calendar)
            case .calendarAdoptions: append(CalendarAdoption(fields), to: \.calendarAdoptions)
            case .submissions: append(Submission(fields), to: \.submissions)
            case .observations: append(Observation(fields), to: \.observations)
            case .framework: append(FrameworkEntry(fields), to: \.framework)
            case .adjustments: append(Adjustment(fields), to: \.adjustments)
            case .contradictions: append(Contradiction(fields), to: \.contradictions)
            }
        if isTaken { lines.append(Int32(clamping: fields.record.line)) }
        return isTaken
    }

    private mutating func append<Value>(_ row: Value?, to rows: WritableKeyPath<DataSet, [Value]>) -> Bool {
        guard let row else { return false }
        dataSet[keyPath: rows].append(row)
        return true
    }
}
