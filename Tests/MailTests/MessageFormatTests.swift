import Civil
import Foundation
import Mail
import Testing

/// What Python's `email` package saw in a message.
private struct Parsed: Decodable {
    struct Part: Decodable {
        let type: String
        let charset: String?
        let format: String?
        let encoding: String
        let file: String?
        let disposition: String?
        let content: String
    }

    let headers: [[String]]
    let from: [[String]]
    let to: [[String]]
    let date: String
    let tree: [String]
    let parts: [Part]
    let defects: [String]
    let longest: Int
    let bare: Int

    func header(_ name: String) -> String? { headers.first { $0[0] == name }?[1] }
}

@Suite("A message's octets")
struct MessageFormatTests {
    private func parse(_ message: MailMessage) async throws -> Parsed {
        let json = try await run(
            PythonScripts.interpreter, ["-c", PythonScripts.reader], input: try message.encoded())
        return try JSONDecoder().decode(Parsed.self, from: Data(json.utf8))
    }

    @Test("are read back field by field by Python's email package")
    func roundTrip() async throws {
        let csv = "vienība;rādītājs\r\nTalsu novads;GRT\r\n"
        let html = "<!DOCTYPE html>\n<html lang=\"lv\"><body><p>Līdz 2026. gada 16. janvārim</p></body></html>\n"
        let parsed = try await parse(
            sampleMessage(
                html: html,
                attachments: [
                    .init(
                        fileName: "di_0051000_2025-H2_v1.csv", mediaType: "text/csv; charset=utf-8",
                        content: Array(csv.utf8)),
                    .init(
                        fileName: "pielikums “ļ”.csv", mediaType: "text/csv; charset=utf-8", content: Array("ā".utf8)),
                ],
                references: ["di.2025-h2.0051000.s1.v1.submitter@region.example.lv"]))
        #expect(parsed.defects == [])
        #expect(parsed.bare == 0)
        // One address with its subject cannot be folded; everything else keeps to the 78 that RFC 5322 recommends.
        #expect(parsed.longest <= 93)
        #expect(
            parsed.header("Subject") == "[KPR DI] Dati par 2025. gada 2. pusgadu – iesniegšanas termiņš 16.01.2026.")
        #expect(parsed.from == [["Kurzemes plānošanas reģions", "dati@region.example.lv"]])
        #expect(parsed.to == [["", "socialais@talsi.example.lv"]])
        #expect(parsed.header("Reply-To") == #""DI plāna \"uzraudzība\"" <kontakts@region.example.lv>"#)
        #expect(parsed.date == "2026-01-15T09:00:00+02:00")
        #expect(parsed.header("Message-ID") == "<di.2025-h2.0051000.s3.v1.submitter@region.example.lv>")
        #expect(parsed.header("In-Reply-To") == "<di.2025-h2.0051000.s1.v1.submitter@region.example.lv>")
        #expect(parsed.header("References") == "<di.2025-h2.0051000.s1.v1.submitter@region.example.lv>")
        #expect(parsed.header("Auto-Submitted") == "auto-generated")
        #expect(parsed.header("X-Auto-Response-Suppress") == "All")
        #expect(
            parsed.header("List-Unsubscribe")
                == "<mailto:kontakts@region.example.lv?subject=Atteik%C5%A1an%C4%81s%20no%20S1>")
        #expect(parsed.header("Content-Language") == "lv")
        #expect(parsed.header("Return-Path") == nil)
        #expect(
            parsed.tree == [
                "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/csv", "text/csv",
            ])
        #expect(parsed.parts[0].content == "Labdien!\n\nLūdzam Talsu novada pašvaldību iesniegt datus.\n")
        #expect(parsed.parts[0].format == "flowed")
        #expect(parsed.parts.allSatisfy { $0.charset == "utf-8" })
        #expect(parsed.parts[1].content == html)
        #expect(parsed.parts[2].content == csv)
        #expect(parsed.parts[2].file == "di_0051000_2025-H2_v1.csv")
        #expect(parsed.parts[2].disposition == "attachment")
        #expect(parsed.parts[3].file == "pielikums “ļ”.csv")
    }

    @Test("break a paragraph into short lines that join again to the same paragraph")
    func flowed() async throws {
        let paragraph = Array(repeating: "vārds ar garumzīmēm un mīkstinājumiem", count: 12).joined(separator: " ")
        let text = "Labdien!\n\n\(paragraph)\n> nav citāts\nFrom nav aploksne\n.punkts\n"
        let parsed = try await parse(sampleMessage(text: text))
        let content = parsed.parts[0].content
        #expect(content.split(separator: "\n").allSatisfy { $0.count <= 78 })
        let joined = content.replacing(" \n", with: " ").split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.hasPrefix(" ") ? String($0.dropFirst()) : String($0) }.joined(separator: "\n")
        #expect(joined == text)
        #expect(parsed.defects == [])
    }

    @Test("are the same for the same message and differ in the boundary for another id")
    func deterministic() throws {
        let message = try sampleMessage(html: "<p>ā</p>")
        #expect(try message.encoded() == sampleMessage(html: "<p>ā</p>").encoded())
        let text = String(decoding: try message.encoded(), as: UTF8.self)
        let boundary = try #require(text.firstMatch(of: #/boundary="([^"]+)"/#)?.1)
        #expect(text.components(separatedBy: "--\(boundary)").count == 4)
        #expect(text.utf8.allSatisfy { $0 < 0x80 })
    }

    @Test(
        "never carry a line break or another control character from a value into a header",
        arguments: ["a\r\nBcc: x@example.lv", "a\nb", "a\rb", "a\0b", "a\u{2028}b", "a\u{85}b", "a\u{7F}"])
    func injection(value: String) throws {
        #expect(throws: MailError.self) { try sampleMessage(subject: value).encoded() }
        #expect(throws: MailError.self) { try MailAddress("a@example.lv", name: value) }
        #expect(throws: MailError.self) { try MailAddress("\(value)@example.lv") }
        #expect(throws: MailError.self) { try MailAddress("a@\(value)") }
        let attachment = MailMessage.Attachment(fileName: value, mediaType: "text/csv", content: [])
        #expect(throws: MailError.self) { try sampleMessage(attachments: [attachment]).encoded() }
        #expect(throws: MailError.self) { try sampleMessage(references: [value + "@example.lv"]).encoded() }
    }

    @Test(
        "encode a subject so that each encoded word is short enough and the text comes back",
        arguments: [
            "plain", "ā", "a ā b", "  blanks  kept ļ  here ", "=?utf-8?q?nav?= kodēts", "🇱🇻 karogs 👩‍👩‍👧",
            String(repeating: "ņ", count: 300), String(repeating: "x", count: 300), "16,29 % no 1 172 200",
        ])
    func subjects(subject: String) async throws {
        let message = try sampleMessage(subject: subject)
        let lines = String(decoding: try message.encoded(), as: UTF8.self).components(separatedBy: "\r\n")
        for line in lines {
            for word in line.split(separator: " ") where word.hasPrefix("=?") { #expect(word.count <= 75) }
        }
        let parsed = try await parse(message)
        #expect(parsed.header("Subject") == subject)
    }

    @Test(
        "carry dates with the writer's offset",
        arguments: [
            ("2026-07-15T06:00:00Z", 10_800, "2026-07-15T09:00:00+03:00"),
            ("2026-01-01T00:30:00Z", -12_600, "2025-12-31T21:00:00-03:30"),
            ("1999-12-31T23:59:59Z", 0, "1999-12-31T23:59:59+00:00"),
        ])
    func dates(instant: String, offset: Int, expected: String) async throws {
        let template = try sampleMessage()
        let message = MailMessage(
            from: template.from, to: template.to, returnPath: template.returnPath, subject: "s",
            date: Timestamp(iso: instant)!, zoneOffset: offset, messageID: "a@b", text: "t")
        #expect(try await parse(message).date == expected)
    }
}

@Suite("An address")
struct MailAddressTests {
    @Test(
        "that SMTP cannot carry is refused",
        arguments: [
            "", "a", "@example.lv", "a@", "a b@example.lv", "a..b@example.lv", ".a@example.lv", "<a@example.lv>",
            "a@exa mple.lv", "a@-x.lv", "ā@example.lv", "a@ēksāmple.lv", "a@b@example.lv", "\"a b\"@example.lv",
            "a@example.lv> SIZE=1", "a@.lv", String(repeating: "a", count: 65) + "@example.lv",
        ])
    func refused(text: String) {
        #expect(throws: MailError.self) { try MailAddress(text) }
    }

    @Test("of a bounce gives back the delivery, whatever its case, and nothing for other addresses")
    func bounce() throws {
        let mailbox = try MailAddress("bounce@region.example.lv")
        let address = try BounceAddress.address(of: "42-a.B_c", at: mailbox)
        #expect(address.address == "bounce+42-a.B_c@region.example.lv")
        #expect(BounceAddress.delivery(in: address, at: mailbox) == "42-a.B_c")
        #expect(BounceAddress.delivery(in: try MailAddress("BOUNCE+7@REGION.example.lv"), at: mailbox) == "7")
        #expect(BounceAddress.delivery(in: try MailAddress("bounced+7@region.example.lv"), at: mailbox) == nil)
        #expect(BounceAddress.delivery(in: try MailAddress("bounce+7@example.lv"), at: mailbox) == nil)
        #expect(BounceAddress.delivery(in: mailbox, at: mailbox) == nil)
        #expect(throws: MailError.self) { try BounceAddress.address(of: "a+b", at: mailbox) }
    }
}
