/// The statements that a session has prepared, by text and types of the parameters.
struct PreparedStatements {
    private struct Key: Hashable {
        let text: String
        let types: [UInt32]
    }

    /// A session keeps no more than this; later statements run unprepared. A program's statements are a fixed set, so
    /// only texts built at run time could ever reach the limit.
    private static let capacity = 256

    private var names: [Key: String] = [:]
    private var lastNumber = 0

    /// The name of a statement that has been prepared.
    func name(of sql: SQL) -> String? {
        names[Key(text: sql.text, types: sql.binds.types)]
    }

    /// A name for a statement about to be prepared; nil where the session keeps enough.
    mutating func newName() -> String? {
        guard names.count < Self.capacity else { return nil }
        lastNumber += 1
        return "s\(lastNumber)"
    }

    /// Keeps a statement's name once the server has prepared it.
    mutating func keep(_ sql: SQL, as name: String) {
        names[Key(text: sql.text, types: sql.binds.types)] = name
    }

    /// Forgets a statement whose plan the server no longer has or no longer accepts.
    mutating func forget(_ sql: SQL) {
        names[Key(text: sql.text, types: sql.binds.types)] = nil
    }
}
