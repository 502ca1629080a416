import Domain
import Testing

@Suite("Exact fractions")
struct RationalTests {
    @Test(
        "a plain decimal is read exactly and printed without what it does not need",
        arguments: [
            ("350", "350"), ("1172200.50", "1172200.5"), ("-0.5", "-0.5"), ("0", "0"), ("-0", "0"), ("+7", "7"),
            ("0.000001", "0.000001"), ("10.00", "10"), ("007", "7"),
            ("123456789012345678901234567890.25", "123456789012345678901234567890.25"),
        ])
    func decimals(text: String, printed: String) {
        #expect(Rational(decimal: text)?.decimalText == printed)
    }

    @Test(
        "anything but a plain decimal is refused",
        arguments: ["", "1e2", "1,5", " 1", "1 ", ".5", "5.", "-", "+", "NaN", "1.2.3", "0x1", "１"])
    func malformed(text: String) {
        #expect(Rational(decimal: text) == nil)
    }

    @Test(
        "percentages have two decimals and halves go away from nought",
        arguments: [
            (57, 350, "16.29"), (57, 297, "19.19"), (57, 375, "15.20"), (200, 288, "69.44"), (201, 288, "69.79"),
            (200, 350, "57.14"), (201, 350, "57.43"), (996_370, 1_172_200, "85.00"), (140_660, 1_172_200, "12.00"),
            (35_170, 1_172_200, "3.00"), (14, 20, "70.00"), (7, 20, "35.00"), (35, 482, "7.26"), (288, 480, "60.00"),
            (297, 482, "61.62"), (240, 350, "68.57"), (252, 375, "67.20"), (153, 350, "43.71"), (151, 350, "43.14"),
            (1, 800, "0.13"), (-1, 800, "-0.13"), (-1, 100_000, "0.00"), (94, 78, "120.51"),
        ])
    func percentages(part: Int, whole: Int, printed: String) {
        #expect(Rational(part, whole).percentText == printed)
    }

    @Test("pace has four decimals, a ratio at most six")
    func others() {
        #expect(Rational(1, 3).paceText == "0.3333")
        #expect(Rational(-1, 20_000).paceText == "-0.0001")
        #expect(Rational(-1, 20_001).paceText == "0.0000")
        #expect(Rational(1, 3).ratioText == "0.333333")
        #expect(Rational(2, 3).ratioText == "0.666667")
        #expect(Rational(5, 8).ratioText == "0.625")
        #expect(Rational(-1, 3_000_000).ratioText == "0")
        #expect(Rational(2).ratioText == "2")
    }

    @Test("85 % is compared, not read off the printed figure")
    func comparesExactly() {
        #expect(Rational(297, 350) < Rational(85, 100))
        #expect(Rational(298, 350) > Rational(85, 100))
        #expect(number("84.996") < 85)
        #expect(number("0.84996").percentText == "85.00")
    }

    @Test("arithmetic stays exact where machine integers overflow")
    func overflow() {
        let big = Rational(Int.max)
        #expect(big + big == big * 2)
        #expect((big * big) / big == big)
        #expect((big * big - big * big).isZero)
        #expect(big + 1 > big)
        #expect((big * big).decimalText == "85070591730234615847396907784232501249")
        #expect(-(Rational(Int.min)) > big)
        #expect(Rational(Int.min) + big == -1)
    }

    @Test("the laws of arithmetic hold for random fractions, small and big")
    func laws() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<2_000 {
            let (a, b, c) = (random.fraction(), random.fraction(), random.fraction())
            #expect(a + b == b + a)
            #expect((a + b) + c == a + (b + c))
            #expect(a * (b + c) == a * b + a * c)
            #expect(a - a == .zero)
            #expect((a < b) == (b - a > .zero))
            if !b.isZero { #expect(a / b * b == a) }
            #expect(Rational(decimal: (a * Rational(1_000)).rounded(decimals: 3)) != nil)
        }
    }
}

/// SplitMix64: the same seed gives the same numbers on every machine.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    mutating func fraction() -> Rational {
        let small = Rational(below(2_001) - 1_000, below(60) + 1)
        return chance(10) ? small * Rational(Int.max) / 7 : small
    }
}
