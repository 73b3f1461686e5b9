import Testing

@testable import NixFetch

@Suite struct RetryTests {
    @Test func rateLimitCountsOnlyWhenNothingIsLeft() {
        #expect(RetryPolicy.rateLimitPause("\"api\";r=0;t=55") == 56)
        #expect(RetryPolicy.rateLimitPause("\"api\";r=12;t=55") == nil)
        #expect(RetryPolicy.rateLimitPause("\"pages\";r=3;t=9, \"api\";r=0;t=2") == 3)
        #expect(RetryPolicy.rateLimitPause(nil) == nil)
    }

    @Test func retryAfterIsSecondsOrADate() {
        func pause(_ value: String) -> Double? {
            RetryPolicy.askedPause(
                ResponseHead(status: 503, fields: [("retry-after", value)]), now: 784_111_700)
        }
        #expect(pause("7") == 7)
        #expect(pause("Sun, 06 Nov 1994 08:49:37 GMT") == 77)
        #expect(pause("Sun, 06 Nov 1994 08:00:00 GMT") == 0)
        #expect(pause("soon") == nil)
    }

    @Test(arguments: [0, 3, 32, 33, 1_000_000])
    func ownPausesStayBelowTheCeiling(attempt: Int) {
        let delay = RetryPolicy().delay(attempt: attempt, asked: nil, isOverload: false)
        #expect(delay > 0 && delay <= 60)
    }

    @Test func aServersPauseIsTheMinimum() {
        #expect(RetryPolicy().delay(attempt: 0, asked: 90, isOverload: true) >= 90)
    }
}
