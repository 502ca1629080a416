import Testing

@testable import Rendering

@Suite("A template")
struct TemplateTests {
    private static let specimen: TemplateFields = [
        "name": .text("n"), "shown": .flag(true), "drawing": .markup("<svg/>"),
        "items": .list([["item": .text("i"), "deep": .list([["leaf": .text("l")]])]]),
    ]

    private func load(_ text: String, _ others: [String: String] = [:], format: TemplateSet.Format = .html) throws
        -> TemplateSet
    {
        try TemplateSet(
            others.merging(["main": text]) { $1 }, format: format,
            fields: ["main": TemplateSchema.fields(of: Self.specimen)])
    }

    @Test(
        "that names a field that there is none of, or misuses one, is refused when it is loaded",
        arguments: [
            ("{{nmae}}", RenderingError.Code.unknownField), ("{{#unknown}}x{{/unknown}}", .unknownField),
            ("{{^unknown}}x{{/unknown}}", .unknownField), ("{{item}}", .unknownField),
            ("{{#shown}}{{item}}{{/shown}}", .unknownField), ("{{^items}}{{item}}{{/items}}", .unknownField),
            ("{{#items}}{{leaf}}{{/items}}", .unknownField), ("{{shown}}", .unknownField), ("{{items}}", .unknownField),
            ("{{{name}}}", .unknownField), ("{{drawing}}", .unknownField), ("{{> absent}}", .unknownTemplate),
            ("{{> part}}", .unknownField), ("{{> loop}}", .unsupportedTag), ("{{&name}}", .unsupportedTag),
            ("{{.}}", .unsupportedTag), ("{{=<% %>=}}", .unsupportedTag), ("{{uppercased(name)}}", .unknownField),
            ("{{name", .malformedTemplate), ("{{#shown}}x", .malformedTemplate),
            ("{{#shown}}x{{/items}}", .malformedTemplate), ("x{{/shown}}", .malformedTemplate),
        ])
    func refused(text: String, code: RenderingError.Code) {
        #expect {
            try load(text, ["part": "{{nothing}}", "loop": "{{> loop}}"])
        } throws: { error in
            (error as? RenderingError)?.code == code
        }
    }

    @Test("says in which line of which file the fault is")
    func place() {
        #expect {
            try load("one\ntwo {{name}}\n{{! a comment\nover two lines }}\n{{wrong}}\n")
        } throws: { error in
            (error as? RenderingError)?.context == "main, line 5"
        }
    }

    @Test("sees fields further out inside a section, and what an included one needs")
    func scopes() throws {
        let set = try load(
            "{{#items}}{{name}}-{{item}}{{#deep}}-{{leaf}}-{{item}}{{/deep}};{{/items}}{{> part}}",
            ["part": "{{#shown}}{{name}}{{/shown}}{{^shown}}hidden{{/shown}}"])
        let text = set.render(
            "main",
            [
                "name": .text("N"), "shown": .flag(false), "drawing": .absent,
                "items": .list([
                    ["item": .text("1"), "deep": .list([])],
                    ["item": .text("2"), "deep": .list([["leaf": .text("l")]])],
                ]),
            ])
        #expect(text == "N-1;N-2-l-2;hidden")
    }

    @Test("escapes texts in HTML, leaves markup of ours and plain text alone")
    func escaping() throws {
        let fields: TemplateFields = [
            "name": .text("<b>&\"'"), "shown": .flag(true), "drawing": .markup("<svg/>"), "items": .list([]),
        ]
        #expect(try load("{{name}}{{{drawing}}}").render("main", fields) == "&lt;b&gt;&amp;&quot;&#39;<svg/>")
        #expect(
            try load("{{name}}{{> part}}", ["part": "|{{name}}"], format: .text).render("main", fields)
                == "<b>&\"'|<b>&\"'")
    }

    @Test("shows nothing for an absent field, though one of its name stands further out")
    func absent() throws {
        let specimen: TemplateFields = ["a": .text("out"), "rows": .list([["a": .text("in")]])]
        let set = try TemplateSet(
            ["main": "{{#rows}}[{{#a}}{{a}}{{/a}}{{^a}}none{{/a}}]{{/rows}}"], format: .text,
            fields: ["main": TemplateSchema.fields(of: specimen)])
        let text = set.render("main", ["a": .text("out"), "rows": .list([["a": .absent], ["a": .text("in")]])])
        #expect(text == "[none][in]")
    }
}
