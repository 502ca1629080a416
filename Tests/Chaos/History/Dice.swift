/// Numbers that follow from a seed, so that a run can be had again.
package struct Dice: Sendable {
    private var state: UInt64

    /// The numbers of a seed.
    package init(_ seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    }

    /// A number from 0 up to, not including, a limit.
    package mutating func roll(_ limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(max(1, limit)))
    }

    /// A number in a range of seconds.
    package mutating func seconds(_ range: ClosedRange<Double>) -> Duration {
        .seconds(range.lowerBound + (range.upperBound - range.lowerBound) * Double(roll(1_000)) / 1_000)
    }

    /// One of several, or nil where there are none.
    package mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[roll(elements.count)]
    }
}
