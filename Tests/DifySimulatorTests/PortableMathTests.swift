import Foundation
import Testing

@testable import DifySimulator

@Suite struct PortableMathTests {
    /// Bits computed with another implementation of IEEE 754.
    @Test(
        arguments: [
            (1e-300, 0xc085_9634_47f8_7fb5), (0.1, 0xc002_6bb1_bbb5_5515), (0.5, 0xbfe6_2e42_fefa_39ef),
            (0.9999999, 0xbe7a_d7f2_b104_9b9f), (1.5, 0x3fd9_f323_ecbf_984c), (2, 0x3fe6_2e42_fefa_39ef),
            (10, 0x4002_6bb1_bbb5_5516), (1e17, 0x4043_926c_d770_aa67), (1.7e308, 0x4086_2dd0_8fdc_6f88),
        ] as [(Double, UInt64)])
    func `a logarithm has the same bits on every machine`(value: Double, bits: UInt64) {
        #expect(PortableMath.log(value).bitPattern == bits)
    }

    @Test(
        arguments: [
            (-700, 0x00d1_4f2b_0fb9_307f), (-1, 0x3fd7_8b56_362c_ef38), (-1e-9, 0x3fef_ffff_ff76_8fa1),
            (0, 0x3ff0_0000_0000_0000), (0.5, 0x3ffa_6129_8e1e_069c), (1, 0x4005_bf0a_8b14_576a),
            (10.25, 0x40db_9ea2_aed2_a0f1), (709, 0x7fdd_422d_2be5_dc9b),
        ] as [(Double, UInt64)])
    func `an exponential has the same bits on every machine`(power: Double, bits: UInt64) {
        #expect(PortableMath.exp(power).bitPattern == bits)
    }

    @Test(
        arguments: [
            (0, 0x3ff0_0000_0000_0000), (0.1, 0x3fe9_e377_9b97_f4a8), (0.125, 0x3fe6_a09e_667f_3bcd),
            (0.2, 0x3fd3_c6ef_372f_e94e), (0.45, 0xbfee_6f0e_1344_5500), (-0.7, 0xbfd3_c6ef_372f_e954),
            (1234.56, 0xbfed_c0ba_9def_5f55),
        ] as [(Double, UInt64)])
    func `a cosine has the same bits on every machine`(turns: Double, bits: UInt64) {
        #expect(PortableMath.cosine(ofTurns: turns).bitPattern == bits)
    }

    @Test func `results are as near to the C library's as one can ask`() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<20_000 {
            let power = random.fraction() * 1400 - 700
            let value = Foundation.exp(power)
            #expect(abs(PortableMath.exp(power) - value) <= 2 * value.ulp)
            #expect(abs(PortableMath.log(value) - Foundation.log(value)) <= 2 * max(power.magnitude, 1).ulp)
            let turns = random.fraction()
            #expect(abs(PortableMath.cosine(ofTurns: turns) - Foundation.cos(2 * .pi * turns)) < 4e-15)
        }
    }

    @Test func `ends of the range are what they are elsewhere`() {
        #expect(PortableMath.log(0) == -.infinity && PortableMath.log(.infinity) == .infinity)
        #expect(PortableMath.log(-1).isNaN && PortableMath.log(.nan).isNaN)
        #expect(PortableMath.exp(-1000) == 0 && PortableMath.exp(1000) == .infinity && PortableMath.exp(.nan).isNaN)
        #expect(PortableMath.log(1) == 0)
    }

    @Test func `what is drawn from a seed has the same bits on every machine`() {
        var random = SeededRandom(seed: 7)
        let drawn = [random.exponential(mean: 1000), random.logNormal(median: 4, spread: 0.7)]
        #expect(drawn.map(\.bitPattern) == [0x407e_e046_b22b_1724, 0x4011_c384_a4a3_5bf4])
    }
}
