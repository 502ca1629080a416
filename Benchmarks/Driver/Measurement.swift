import Foundation

/// One figure as printed: its runs and their median.
struct Measurement {
    let metric: String
    let unit: String
    let runs: [Double]
    let settings: [String: String]

    var value: Double {
        let sorted = runs.sorted()
        guard !sorted.isEmpty else { return 0 }
        return sorted.count % 2 == 1
            ? sorted[sorted.count / 2] : (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2
    }

    /// Prints the figure as one JSON object on a line of its own.
    func print() {
        let object: [String: Any] = [
            "metric": metric, "value": rounded(value), "unit": unit, "settings": settings, "runs": runs.map(rounded),
        ]
        let data = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
        Swift.print(String(decoding: data ?? Data(), as: UTF8.self))
        fflush(nil)
    }

    private func rounded(_ value: Double) -> Double {
        value >= 1000 ? value.rounded() : (value * 1000).rounded() / 1000
    }
}

/// Says on standard error what is being measured.
func say(_ text: String) {
    FileHandle.standardError.write(Data("\(text)\n".utf8))
}
