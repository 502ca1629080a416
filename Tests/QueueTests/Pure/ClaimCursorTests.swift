import Civil
import Testing

@testable import Queue

/// Where a claim reads.
struct ClaimCursorTests {
    /// Whether a place of a queue's order is in some range.
    private func covers(_ ranges: [ClaimCursor.Range], _ queue: String, _ priority: Int32, _ id: Int64) -> Bool {
        ranges.contains {
            $0.queue == queue && priority < $0.endPriority
                && (priority > $0.fromPriority || (priority == $0.fromPriority && id >= $0.fromID))
        }
    }

    @Test("ranges cover everything that is not yet claimed, nothing that is, and stand in order", arguments: 0..<200)
    func coverage(seed: UInt64) {
        var random = Seeded(seed)
        var cursor = ClaimCursor()
        var claimed: [Int32: Int64] = [:]
        for _ in 0..<random.next(below: 30) {
            let priority = Int32(random.next(below: 14)) - 7 + (random.next(below: 10) == 0 ? 32_760 : 0)
            let id = Int64(random.next(below: 1_000_000)) + (random.next(below: 4) == 0 ? 1 << 33 : 0)
            cursor.advance(queue: "a", priority: Int16(clamping: priority), past: id)
            let lane = Int32(Int16(clamping: priority))
            claimed[lane] = max(claimed[lane] ?? 0, id)
        }
        let ranges = cursor.ranges(of: ["a", "b"])
        #expect(ranges.filter { $0.queue == "b" }.map(\.fromPriority) == [-32_768])
        let own = ranges.filter { $0.queue == "a" }
        for (left, right) in zip(own, own.dropFirst()) {
            #expect(left.endPriority == right.fromPriority)
        }
        #expect(own.first?.fromPriority == -32_768)
        #expect(own.last?.endPriority == 32_768)
        // Only as many lanes as are remembered; the others are read from their front, which misses nothing.
        var remembered = 0
        for (priority, id) in claimed {
            #expect(covers(own, "a", priority, id + 1))
            if !covers(own, "a", priority, id) { remembered += 1 }
        }
        #expect(remembered == min(claimed.count, ClaimCursor.lanesPerQueue))
        for probe in [Int32(-32_768), -8, 100, 32_767] where claimed[probe] == nil {
            #expect(covers(own, "a", probe, 0))
        }
        #expect(cursor.ranges(of: ["a"], lastFirst: true) == own.reversed())
    }

    @Test("a sweep reads everything again, but keeps what is known of other claims")
    func sweep() {
        var cursor = ClaimCursor()
        let server = Timestamp(seconds: 1)
        cursor.advance(queue: "a", priority: 3, past: 77)
        cursor.advanceDue(to: Timestamp(seconds: 5))
        cursor.note(live: [4, 9], server: server)
        cursor.sweep()
        #expect(covers(cursor.ranges(of: ["a"]), "a", 3, 1))
        #expect(cursor.dueFrom == .distantPast)
        #expect(cursor.standing.live == [4, 9])
    }

    @Test("what is known of claims holds for one start of the server, and never falls back")
    func standing() {
        var cursor = ClaimCursor()
        cursor.note(live: [4, 9], server: Timestamp(seconds: 1))
        #expect(cursor.standing.after == 9)
        cursor.note(live: [], server: Timestamp(seconds: 1))
        #expect(cursor.standing.after == 9)
        #expect(cursor.standing.live.isEmpty)
        cursor.note(live: [2], server: Timestamp(seconds: 2))
        #expect(cursor.standing.after == 2)
        cursor.note(live: Array(0...Int64(ClaimCursor.mostStandingClaims)), server: Timestamp(seconds: 2))
        #expect(cursor.standing == ClaimCursor.StandingClaims())
    }
}

/// Random numbers that can be had again.
struct Seeded {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    }

    mutating func next(below limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(limit))
    }
}
