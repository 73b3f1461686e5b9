import Synchronization
import Testing

@testable import NixFetch

/// Who gets the next connection, over several batches.
@Suite struct TransferCrewTests {
    private final class Names: Sendable {
        private let names = Mutex<[String]>([])

        func append(_ name: String) { names.withLock { $0.append(name) } }
        var all: [String] { names.withLock { $0 } }
    }

    /// A file that waits.
    private struct Waiter: Sendable {
        let name: String
        let batch: TransferBatch
        let file: Int
        let seat: TransferCrew.Seat

        init(_ name: String, _ batch: TransferBatch, _ file: Int, _ seat: TransferCrew.Seat) {
            (self.name, self.batch, self.file, self.seat) = (name, batch, file, seat)
        }
    }

    /// Holds the only connection, lets `waiters` queue up, and returns the order in which they are seated.
    private func order(_ crew: TransferCrew, _ holder: TransferBatch, _ waiters: [Waiter]) async -> [String] {
        #expect(await holder.admit(file: 0, .large))
        let seated = Names()
        await withTaskGroup(of: Void.self) { group in
            for waiter in waiters {
                group.addTask {
                    guard await waiter.batch.admit(file: waiter.file, waiter.seat) else { return }
                    seated.append(waiter.name)
                    waiter.batch.leave()
                }
            }
            while crew.waitingCount < waiters.count { await Task.yield() }
            holder.leave()
        }
        return seated.all
    }

    @Test func smallFilesOfEveryBatchComeBeforeLargeOnes() async {
        let crew = TransferCrew(small: 1, large: 1)
        let (first, second) = (TransferBatch(crew, bound: nil), TransferBatch(crew, bound: nil))
        let order = await order(
            crew, first,
            [
                Waiter("large 1", first, 1, .large), Waiter("small 2", second, 1, .small),
                Waiter("large 2", second, 0, .large),
                Waiter("small 1", first, 2, .small),
            ])
        #expect(order == ["small 1", "small 2", "large 1", "large 2"])
    }

    @Test func helpersOfAFileComeBeforeTheNextFile() async {
        let crew = TransferCrew(small: 1, large: 1)
        let batch = TransferBatch(crew, bound: nil)
        let order = await order(
            crew, batch,
            [Waiter("next", batch, 1, .large), Waiter("helper", batch, 0, .large), Waiter("last", batch, 2, .large)])
        #expect(order == ["helper", "next", "last"])
    }

    @Test func aBatchWithoutConnectionsComesBeforeFurtherOnesOfAnother() async {
        let crew = TransferCrew(small: 2, initial: 2, large: 2)
        let (first, second) = (TransferBatch(crew, bound: nil), TransferBatch(crew, bound: nil))
        #expect(await first.admit(file: 0, .large))
        let order = await order(crew, first, [Waiter("helper", first, 0, .large), Waiter("other", second, 0, .large)])
        first.leave()
        #expect(order == ["other", "helper"])
    }

    @Test func aLimitedBatchHasConnectionsOfItsOwn() async {
        let crew = TransferCrew(small: 1, large: 1)
        let (free, limited) = (TransferBatch(crew, bound: nil), TransferBatch(crew, bound: 1))
        #expect(await free.admit(file: 0, .large))
        #expect(await limited.admit(file: 0, .large))
        async let next = limited.admit(file: 1, .small)
        while crew.waitingCount < 1 { await Task.yield() }
        limited.leave()
        #expect(await next)
        limited.leave()
        free.leave()
        #expect(await free.admit(file: 1, .large))
        free.leave()
    }

    @Test func theEndOfABatchIsNotThatOfAnother() async {
        let crew = TransferCrew(small: 1, large: 1)
        let (first, second) = (TransferBatch(crew, bound: nil), TransferBatch(crew, bound: nil))
        #expect(await first.admit(file: 0, .large))
        async let ended = first.admit(file: 1, .large)
        async let waiting = second.admit(file: 0, .large)
        while crew.waitingCount < 2 { await Task.yield() }
        first.close()
        #expect(await !ended)
        #expect(await !first.help(file: 0))
        first.leave()
        #expect(await waiting)
        second.leave()
    }

    @Test func aFarServerGetsAllConnectionsAtOnce() async {
        let crew = TransferCrew(small: 4, large: 4)
        let batch = TransferBatch(crew, bound: nil)
        #expect(await batch.admit(file: 0, .large))
        batch.answered(.small, after: 0.3)
        async let helper = batch.help(file: 0)
        while crew.waitingCount < 1 { await Task.yield() }
        batch.answered(.large, after: 0.02)
        #expect(await helper)
        for _ in 2..<4 { #expect(await batch.help(file: 0)) }
        for _ in 0..<4 { batch.leave() }
    }
}
