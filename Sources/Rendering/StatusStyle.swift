import Domain

/// How a status is shown: never by its colour alone, but also by a word and a sign, and with lightnesses that stay apart
/// in grey print.
struct StatusStyle {
    /// The word in Latvian.
    let label: String
    /// The sign before the word.
    let sign: String
    /// The class in the stylesheet.
    let name: String
    /// The bar's colour.
    let colour: String

    /// The style of a status.
    init(_ status: AttainmentStatus) {
        (label, sign, name, colour) =
            switch status {
            case .blue: ("mērķis sasniegts", "★", "blue", "#1b4f8f")
            case .green: ("atbilst gaidāmajam", "●", "green", "#2e7d4f")
            case .amber: ("nedaudz atpaliek", "▲", "amber", "#c98a1b")
            case .red: ("būtiski atpaliek", "▼", "red", "#a3262e")
            case .grey: ("nav vērtējuma", "○", "grey", "#8a93a0")
            case .noTarget: ("nav mērķa", "–", "none", "#8a93a0")
            case .unplanned: ("ārpus plāna", "+", "none", "#5d6673")
            }
    }
}

extension ShownStatus {
    /// What a figure is, in Latvian.
    var label: String {
        switch self {
        case .actual: "ziņots"
        case .provisional: "provizorisks vai nepilnīgs"
        case .estimated: "aprēķināts novērtējums"
        case .seriesBreak: "ziņots, rindas pārrāvums"
        case .unchanged: "bez izmaiņām"
        case .lacking: "nav saņemts"
        case .notApplicable: "neattiecas"
        case .waived: "atbrīvots"
        case .notDue: "termiņš vēl nav beidzies"
        }
    }

    /// What stands in place of a number: missing is never nought.
    var placeholder: String {
        switch self {
        case .notApplicable, .waived: "–"
        default: "…"
        }
    }
}
