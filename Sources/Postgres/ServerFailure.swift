import CLibPQ

extension PostgresError {
    /// The failure that the server reported in a result, or the session's own failure where the result has no SQLSTATE.
    init(result: OpaquePointer, sessionIsLost: Bool) {
        func field(_ code: Character) -> String? {
            guard let text = PQresultErrorField(result, CInt(code.asciiValue!)) else { return nil }
            return String(cString: text)
        }
        let sqlState = field("C")
        let primary = field("M") ?? Self.oneLine(PQresultErrorMessage(result))
        // What a function of ours raises is written to be read; what the server's own input functions say quotes values.
        let isRaised = field("R") == "exec_stmt_raise"
        self.init(
            Storage(
                Storage.Parts(
                    code: sessionIsLost || sqlState == nil ? .connectionLost : .server,
                    message: isRaised ? primary : Self.withoutValues(primary, sqlState: sqlState),
                    sqlState: sqlState,
                    detail: field("D"),
                    hint: field("H"),
                    constraint: field("n"),
                    table: field("t"),
                    column: field("c"),
                    position: field("P").flatMap { Int($0) })))
    }

    /// The failure to open a session, from what libpq says of it.
    init(connectMessage: String) {
        // libpq keeps the SQLSTATE of a refused login to itself, so lasting refusals are told by the server's words;
        // where those are in another language the failure counts as transient and is merely retried.
        let lasting = [
            "authentication failed", "no password supplied", "does not exist", "no pg_hba.conf entry",
            "permission denied", "is not permitted to log in", "invalid connection option", "certificate verify failed",
        ]
        self.init(
            Storage(
                Storage.Parts(
                    code: .connectionFailed,
                    message: connectMessage,
                    isWorthRetrying: !lasting.contains { connectMessage.contains($0) })))
    }

    /// One of libpq's messages, without the line breaks that it ends with.
    static func oneLine(_ message: UnsafePointer<CChar>?) -> String {
        guard let message else { return "no message" }
        let lines = String(cString: message).split(whereSeparator: \.isNewline)
        return lines.map { $0.drop { $0 == " " || $0 == "\t" } }.joined(separator: "; ")
    }

    /// A message of the class "data exception" quotes the offending value (`invalid input syntax for type integer:
    /// "…"`), which may be personal: everything from the first quote to the last is left out.
    static func withoutValues(_ message: String, sqlState: String?) -> String {
        guard sqlState?.hasPrefix("22") == true, let first = message.firstIndex(of: "\""),
            let last = message.lastIndex(of: "\""), first < last
        else { return message }
        return message[...first] + "…" + message[last...]
    }
}
