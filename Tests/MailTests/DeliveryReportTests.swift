import Mail
import Testing

@Suite("A delivery status message")
struct DeliveryReportTests {
    private let mailbox: MailAddress

    init() throws {
        mailbox = try MailAddress("di@example.lv")
    }

    /// As Postfix writes it, shortened.
    private func report(
        to: String = "di+n17@example.lv", action: String = "failed", status: String = "5.1.1",
        original: String = "Message-ID: <di-1.2019-h2.0624200.s4.v1.submitter@di.example.lv>\nSubject: x"
    ) -> String {
        """
        Return-Path: <>
        Delivered-To: \(to)
        From: MAILER-DAEMON@mail.example.lv (Mail Delivery System)
        Subject: Undelivered Mail Returned to Sender
        To: \(to)
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status;
        \tboundary="4D1F.1/mail.example.lv"

        This is a MIME-encapsulated message.

        --4D1F.1/mail.example.lv
        Content-Type: text/plain; charset=us-ascii

        Action: delivered is what this text may say.

        --4D1F.1/mail.example.lv
        Content-Description: Delivery report
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mail.example.lv
        Arrival-Date: Thu, 16 Jan 2020 09:00:00 +0200 (EET)

        Final-Recipient: rfc822; dati@example.lv
        Original-Recipient: rfc822;dati@example.lv
        Action: \(action)
        Status: \(status)
        Diagnostic-Code: smtp; 550 5.1.1 <dati@example.lv>: Recipient address rejected:
            User unknown

        --4D1F.1/mail.example.lv
        Content-Type: text/rfc822-headers

        \(original)

        --4D1F.1/mail.example.lv--

        """
    }

    @Test("says which delivery failed, with which code, whichever line breaks it has", arguments: ["\n", "\r\n"])
    func reads(lineBreak: String) throws {
        let text = report().replacing("\n", with: lineBreak)
        let read = try #require(DeliveryReport(Array(text.utf8)))
        #expect(read.delivery(at: mailbox) == "n17")
        #expect(read.messageID == "di-1.2019-h2.0624200.s4.v1.submitter@di.example.lv")
        #expect(
            read.statuses.map(\.action) == [.failed] && read.statuses.map(\.code) == ["5.1.1"]
                && read.statuses.map(\.recipient) == ["dati@example.lv"])
    }

    @Test("that comes to another address is known by the message that it includes")
    func byMessage() throws {
        let read = try #require(DeliveryReport(Array(report(to: "di@example.lv").utf8)))
        #expect(read.delivery(at: mailbox) == nil)
        #expect(read.messageID != nil)
    }

    @Test(
        "of a delay or with a code and words is read as it is",
        arguments: [("delayed", "4.4.1 (no answer)", "4.4.1"), ("Failed", "nonsense", nil)])
    func variants(action: String, status: String, code: String?) throws {
        let read = try #require(DeliveryReport(Array(report(action: action, status: status).utf8)))
        #expect(read.statuses[0].action.rawValue == action.lowercased())
        #expect(read.statuses[0].code == code)
    }

    @Test(
        "is told from everything else: an answer, a read receipt, a torn report, octets",
        arguments: [
            "", "Subject: viss kā iepriekš\n\nLabdien!",
            "Content-Type: multipart/report; boundary=x\n\n--x\n\ntext\n--x--\n",
            "Content-Type: multipart/report\n\nAction: failed\n", "\u{0}\u{1}\n\n\u{FF}",
        ])
    func others(text: String) {
        #expect(DeliveryReport(Array(text.utf8)) == nil)
    }

    @Test("cut off anywhere is read without harm")
    func torn() {
        let octets = Array(report().utf8)
        for length in stride(from: 0, to: octets.count, by: 7) { _ = DeliveryReport(Array(octets.prefix(length))) }
        #expect(DeliveryReport(octets) != nil)
    }
}
