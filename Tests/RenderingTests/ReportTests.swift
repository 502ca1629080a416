import Civil
import Domain
import Testing

@testable import Rendering

/// Reads a page's tags in order, checks that each element is closed where it should be, and counts what was read.
private struct PageReader {
    var elements: [String: Int] = [:]
    var headings: [Int] = []
    var tablesWithoutCaption = 0
    var headersWithoutScope = 0

    /// Elements of HTML that have no end.
    private static let empty: Set<String> = ["meta", "br"]

    init(_ html: String) throws {
        var open: [String] = []
        var captions: [Bool] = []
        for tag in html.matches(of: #/<(/?)([a-zA-Z0-9]+)((?:\s+[a-zA-Z0-9:-]+="[^"<]*")*)\s*(/?)>/#) {
            let name = String(tag.2)
            if tag.1 == "/" {
                try #require(open.popLast() == name, "</\(name)> closes \(open)")
                if name == "table", captions.removeLast() == false { tablesWithoutCaption += 1 }
                continue
            }
            elements[name, default: 0] += 1
            switch name {
            case "h1", "h2", "h3": headings.append(Int(name.dropFirst())!)
            case "table": captions.append(false)
            case "caption": captions[captions.count - 1] = true
            case "th": if !tag.3.contains(" scope=") { headersWithoutScope += 1 }
            default: break
            }
            if tag.4 != "/" && !Self.empty.contains(name) { open.append(name) }
        }
        try #require(open.isEmpty, "not closed: \(open)")
        // Every < begins a tag that was read, but for the declaration of the type.
        let tags = html.matches(of: #/</?[a-zA-Z0-9]+(?:\s+[a-zA-Z0-9:-]+="[^"<]*")*\s*/?>/#).count
        try #require(html.count(where: { $0 == "<" }) == tags + 1)
    }
}

@Suite("A report")
struct ReportTests {
    private let html: String

    init() throws {
        html = try ReportRenderer().html(ReportSample.content)
    }

    @Test("says what it is: plan, period, version, dates, snapshot, and that it is internal")
    func facts() {
        for text in [
            "<html lang=\"lv\">", "Kurzemes plānošanas reģiona DI plāns 2017–2020, 2019. gada 2. pusgads",
            "Iekšējai lietošanai", "2. redakcija, Grozījumi 2019, apstiprināta 2019. gada 16. jūlijā (SPAP)",
            "2019. gada 31. decembris", "2020. gada 22. janvārim, plkst. 23.59",
            String(repeating: "5e1f", count: 16), "lineāri no 01.01.2018. līdz 31.12.2023.",
        ] {
            #expect(html.contains(text), "\(text)")
        }
    }

    @Test("sums up completeness, who is missing and each indicator in one paragraph")
    func summary() {
        #expect(
            html.contains(
                "Par 2019. gada 2. pusgadu saņemti 18 no 20 gaidāmajiem iesniegumiem (90,00\u{A0}%), termiņā – 16"
                    + " (80,00\u{A0}%). Dati nav saņemti no: Alsungas novads un Mērsraga novads. Pilngadīgas personas ar"
                    + " garīga rakstura traucējumiem: 57 no 350 (16,29\u{A0}%) – būtiski atpaliek. Bērni ar"
                    + " funkcionāliem traucējumiem: 204 no 288 (70,83\u{A0}%) – atbilst gaidāmajam."))
    }

    @Test("is well-formed, with headings in order, captions and scopes")
    func structure() throws {
        let page = try PageReader(html)
        #expect(page.headings.first == 1)
        #expect(page.headings.filter { $0 == 1 }.count == 1)
        #expect(zip(page.headings, page.headings.dropFirst()).allSatisfy { $1 - $0 <= 1 })
        #expect(page.elements["table"] == 5)
        #expect(page.tablesWithoutCaption == 0)
        #expect(page.headersWithoutScope == 0)
        #expect(page.elements["svg"] == 2 && page.elements["title"] == 3 && page.elements["desc"] == 2)
        #expect(!html.contains("http"))
    }

    @Test("shows a missing figure as missing in table and chart, never as nought")
    func missing() {
        #expect(
            html.contains(
                "<tr><th scope=\"row\">Alsungas novads</th><td class=\"n\">2</td><td class=\"n\">…</td><td class=\"n\">–</td>"
                    + "<td class=\"n\">–</td><td>nav saņemts</td>"))
        #expect(html.contains("Alsungas novads: nav saņemts; "))
        #expect(html.contains("Durbes novads: 0 no 4 (0,00\u{A0}%); "))
        #expect(html.contains("<td class=\"n\">22.01.2020.</td>"))
    }

    @Test("gives each status a word, so that colour is not needed")
    func statuses() throws {
        let chips = html.matches(
            of: #/<span class="status ([a-z]+)"><span aria-hidden="true">([^<]+)</span> ([^<]+)</span>/#)
        #expect(chips.count == 2 + 40 + 7)
        #expect(Set(chips.map(\.3)).count == AttainmentStatus.allCases.count)
        #expect(Set(chips.map(\.2)).count == AttainmentStatus.allCases.count)
    }

    @Test("escapes whatever names hold")
    func escaping() throws {
        var content = ReportSample.content
        content.planName = "<script>alert(1)</script> & \"co\""
        content.indicators[0].name = "<b>rādītājs</b> & \"cits\""
        content.indicators[0].units[0].name = "<i>novads</i> & \"cits\""
        content.notes = ["<u>piezīme</u>"]
        let page = try ReportRenderer().html(content)
        for tag in ["<script>", "<b>", "<i>", "<u>"] { #expect(!page.contains(tag)) }
        _ = try PageReader(page)
    }

    @Test("without plan version, data, notices or notes says so")
    func sparse() throws {
        var content = ReportSample.content
        content.planVersion = nil
        content.knownAt = nil
        content.completeness = .init(expected: 0, reported: 0, onTime: 0)
        content.missing = []
        content.notices = []
        content.notes = []
        content.indicators = [
            .init(
                code: "X", name: "Rādītājs", measure: "vietas", status: .noTarget,
                units: [
                    .init(
                        name: "A", target: nil, actual: nil, observation: .notApplicable, attained: nil,
                        status: .noTarget)
                ])
        ]
        let page = try ReportRenderer().html(content)
        _ = try PageReader(page)
        for text in [
            "nav spēkā esošas redakcijas", "pārskata sagatavošanai", "Visi gaidāmie iesniegumi ir saņemti.",
            "Par šo periodu atgādinājumi nav sūtīti.", "Rādītājs: dati nav saņemti.", "nav mērķa", "neattiecas",
        ] {
            #expect(page.contains(text), "\(text)")
        }
        #expect(!page.contains("Piezīmes"))
    }

    @Test("scales the chart to the greatest share, and draws no bar for a figure below the baseline")
    func chartScale() {
        var indicator = ReportContent.Indicator(code: "X", name: "X", measure: "m", status: .blue)
        indicator.units = [
            .init(name: "a", target: 10, actual: 15, observation: .actual, attained: Rational(3, 2), status: .blue),
            .init(name: "b", target: 10, actual: 5, observation: .actual, attained: Rational(1, 2), status: .red),
            .init(name: "c", target: 10, actual: 0, observation: .actual, attained: Rational(-1, 2), status: .red),
        ]
        let svg = UnitChart(indicator: indicator, id: "x").svg
        let widths = svg.matches(of: #/<rect [^>]*width="([0-9.]+)"/#).map { String($0.1) }
        #expect(widths == ["390.0", "130.0"])
    }

    @Test("is the same for the same content")
    func deterministic() throws {
        #expect(try ReportRenderer().html(ReportSample.content) == html)
    }

    @Test("refuses a template that names an unknown field")
    func unknownField() {
        #expect {
            try ReportRenderer(template: "<p>{{planName}} {{plannName}}</p>")
        } throws: { error in
            (error as? RenderingError)?.code == .unknownField
        }
    }
}
