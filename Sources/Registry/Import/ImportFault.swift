package import Domain

/// One thing that is wrong in a data set folder: where, what, and what to do.
package struct ImportFault: Error, Hashable, Sendable {
    /// The file's name, `units.csv`, or the folder's where no file is concerned.
    package let file: String
    /// The line on which the record begins, counted from 1; nil where the file as a whole is meant.
    package let line: Int?
    /// The column's name, or nil where the record as a whole is meant.
    package let column: String?
    /// What is wrong, with which value, and what to do.
    package let message: String

    /// A fault in a file of the format.
    package init(file: DataTable, line: Int?, column: Column? = nil, message: String) {
        self.init(file: file.fileName, line: line, column: column?.name, message: message)
    }

    /// A fault at a place given in words.
    package init(file: String, line: Int?, column: String?, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }
}

extension ImportFault: CustomStringConvertible {
    /// `units.csv:12: valid_from: …`
    package var description: String {
        var text = file
        if let line { text += ":\(line)" }
        text += ": "
        if let column { text += "\(column): " }
        return text + message
    }
}

/// The faults of one import, gathered so that they can be told together.
///
/// A file of the wrong kind can be wrong in every line: what is kept is bounded, what is counted is not.
struct ImportFaults: Sendable {
    /// How many faults are kept.
    static let limit = 1000

    private(set) var kept: [ImportFault] = []
    private(set) var count = 0
    /// The files in which something could not be read: rows of other files may refer to what is missing there.
    private(set) var unreadable: Set<DataTable> = []

    var isEmpty: Bool { count == 0 }

    mutating func add(_ fault: ImportFault) {
        count += 1
        if kept.count < Self.limit { kept.append(fault) }
    }

    /// Adds a fault because of which a row could not be read.
    mutating func addUnreadable(_ file: DataTable, line: Int?, column: Column? = nil, _ message: String) {
        unreadable.insert(file)
        add(ImportFault(file: file, line: line, column: column, message: message))
    }
}
