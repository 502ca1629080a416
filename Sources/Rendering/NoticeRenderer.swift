import Civil
import Domain

/// A notice ready for a message.
package struct RenderedNotice: Hashable, Sendable {
    /// The subject.
    package let subject: String
    /// The body as plain text: a line is a paragraph or a part of one, an empty line stands between paragraphs.
    package let text: String
    /// The same as HTML.
    package let html: String
}

/// Writes notices from the templates that come with the program, one for each step and language.
///
/// A template is a letter: its first line is the subject, the rest the body. The HTML part is made from the same
/// paragraphs, so that both parts always say the same.
package struct NoticeRenderer: Sendable {
    private let letters: [Language: TemplateSet]
    private let page: TemplateSet

    /// The renderer of the templates that come with the program.
    ///
    /// - Throws: `RenderingError` for a template that cannot be read or names an unknown field.
    package init() throws(RenderingError) {
        try self.init(templates: Self.embedded)
    }

    /// The renderer of templates by name: `notice_lv_S1` to `notice_en_S6`, with `closing` of each language.
    init(templates: [Language: [String: String]]) throws(RenderingError) {
        var letters: [Language: TemplateSet] = [:]
        for language in Language.allCases {
            let schema = TemplateSchema.fields(of: NoticeContent.specimen(language).fields)
            let names = NoticeStep.allCases.map { Self.name(of: $0, language) }
            letters[language] = try TemplateSet(
                templates[language] ?? [:], format: .text,
                fields: Dictionary(uniqueKeysWithValues: names.map { ($0, schema) }))
        }
        self.letters = letters
        let blocks = LetterBlock.blocks(of: "a\n\n– b")
        let specimen = Self.pageFields(subject: "s", language: .latvian, blocks: blocks)
        page = try TemplateSet(
            ["notice": embeddedText(PackageResources.notice_html_mustache)], format: .html,
            fields: ["notice": TemplateSchema.fields(of: specimen)])
    }

    /// The notice of a content.
    ///
    /// - Throws: `RenderingError` (`invalidContent`) for content without an obligation, or for a text that asks for data
    ///   *before* a due date that is over (`docs/domain.md`, reminders: no such step is ever sent then).
    package func render(_ content: NoticeContent) throws(RenderingError) -> RenderedNotice {
        guard let latest = content.duties.map(\.due).max() else {
            throw RenderingError(.invalidContent, "a notice is about at least one obligation")
        }
        let given = content.duties.flatMap { [$0.form, $0.respondent.nominative, $0.respondent.genitive] }
        guard !(given + content.sender.texts).contains(where: { $0.contains(where: \.isNewline) }) else {
            throw RenderingError(.invalidContent, "a name holds a line break, which would tear the letter apart")
        }
        let isBefore = [.opening, .friendly, .lastCall].contains(content.step)
        guard !isBefore || latest >= content.today else {
            throw RenderingError(
                .invalidContent, "\(content.step.rawValue) is not sent after the due date \(latest)",
                context: Self.name(of: content.step, content.language))
        }
        let letter = letters[content.language]!.render(Self.name(of: content.step, content.language), content.fields)
        let lines = letter.split(separator: "\n", omittingEmptySubsequences: false)
            .map { String($0.reversed().drop(while: \.isWhitespace).reversed()) }
        let blocks = LetterBlock.blocks(of: lines.dropFirst().joined(separator: "\n"))
        let subject = lines[0]
        return RenderedNotice(
            subject: subject, text: blocks.map(\.text).joined(separator: "\n\n") + "\n",
            html: page.render(
                "notice",
                Self.pageFields(subject: subject, language: content.language, blocks: blocks)))
    }

    private static func name(of step: NoticeStep, _ language: Language) -> String {
        "notice_\(language.rawValue)_\(step.rawValue)"
    }

    private static func pageFields(subject: String, language: Language, blocks: [LetterBlock]) -> TemplateFields {
        [
            "language": .text(language.rawValue), "subject": .text(subject),
            "blocks": .list(blocks.map(\.fields)),
        ]
    }

    private static let embedded: [Language: [String: String]] = [
        .latvian: [
            "notice_lv_S1": embeddedText(PackageResources.notice_lv_S1_mustache),
            "notice_lv_S2": embeddedText(PackageResources.notice_lv_S2_mustache),
            "notice_lv_S3": embeddedText(PackageResources.notice_lv_S3_mustache),
            "notice_lv_S4": embeddedText(PackageResources.notice_lv_S4_mustache),
            "notice_lv_S5": embeddedText(PackageResources.notice_lv_S5_mustache),
            "notice_lv_S6": embeddedText(PackageResources.notice_lv_S6_mustache),
            "duties": embeddedText(PackageResources.notice_lv_duties_mustache),
            "attached": embeddedText(PackageResources.notice_lv_attached_mustache),
            "closing": embeddedText(PackageResources.notice_lv_closing_mustache),
            "contact": embeddedText(PackageResources.notice_lv_contact_mustache),
        ],
        .english: [
            "notice_en_S1": embeddedText(PackageResources.notice_en_S1_mustache),
            "notice_en_S2": embeddedText(PackageResources.notice_en_S2_mustache),
            "notice_en_S3": embeddedText(PackageResources.notice_en_S3_mustache),
            "notice_en_S4": embeddedText(PackageResources.notice_en_S4_mustache),
            "notice_en_S5": embeddedText(PackageResources.notice_en_S5_mustache),
            "notice_en_S6": embeddedText(PackageResources.notice_en_S6_mustache),
            "duties": embeddedText(PackageResources.notice_en_duties_mustache),
            "attached": embeddedText(PackageResources.notice_en_attached_mustache),
            "closing": embeddedText(PackageResources.notice_en_closing_mustache),
            "contact": embeddedText(PackageResources.notice_en_contact_mustache),
        ],
    ]
}

/// A paragraph or a list of a letter.
struct LetterBlock {
    /// How a line of a list begins.
    private static let mark = "– "

    private let lines: [String]
    private let isList: Bool

    /// The blocks of a body: an empty line ends one, and a list is one by itself.
    static func blocks(of body: String) -> [LetterBlock] {
        var blocks: [LetterBlock] = []
        for paragraph in body.split(separator: "\n\n").map({ $0.split(separator: "\n").map(String.init) }) {
            var rest = paragraph[...]
            while let first = rest.first {
                let isList = first.hasPrefix(mark)
                let run = rest.prefix { $0.hasPrefix(mark) == isList }
                blocks.append(LetterBlock(lines: Array(run), isList: isList))
                rest = rest.dropFirst(run.count)
            }
        }
        return blocks
    }

    /// The block as plain text.
    var text: String { lines.joined(separator: "\n") }

    /// The block for the template of the HTML part.
    var fields: TemplateFields {
        let lines = lines.enumerated().map { index, line -> TemplateFields in
            ["line": .text(isList ? String(line.dropFirst(Self.mark.count)) : line), "isFurther": .flag(index > 0)]
        }
        return ["isList": .flag(isList), "lines": .list(lines)]
    }
}

extension NoticeContent.Sender {
    /// The texts that stand in a letter.
    fileprivate var texts: [String] { [organisation, subjectTag, contactName ?? "", contactPhone ?? "", contactEmail] }
}

extension NoticeContent {
    /// A content with every field filled in: what it has, a template may name.
    static func specimen(_ language: Language) -> NoticeContent {
        let date = LocalDate(days: 9_512)
        let respondent = Respondent(
            nominative: "n", genitive: "g", dative: "d", accusative: "a", isMunicipality: true)
        return NoticeContent(
            step: .opening, language: language, today: date,
            duties: [
                Duty(respondent: respondent, form: "f", period: Period(.halfYear, containing: date), due: date)
            ], workingDaysLeft: 1, newDeadline: date, remindersSent: 1, alsoSentTo: [.head],
            sender: Sender(organisation: "o", subjectTag: "t", contactName: "c", contactPhone: "p", contactEmail: "e"))
    }
}
