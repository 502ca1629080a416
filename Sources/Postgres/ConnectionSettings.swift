import CLibPQ
import Glibc

/// How to reach a database and how long to wait for it.
package struct ConnectionSettings: Sendable {
    /// A libpq connection string (`host=… dbname=…`) or URI, with all of libpq's own parameters.
    package var conninfo: String
    /// What `pg_stat_activity.application_name` shows, unless the connection string says otherwise.
    package var applicationName: String
    /// How long a statement may take until its whole answer is there; nil waits for ever. A statement without an answer
    /// is given up and its connection closed at once, whatever TCP says.
    package var answerTimeout: Duration?
    /// Whether statements are prepared under a name on first use in each session. Off by default: a proxy that pools by
    /// transaction loses prepared statements.
    package var preparedStatements: Bool
    /// How long a cancelled statement may take to end before its connection is dropped.
    package var cancelGrace: Duration

    /// Settings for a connection string or URI.
    package init(
        _ conninfo: String, applicationName: String = "rinda", answerTimeout: Duration? = nil,
        preparedStatements: Bool = false, cancelGrace: Duration = .seconds(5)
    ) {
        self.conninfo = conninfo
        self.applicationName = applicationName
        self.answerTimeout = answerTimeout
        self.preparedStatements = preparedStatements
        self.cancelGrace = cancelGrace
    }

    /// libpq's keywords and values in order: what comes before `dbname` can be overridden by the connection string, what
    /// comes after it cannot.
    var parameters: [(keyword: String, value: String)] {
        var parameters: [(String, String)] = []
        // A service's values rank below ours, so with one named, or the environment set, nothing is suggested.
        if getenv("PGSERVICE") == nil, !conninfo.contains("service") {
            if getenv("PGCONNECT_TIMEOUT") == nil { parameters.append(("connect_timeout", "10")) }
            parameters += [("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3")]
        }
        parameters.append(("fallback_application_name", applicationName))
        parameters.append(("dbname", conninfo))
        parameters.append(("client_encoding", "UTF8"))
        return parameters
    }

    /// The value of a keyword in the connection string, if it is there; never ask for the password.
    package func value(of keyword: String) -> String? {
        guard let options = PQconninfoParse(conninfo, nil) else { return nil }
        defer { PQconninfoFree(options) }
        var option = options
        while let name = option.pointee.keyword {
            if String(cString: name) == keyword { return option.pointee.val.map { String(cString: $0) } }
            option += 1
        }
        return nil
    }

    /// The same settings for another database of the same server.
    package func database(_ name: String) -> ConnectionSettings {
        replacing("dbname", with: name)
    }

    /// The same settings with another value for one of libpq's keywords.
    package func replacing(_ keyword: String, with value: String) -> ConnectionSettings {
        var copy = self
        copy.conninfo = Self.conninfo(replacing: keyword, with: value, in: conninfo)
        return copy
    }

    /// A connection string with one keyword's value replaced, in `keyword='value'` form.
    private static func conninfo(replacing keyword: String, with value: String, in conninfo: String) -> String {
        guard let options = PQconninfoParse(conninfo, nil) else { return conninfo }
        defer { PQconninfoFree(options) }
        var pairs: [(String, String)] = []
        var option = options
        while let name = option.pointee.keyword {
            let name = String(cString: name)
            if name != keyword, let value = option.pointee.val { pairs.append((name, String(cString: value))) }
            option += 1
        }
        pairs.append((keyword, value))
        return pairs.map { "\($0.0)=\(quoted($0.1))" }.joined(separator: " ")
    }

    /// A value in single quotes, with quotes and backslashes escaped as libpq reads them.
    private static func quoted(_ value: String) -> String {
        var quoted = "'"
        for character in value.unicodeScalars {
            if character == "'" || character == "\\" { quoted += "\\" }
            quoted.unicodeScalars.append(character)
        }
        return quoted + "'"
    }
}

extension ConnectionSettings: CustomStringConvertible {
    /// Where the database is, without user and password.
    package var description: String {
        ["host", "hostaddr", "port", "dbname"].compactMap { keyword in
            value(of: keyword).map { "\(keyword)=\($0)" }
        }.joined(separator: " ")
    }
}
