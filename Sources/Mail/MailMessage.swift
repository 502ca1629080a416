package import Civil

/// One message to one recipient, as a value. The same value always gives the same octets.
package struct MailMessage: Hashable, Sendable {
    /// A file that goes with a message.
    package struct Attachment: Hashable, Sendable {
        /// The file's name as the recipient sees it.
        package let fileName: String
        /// The media type, `text/csv; charset=utf-8`.
        package let mediaType: String
        /// The file's octets.
        package let content: [UInt8]

        /// A file of a name, a media type and its octets.
        package init(fileName: String, mediaType: String, content: [UInt8]) {
            self.fileName = fileName
            self.mediaType = mediaType
            self.content = content
        }
    }

    /// Where a recipient asks not to get such messages any more: a mail of this subject to this address (RFC 2369).
    package struct Unsubscribe: Hashable, Sendable {
        /// The address that takes such requests.
        package let address: MailAddress
        /// The subject by which the request is recognised.
        package let subject: String

        /// Requests to an address under a subject.
        package init(address: MailAddress, subject: String) {
            self.address = address
            self.subject = subject
        }
    }

    /// Who writes.
    package let from: MailAddress
    /// The one recipient: one message each, so that a ledger can follow it and nobody sees other addresses.
    package let to: MailAddress
    /// Where answers go, if not to the sender.
    package let replyTo: MailAddress?
    /// The envelope's sender, to which bounces go (see `BounceAddress`); it is not part of the message's octets.
    package let returnPath: MailAddress
    /// The subject.
    package let subject: String
    /// When the message was written.
    package let date: Timestamp
    /// The writer's offset from UTC at that time, in seconds east.
    package let zoneOffset: Int
    /// The message's id without angle brackets, `form.period.unit.step@domain`: the same for each attempt at sending it.
    package let messageID: String
    /// The ids of earlier messages of the same thread, oldest first, without angle brackets.
    package let references: [String]
    /// Whether a program wrote it (RFC 3834), so that vacation answers and Exchange's replies are not sent back.
    package let isAutoSubmitted: Bool
    /// Where a recipient can ask for no more such messages; nil where they are a duty.
    package let unsubscribe: Unsubscribe?
    /// The language of the texts (BCP 47), `lv`.
    package let language: String
    /// The body as plain text; long lines are paragraphs.
    package let text: String
    /// The body as HTML, if any; it must say the same as the text.
    package let html: String?
    /// Files that go with it.
    package let attachments: [Attachment]

    /// A message of its parts; what cannot be sent is refused by `encoded()`.
    package init(
        from: MailAddress, to: MailAddress, replyTo: MailAddress? = nil, returnPath: MailAddress, subject: String,
        date: Timestamp, zoneOffset: Int, messageID: String, references: [String] = [], isAutoSubmitted: Bool = true,
        unsubscribe: Unsubscribe? = nil, language: String = "lv", text: String, html: String? = nil,
        attachments: [Attachment] = []
    ) {
        self.from = from
        self.to = to
        self.replyTo = replyTo
        self.returnPath = returnPath
        self.subject = subject
        self.date = date
        self.zoneOffset = zoneOffset
        self.messageID = messageID
        self.references = references
        self.isAutoSubmitted = isAutoSubmitted
        self.unsubscribe = unsubscribe
        self.language = language
        self.text = text
        self.html = html
        self.attachments = attachments
    }
}
