import Civil
import Mail

/// A notice as the worker would write it, with every field that a message can have.
func sampleMessage(
    subject: String = "[KPR DI] Dati par 2025. gada 2. pusgadu – iesniegšanas termiņš 16.01.2026.",
    text: String = "Labdien!\n\nLūdzam Talsu novada pašvaldību iesniegt datus.\n", html: String? = nil,
    attachments: [MailMessage.Attachment] = [], references: [String] = []
) throws -> MailMessage {
    MailMessage(
        from: try MailAddress("dati@region.example.lv", name: "Kurzemes plānošanas reģions"),
        to: try MailAddress("socialais@talsi.example.lv"),
        replyTo: try MailAddress("kontakts@region.example.lv", name: "DI plāna \"uzraudzība\""),
        returnPath: try BounceAddress.address(of: "1234", at: MailAddress("bounce@region.example.lv")),
        subject: subject, date: Timestamp(iso: "2026-01-15T07:00:00Z")!, zoneOffset: 7200,
        messageID: "di.2025-h2.0051000.s3.v1.submitter@region.example.lv", references: references,
        unsubscribe: .init(
            address: try MailAddress("kontakts@region.example.lv"), subject: "Atteikšanās no S1"),
        text: text, html: html, attachments: attachments)
}
