/// The identity of a reminder as mail: the same for every attempt to send it, so that a copy sent twice is seen as one
/// (`docs/domain.md` §12, RFC 5322 §3.6.4).
package enum MessageID {
    /// The Message-ID, without angle brackets, of a step of an obligation for an addressee:
    /// `{form}.{period}.{unit}.{step}.v{due version}.{role}@{domain}`, in lower case.
    package static func of(
        _ obligation: Obligation, _ step: ReminderStep, dueVersion: Int, _ addressee: Addressee, domain: String
    ) -> String {
        let parts = [
            atom(obligation.form), obligation.period.code, atom(obligation.unit), step.rawValue, "v\(dueVersion)",
            addressee.rawValue,
        ]
        return "\(parts.joined(separator: "."))@\(domain)".lowercased()
    }

    /// A code as part of a Message-ID: what may not stand there is written as its bytes, so that two codes never meet.
    private static func atom(_ code: String) -> String {
        let allowed = Set("!#$%&'*+-/?^_`{|}~".utf8)
        var text = ""
        for byte in code.utf8 {
            let isLetter = (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
            let isDigit = byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
            if isLetter || isDigit || allowed.contains(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16)
                text += "=" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return text
    }
}
