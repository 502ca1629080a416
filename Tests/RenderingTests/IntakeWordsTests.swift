import Domain
import Rendering
import Testing

@Suite("What municipalities are told about what they sent")
struct IntakeWordsTests {
    @Test("every rule has words of its own in both languages, with the values", arguments: IntakeFinding.Rule.allCases)
    func words(rule: IntakeFinding.Rule) {
        let finding = IntakeFinding(
            rule, line: 7, subject: "GRT", value: "151", other: "153", when: "2019-H2")
        for language in Language.allCases {
            let text = IntakeWords.text(finding, in: language)
            #expect(text.hasSuffix("."))
            #expect(!text.contains("?"), "\(text)")
            for other in IntakeFinding.Rule.allCases where other != rule {
                var another = finding
                another.rule = other
                #expect(IntakeWords.text(another, in: language) != text)
            }
        }
        #expect(IntakeWords.text(finding, in: .latvian).hasPrefix("7. rinda: "))
        #expect(IntakeWords.text(finding, in: .english).hasPrefix("line 7: "))
    }

    @Test("a fall is told with both numbers and the period in words")
    func decrease() {
        let finding = IntakeFinding(.decrease, subject: "GRT", value: "151", other: "153", when: "2019-H2")
        #expect(
            IntakeWords.text(finding, in: .latvian)
                == "rādītājs GRT samazinās: 151, bet 2019. gada 2. pusgadā bija 153. Ja tas ir precizējums, norādiet "
                + "pamatojumu.")
        #expect(IntakeWords.text(finding, in: .english).contains("in the second half of 2019 it was 153"))
        let late = IntakeFinding(.late, when: "2020-01-15")
        #expect(IntakeWords.text(late, in: .latvian) == "termiņš bija 15.01.2020.; dati saņemti ar kavēšanos.")
    }
}
