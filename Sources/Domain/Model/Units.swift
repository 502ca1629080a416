package import Civil

/// What an organisation unit is (`docs/domain.md` §2).
package enum UnitType: String, Hashable, Sendable, CaseIterable {
    /// A municipality of the countryside (novads).
    case novads = "NOVADS"
    /// A city with a municipality of its own (valstspilsēta).
    case city = "CITY"
    /// An institution, such as a state social care centre.
    case institution = "INSTITUTION"
    /// The planning region itself; its contacts receive the copies and alerts.
    case region = "REGION"
}

/// One row of `units.csv`: a unit under one name for one stretch of time. Several rows of one code are one unit
/// (`docs/domain.md` §2).
package struct OrgUnit: Hashable, Sendable {
    /// The unit's code; text, since zeros in front are part of it.
    package var code: String
    /// The name in the nominative.
    package var name: String
    /// The name in the genitive; names of places are not inflected by rule.
    package var nameGen: String
    /// The name in the dative.
    package var nameDat: String
    /// The name in the accusative.
    package var nameAcc: String
    /// What it is.
    package var type: UnitType
    /// The first day on which the row holds.
    package var validFrom: LocalDate
    /// The first day on which it no longer holds; nil while it is open.
    package var validTo: LocalDate?

    /// A row of `units.csv`.
    package init(
        code: String, name: String, nameGen: String, nameDat: String, nameAcc: String, type: UnitType,
        validFrom: LocalDate, validTo: LocalDate? = nil
    ) {
        self.code = code
        self.name = name
        self.nameGen = nameGen
        self.nameDat = nameDat
        self.nameAcc = nameAcc
        self.type = type
        self.validFrom = validFrom
        self.validTo = validTo
    }
}

/// One row of `successions.csv`: a unit that ended and who took over which share of it (`docs/domain.md` §2).
package struct Succession: Hashable, Sendable {
    /// The code of the unit that ended.
    package var predecessor: String
    /// The code of the unit that took over.
    package var successor: String
    /// The day on which the predecessor ended and the successor began.
    package var effectiveOn: LocalDate
    /// The share taken over, above 0 and at most 1; a predecessor's shares add up to exactly 1.
    package var share: Rational

    /// A row of `successions.csv`.
    package init(predecessor: String, successor: String, effectiveOn: LocalDate, share: Rational) {
        self.predecessor = predecessor
        self.successor = successor
        self.effectiveOn = effectiveOn
        self.share = share
    }
}
