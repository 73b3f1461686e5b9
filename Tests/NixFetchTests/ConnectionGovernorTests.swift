import Testing

@testable import NixFetch

/// Connections follow the rate: a simulated server decides what several give.
@Suite struct ConnectionGovernorTests {
    /// Runs ten seconds against a server that gives `rate(connections)` bytes per second; returns the limits in turn.
    private func run(_ governor: inout ConnectionGovernor, isWanted: Bool = true, _ rate: (Int) -> Double) -> [Int] {
        var limits = [governor.limit]
        for step in 0..<1000 {
            let bytes = Int(rate(governor.limit) * 0.01)
            if governor.observe(bytes, at: Double(step) * 0.01, isWanted: isWanted) { limits.append(governor.limit) }
        }
        return limits
    }

    @Test func aCapPerConnectionIsMetWithAllOfThem() {
        var governor = ConnectionGovernor(maximum: 16)
        #expect(run(&governor) { Double($0) * 1e6 } == [1, 2, 4, 8, 16])
    }

    @Test func aFullLineIsLeftAlone() {
        var governor = ConnectionGovernor(maximum: 16)
        let limits = run(&governor) { _ in 20e6 }
        #expect(limits.prefix(3) == [1, 2, 1])
        #expect(governor.limit <= 2)
    }

    @Test func itStopsWhereTheLineIsFull() {
        var governor = ConnectionGovernor(maximum: 16)
        let limits = run(&governor) { min(Double($0) * 10e6, 40e6) }
        #expect(limits.prefix(5) == [1, 2, 4, 8, 4])
    }

    @Test func ratesBeyondHashingNeedNoMore() {
        var governor = ConnectionGovernor(maximum: 16)
        #expect(run(&governor) { Double($0) * 900e6 } == [1])
    }

    @Test func nobodyWaitingChangesNothing() {
        var governor = ConnectionGovernor(maximum: 16)
        #expect(run(&governor, isWanted: false) { Double($0) * 1e6 } == [1])
    }

    @Test func theFirstLargeAnswerTellsWhetherTheServerIsFar() {
        var governor = ConnectionGovernor(maximum: 16)
        _ = governor.answered(after: 0.1, isLarge: false, at: 0)
        #expect(governor.limit == 1)
        let hasChanged = governor.answered(after: 0.2, isLarge: true, at: 0)
        #expect(hasChanged && governor.limit == 16)
        governor.relax(at: 0)
        _ = governor.answered(after: 0.2, isLarge: true, at: 100)
        #expect(governor.limit == 8)
    }

    @Test func oneQuickAnswerShowsANearServer() {
        var governor = ConnectionGovernor(maximum: 16)
        _ = governor.answered(after: 0.001, isLarge: false, at: 0)
        _ = governor.answered(after: 0.1, isLarge: true, at: 0)
        #expect(governor.limit == 1)
    }

    @Test func partsAreLongAgainstTheirRequests() {
        var governor = ConnectionGovernor(maximum: 16)
        #expect(governor.bytesPerSecond == 0 && governor.leastPartTime == 0.25)
        _ = run(&governor) { _ in 5e6 }
        #expect(abs(governor.bytesPerSecond - 5e6) < 300_000)
        _ = governor.answered(after: 0.1, isLarge: true, at: 10)
        #expect(governor.leastPartTime == 0.4)
    }

    @Test func anOverloadHalves() {
        var governor = ConnectionGovernor(initial: 8, maximum: 16)
        governor.relax(at: 0)
        #expect(governor.limit == 4)
        for _ in 0..<5 { governor.relax(at: 0) }
        #expect(governor.limit == 1)
    }
}
