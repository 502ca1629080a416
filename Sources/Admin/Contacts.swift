import ArgumentParser
import Civil
import Domain
import Postgres
import Registry

struct Contacts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists, sets and closes the contacts of units.",
        subcommands: [List.self, SetContact.self, Close.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the contacts that hold on a day, with what mail has found out about them.")

        @Option(help: "Only of this unit.")
        var unit: String?
        @Option(help: "The day (default: today).")
        var date: String?
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await Desk.work { desk in
                let asked = try date.map(parseDate)
                let standings = try await desk.pool.withConnection { connection in
                    let (_, today, _) = try await desk.surroundings(on: &connection)
                    return try await Registry.contactStandings(of: unit, on: asked ?? today, database: &connection)
                }
                if json {
                    print(JSONText.array(standings.map(\.json)).text)
                    return
                }
                var table = Table("UNIT", "ROLE", "ADDRESS", "LANGUAGE", "FROM", "TO", "NOTE")
                for standing in standings {
                    let contact = standing.contact
                    let notes =
                        (standing.hasBounced ? ["not reachable"] : []) + (standing.hasDeclined ? ["no courtesies"] : [])
                    table.add(
                        contact.unit, contact.role.rawValue, contact.email, contact.language.rawValue,
                        contact.validFrom.description, contact.validTo?.description ?? "",
                        notes.joined(separator: ", "))
                }
                print(table.text(empty: "No such contacts."))
            }
        }
    }

    struct SetContact: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set",
            abstract: "Makes an address the contact of a unit for a role from a day on; what held before ends then.")

        @Argument(help: "The unit's code.")
        var unit: String
        @Argument(help: "SUBMITTER, HEAD, EXEC, CHAIR or GENERAL.", transform: parseRole)
        var role: ContactRole
        @Argument(help: "The address.")
        var email: String
        @Option(help: "The language of letters, lv or en.", transform: parseLanguage)
        var language = Language.latvian
        @Option(help: "The first day (default: today).")
        var from: String?
        @Option(help: "Why.")
        var reason: String?

        func run() async throws {
            try await Desk.work { desk in
                let asked = try from.map(parseDate)
                let day = try await desk.pool.transaction { transaction in
                    let (_, today, _) = try await desk.surroundings(on: &transaction)
                    let day = asked ?? today
                    try await Registry.setContact(
                        Contact(unit: unit, role: role, email: email, language: language, validFrom: day),
                        reason: reason, in: &transaction)
                    return day
                }
                print("unit \(unit): \(role.rawValue) is \(email) from \(day)")
            }
        }
    }

    struct Close: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ends the contacts of a unit for a role: from a day on they hold no more.")

        @Argument(help: "The unit's code.")
        var unit: String
        @Argument(help: "SUBMITTER, HEAD, EXEC, CHAIR or GENERAL.", transform: parseRole)
        var role: ContactRole
        @Option(help: "Only this address.")
        var email: String?
        @Option(help: "The first day on which they hold no more (default: today).")
        var on: String?
        @Option(help: "Why.")
        var reason: String?

        func run() async throws {
            try await Desk.work { desk in
                let asked = try on.map(parseDate)
                let day = try await desk.pool.transaction { transaction in
                    let (_, today, _) = try await desk.surroundings(on: &transaction)
                    let day = asked ?? today
                    try await Registry.closeContact(
                        of: unit, role, email: email, on: day, reason: reason, in: &transaction)
                    return day
                }
                print("unit \(unit): no \(role.rawValue) from \(day)")
            }
        }
    }
}

@Sendable private func parseRole(_ text: String) throws -> ContactRole {
    guard let role = ContactRole(rawValue: text.uppercased()) else {
        throw ValidationError(
            "'\(text)' is not a role; roles are \(ContactRole.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    return role
}

@Sendable private func parseLanguage(_ text: String) throws -> Language {
    guard let language = Language(rawValue: text.lowercased()) else {
        throw ValidationError("'\(text)' is not a language of letters; these are lv and en.")
    }
    return language
}

extension Registry.ContactStanding {
    var json: JSONText {
        .object([
            ("unit", JSONText(contact.unit)), ("role", JSONText(contact.role.rawValue)),
            ("email", JSONText(contact.email)), ("language", JSONText(contact.language.rawValue)),
            ("valid_from", JSONText(contact.validFrom)), ("valid_to", contact.validTo.json { JSONText($0) }),
            ("bounced", JSONText(hasBounced)), ("declined", JSONText(hasDeclined)),
        ])
    }
}
