/// One mailbox: an address that SMTP can carry and, if wished, a name to show.
///
/// The address is checked when it is made, so that a recipient can never carry a command or a header of its own.
package struct MailAddress: Hashable, Sendable {
    /// The name to show, `Kurzemes plānošanas reģions`, or nil.
    package let name: String?
    /// The part before the at sign.
    package let localPart: String
    /// The domain, as given (a name in ASCII; an internationalised one in its `xn--` form).
    package let domain: String

    /// The address without name, `dati@example.lv`.
    package var address: String { "\(localPart)@\(domain)" }

    /// The mailbox of an address (RFC 5321 `Mailbox` with a dot-string, in ASCII) and a name to show.
    ///
    /// - Throws: `MailError` (`invalidAddress`, `forbiddenCharacter`).
    package init(_ address: String, name: String? = nil) throws(MailError) {
        guard let at = address.lastIndex(of: "@") else {
            throw MailError(.invalidAddress, "an address needs an @; write it as name@domain")
        }
        let localPart = String(address[..<at])
        let domain = String(address[address.index(after: at)...])
        guard Self.isDotString(localPart), localPart.utf8.count <= 64 else {
            throw MailError(
                .invalidAddress,
                "the part before the @ must be 1 to 64 ASCII letters, digits or .!#$%&'*+/=?^_`{|}~- without two dots"
                    + " together or a dot at an end")
        }
        guard Self.isDomain(domain) else {
            throw MailError(
                .invalidAddress, "the part after the @ must be a domain name in ASCII (write other letters as xn--)")
        }
        if let name { try HeaderText.refuseControls(in: name, of: "name of an address") }
        self.name = name.flatMap { $0.isEmpty ? nil : $0 }
        self.localPart = localPart
        self.domain = domain
    }

    private static func isDotString(_ text: String) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty && atom.utf8.allSatisfy(HeaderText.isAtomCharacter)
        }
    }

    private static func isDomain(_ text: String) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { HeaderText.isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
        }
    }
}

/// The bounce address of one delivery (VERP): a delivery status message says by its recipient which delivery failed.
package enum BounceAddress {
    /// `bounce+{delivery}@domain` of a mailbox `bounce@domain` and an id of a delivery (letters, digits, `.`, `-`, `_`).
    ///
    /// - Throws: `MailError` (`invalidAddress`) for any other id, or where the part before the @ grows beyond 64 octets.
    package static func address(of delivery: String, at mailbox: MailAddress) throws(MailError) -> MailAddress {
        guard !delivery.isEmpty, delivery.utf8.allSatisfy(isDeliveryCharacter) else {
            throw MailError(.invalidAddress, "a delivery's id may hold ASCII letters, digits, dots, - and _ only")
        }
        return try MailAddress("\(mailbox.localPart)+\(delivery)@\(mailbox.domain)")
    }

    /// The id of the delivery in a bounce address of a mailbox, or nil for another address.
    ///
    /// The mailbox is compared without regard to case, as relays may change it.
    package static func delivery(in address: MailAddress, at mailbox: MailAddress) -> String? {
        guard address.domain.lowercased() == mailbox.domain.lowercased(),
            let plus = address.localPart.dropFirst(mailbox.localPart.count).first, plus == "+",
            address.localPart.prefix(mailbox.localPart.count).lowercased() == mailbox.localPart.lowercased()
        else { return nil }
        let delivery = String(address.localPart.dropFirst(mailbox.localPart.count + 1))
        return !delivery.isEmpty && delivery.utf8.allSatisfy(isDeliveryCharacter) ? delivery : nil
    }

    private static func isDeliveryCharacter(_ byte: UInt8) -> Bool {
        HeaderText.isAlphanumeric(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "_")
    }
}
