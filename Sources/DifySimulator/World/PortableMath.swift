/// Logarithm, exponential and cosine from additions, multiplications and divisions alone.
///
/// IEEE 754 fixes the result of those to the last bit, and that of no library's `log`: with these a seed gives the same world on
/// every machine. Results are within a few units of the last place of the true ones.
enum PortableMath {
    /// The natural logarithm of a positive number; minus infinity for 0, and NaN for what has none.
    static func log(_ value: Double) -> Double {
        guard value > 0 else { return value == 0 ? -.infinity : .nan }
        guard value.isFinite else { return value }
        // value = mantissa · 2^exponent, with a mantissa near 1.
        var (mantissa, exponent) = (value.significand, Double(value.exponent))
        if mantissa > squareRootOfTwo {
            mantissa /= 2
            exponent += 1
        }
        // log m = 2 · artanh((m - 1) / (m + 1)), whose series converges fast there.
        let quotient = (mantissa - 1) / (mantissa + 1)
        let square = quotient * quotient
        var sum = 0.0
        for divisor in stride(from: 25.0, through: 3, by: -2) { sum = (sum + 1 / divisor) * square }
        return exponent * logOfTwoHigh + (exponent * logOfTwoLow + 2 * (quotient + quotient * sum))
    }

    /// e to the power of a number.
    static func exp(_ power: Double) -> Double {
        guard power < 709.78 else { return power.isNaN ? .nan : .infinity }
        guard power > -745.13 else { return 0 }
        let exponent = (power / (logOfTwoHigh + logOfTwoLow)).rounded()
        let rest = (power - exponent * logOfTwoHigh) - exponent * logOfTwoLow
        var sum = 1.0
        for divisor in stride(from: 14.0, through: 1, by: -1) { sum = 1 + sum * rest / divisor }
        // In two steps, for 2 to the power of 1024 is no number.
        let half = Int(exponent) / 2
        return sum * powerOfTwo(half) * powerOfTwo(Int(exponent) - half)
    }

    /// The cosine of so many full turns.
    static func cosine(ofTurns turns: Double) -> Double {
        // Without its whole part the angle is exact, and each branch has one of at most an eighth of a turn.
        let angle = (turns - turns.rounded()).magnitude
        if angle > 0.375 { return -cosineSeries(2 * Double.pi * (0.5 - angle)) }
        if angle > 0.125 { return sineSeries(2 * Double.pi * (0.25 - angle)) }
        return cosineSeries(2 * Double.pi * angle)
    }

    private static func cosineSeries(_ angle: Double) -> Double {
        let square = angle * angle
        var sum = 1.0
        for place in stride(from: 16.0, through: 2, by: -2) { sum = 1 - sum * square / (place * (place - 1)) }
        return sum
    }

    private static func sineSeries(_ angle: Double) -> Double {
        let square = angle * angle
        var sum = 1.0
        for place in stride(from: 17.0, through: 3, by: -2) { sum = 1 - sum * square / (place * (place - 1)) }
        return angle * sum
    }

    /// Exact for powers from -1022 to 1023.
    private static func powerOfTwo(_ power: Int) -> Double {
        Double(bitPattern: UInt64(power + 1023) << 52)
    }

    private static let squareRootOfTwo = 2.0.squareRoot()
    /// The logarithm of 2 in two parts: multiples of the first by whole numbers up to 2^20 are exact.
    private static let logOfTwoHigh = 0x1.62e42feep-1
    private static let logOfTwoLow = 0x1.a39ef35793c76p-33
}
