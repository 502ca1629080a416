package import Civil

/// What a contact of a unit is asked or told (`docs/domain.md` §12).
package enum ContactRole: String, Hashable, Sendable, CaseIterable {
    /// Sends the data.
    case submitter = "SUBMITTER"
    /// Heads the social service.
    case head = "HEAD"
    /// Executive director of the municipality.
    case executive = "EXEC"
    /// Chair of the council.
    case chair = "CHAIR"
    /// The municipality's general address.
    case general = "GENERAL"
}

/// The language of letters to a contact.
package enum Language: String, Hashable, Sendable, CaseIterable {
    /// Latvian.
    case latvian = "lv"
    /// English.
    case english = "en"
}

/// One row of `contacts.csv`.
package struct Contact: Hashable, Sendable {
    /// The unit's code.
    package var unit: String
    /// The role of the contact.
    package var role: ContactRole
    /// The mail address.
    package var email: String
    /// The language of letters.
    package var language: Language
    /// The first day on which the contact holds.
    package var validFrom: LocalDate
    /// The first day on which it no longer holds; nil while it is open.
    package var validTo: LocalDate?

    /// A row of `contacts.csv`.
    package init(
        unit: String, role: ContactRole, email: String, language: Language, validFrom: LocalDate,
        validTo: LocalDate? = nil
    ) {
        self.unit = unit
        self.role = role
        self.email = email
        self.language = language
        self.validFrom = validFrom
        self.validTo = validTo
    }
}
