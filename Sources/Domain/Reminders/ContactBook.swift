package import Civil

/// The contacts that hold on a day (`docs/domain.md` §12).
package struct ContactBook: Sendable {
    private struct Key: Hashable {
        let unit: String
        let role: ContactRole
    }

    private var contacts: [Key: Contact] = [:]
    private let regions: [String]

    /// The contacts that hold on a day, without addresses that are known not to work. Of several for a role the newest
    /// holds, of equally new ones the first by address.
    package init(
        _ contacts: [Contact], units: [OrgUnit], on day: LocalDate, unreachable: Set<String> = []
    ) {
        for contact in contacts
        where Interval(from: contact.validFrom, to: contact.validTo).contains(day)
            && !unreachable.contains(contact.email)
        {
            let key = Key(unit: contact.unit, role: contact.role)
            if let known = self.contacts[key] {
                if known.validFrom > contact.validFrom { continue }
                if known.validFrom == contact.validFrom, !inCodePointOrder(contact.email, known.email) { continue }
            }
            self.contacts[key] = contact
        }
        regions = Set(
            units.filter { $0.type == .region && Interval(from: $0.validFrom, to: $0.validTo).contains(day) }.map(
                \.code)
        ).sorted(by: inCodePointOrder)
    }

    /// The contact of a unit for an addressee, else its general address; for the region, the general address of the
    /// first unit of type REGION that has one, else another of its contacts. Nil where there is none.
    package func contact(_ addressee: Addressee, of unit: String) -> Contact? {
        if let role = addressee.role {
            return contacts[Key(unit: unit, role: role)] ?? contacts[Key(unit: unit, role: .general)]
        }
        let order: [ContactRole] = [.general, .head, .executive, .chair, .submitter]
        for role in order {
            for region in regions {
                if let contact = contacts[Key(unit: region, role: role)] { return contact }
            }
        }
        return nil
    }
}
