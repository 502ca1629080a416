import Civil
import Domain

extension IntakeWords {
    static func english(_ finding: IntakeFinding) -> String {
        let subject = finding.subject ?? "?"
        let value = finding.value ?? "?"
        let other = finding.other ?? "?"
        let when = finding.when.flatMap { LocalDate(iso: $0) }.map(EnglishText.date) ?? finding.when ?? "?"
        func spoken() -> String { period(finding.when, EnglishText.period) }
        return switch finding.rule {
        case .notCSV: "the file is not CSV; save it as CSV (UTF-8)."
        case .empty: "the file has no row of data."
        case .columnMissing: "the header lacks the column \(subject); add it."
        case .columnUnknown: "the column \(value) is not known, or stands there twice; correct the header."
        case .fieldCount: "the row has \(value) fields and the header another number; put fields with commas in quotes."
        case .malformed: "the field \(subject) cannot be read: \(value); correct it."
        case .severalUnits: "the file is about several municipalities (\(value)); send one file for each."
        case .wrongUnit:
            "the file is about municipality \(value), and \(other) sends it; check that it is the right file."
        case .unknownUnit: "there is no municipality with the code \(value); check the code."
        case .unknownForm: "there is no form \(value); check the code."
        case .wrongPeriod: "the form has no such period as \(value); check the period."
        case .periodNotEnded: "the period \(value) ends on \(when); send the data after its end."
        case .notOwed: "municipality \(value) does not owe form \(subject) for \(spoken())."
        case .unknownIndicator: "indicator \(subject) is not on form \(value); check the code."
        case .duplicate: "indicator \(subject) stands there twice; keep one row."
        case .valueMissing:
            "indicator \(subject) lacks its number; write it, 0 if there is none, or status L if it is not known."
        case .valueUnwanted: "indicator \(subject) with status \(value) has no number; delete it, or write status A."
        case .denominatorMissing: "indicator \(subject) lacks its denominator."
        case .denominatorUnwanted: "indicator \(subject) has no denominator; leave the field empty."
        case .nilWithoutPrior:
            "indicator \(subject) has no number before, so “no change” says nothing; write a number, 0, or status M."
        case .personalCode: "the reason holds a personal code; take it out: no personal data are to be sent."
        case .negative: "indicator \(subject) is negative (\(value)); a number cannot be below 0."
        case .decrease:
            "indicator \(subject) falls: \(value), and in \(spoken()) it was \(other). If this is a correction, give the reason."
        case .belowPredecessors:
            "indicator \(subject) (\(value)) is below what the predecessors had reached (\(other)); check what the number includes."
        case .correctionWithoutReason: "data for \(spoken()) are accepted already; to change them, give the reason."
        case .decreaseExplained:
            "indicator \(subject) falls: \(value), and in \(spoken()) it was \(other). The reason is noted."
        case .servedAboveAssessed:
            "indicator \(subject): \(value) are served, and \(other) were assessed; check that the number is right."
        case .indicatorLacking: "indicator \(subject) has no row; it counts as not received, and not as nought."
        case .late: "the due date was \(when); the data are late."
        }
    }
}
