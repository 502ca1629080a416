/// How the doctor says amounts.
enum Wording {
    /// `350 ms`, `12 s`, `5 min`, `3 h 20 min`, `2 d 4 h`.
    static func span(_ duration: Duration) -> String {
        let seconds = duration / .seconds(1)
        if seconds < 0 { return "-" + span(.zero - duration) }
        if seconds < 1 { return "\(Int(seconds * 1000)) ms" }
        let whole = Int(seconds.rounded(.down))
        switch whole {
        case ..<120: return "\(whole) s"
        case ..<7_200: return "\(whole / 60) min"
        case ..<172_800: return pair(whole / 3600, "h", whole % 3600 / 60, "min")
        default: return pair(whole / 86_400, "d", whole % 86_400 / 3600, "h")
        }
    }

    private static func pair(_ large: Int, _ largeUnit: String, _ small: Int, _ smallUnit: String) -> String {
        small == 0 ? "\(large) \(largeUnit)" : "\(large) \(largeUnit) \(small) \(smallUnit)"
    }

    /// `812 kB`, `3 MB`, `4.2 GB`.
    static func bytes(_ count: Int64) -> String {
        switch count {
        case ..<1_000_000: return "\(count / 1_000) kB"
        case ..<1_000_000_000: return "\(count / 1_000_000) MB"
        default:
            let tenths = count / 100_000_000
            return "\(tenths / 10).\(tenths % 10) GB"
        }
    }

    /// `37 %`, `0.2 %`.
    static func share(_ part: Double) -> String {
        let percent = part * 100
        return percent >= 1 || percent == 0 ? "\(Int(percent)) %" : "\((percent * 10).rounded(.up) / 10) %"
    }

    /// `1 job`, `3 jobs`.
    static func count(_ number: Int64, _ noun: String) -> String {
        number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
    }

    /// The first of a list, and how many more there are.
    static func list(_ words: [String], most: Int) -> String {
        guard words.count > most else { return words.joined(separator: ", ") }
        return words.prefix(most).joined(separator: ", ") + " and \(words.count - most) more"
    }
}
