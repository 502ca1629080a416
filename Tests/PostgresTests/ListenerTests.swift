import Postgres
import TestSupport
import Testing

@Suite("The listener", .emptyDatabase)
struct ListenerTests {
    /// Runs a listener beside a body and ends it afterwards.
    private func listening(
        _ listener: Listener, _ body: (inout Listener.Events.AsyncIterator) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { await listener.run() }
            var events = listener.events.makeAsyncIterator()
            try await body(&events)
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    private func listenerPIDs(_ connection: inout Connection) async throws -> [Int32] {
        try await connection.query(
            "select pid from pg_stat_activity where datname = current_database() and query like 'listen%'"
        ).column(0)
    }

    @Test("Notifications of its channels arrive, others do not")
    func notifications() async throws {
        var notifier = try await TestDatabase.current.connect()
        let listener = Listener(TestDatabase.current.settings, channels: ["jobs", "Odd \"Name\""])
        try await listening(listener) { events in
            #expect(await events.next() == .reconnected)
            try await notifier.executeScript(
                """
                select pg_notify('other', 'no'); select pg_notify('jobs', 'monitoring');
                select pg_notify('Odd "Name"', '');
                """)
            #expect(await events.next() == .notification(channel: "jobs", payload: "monitoring"))
            #expect(await events.next() == .notification(channel: "Odd \"Name\"", payload: ""))
        }
    }

    @Test("Equal notifications that nobody took are one, and too many become a look at everything")
    func coalescing() async throws {
        var notifier = try await TestDatabase.current.connect()
        let listener = Listener(TestDatabase.current.settings, channels: ["jobs", "end"], capacity: 10)
        try await listening(listener) { events in
            #expect(await events.next() == .reconnected)
            for _ in 0..<50 { try await notifier.execute("select pg_notify('jobs', 'same')") }
            try await notifier.execute("select pg_notify('end', '')")
            // However the reader and the notifier interleave, every event taken is the last of its kind.
            var seen: [Listener.Event] = []
            while seen.last != .notification(channel: "end", payload: "") {
                try #require(seen.count <= 51)
                if let event = await events.next() { seen.append(event) }
            }
            try await notifier.executeScript("select pg_notify('jobs', i::text) from generate_series(1, 1000) i")
            #expect(try await eventually { await events.next() == .reconnected })
        }
    }

    @Test("It comes back after its connection was killed, with one warning for the outage")
    func reconnects() async throws {
        var killer = try await TestDatabase.current.connect()
        let outages = Shared<[PostgresError]>([])
        let listener = Listener(TestDatabase.current.settings, channels: ["jobs"]) { error in
            outages.change { $0.append(error) }
        }
        try await listening(listener) { events in
            for round in 1...2 {
                #expect(await events.next() == .reconnected)
                let pids = try await listenerPIDs(&killer)
                #expect(pids.count == 1)
                for pid in pids { try await killer.execute("select pg_terminate_backend(\(pid), 10000)") }
                #expect(try await eventually { outages.value.count == round })
            }
            #expect(await events.next() == .reconnected)
            try await killer.execute("select pg_notify('jobs', 'again')")
            #expect(await events.next() == .notification(channel: "jobs", payload: "again"))
            #expect(outages.value.filter { !$0.isConnectionLoss }.isEmpty)
        }
    }

    @Test("A long outage is one warning, however many attempts it takes")
    func oneWarning() async throws {
        let proxy = try FaultyProxy(to: TestDatabase.current.settings)
        defer { proxy.close() }
        let warnings = Shared(0)
        let listener = Listener(proxy.settings(TestDatabase.current.settings), channels: ["jobs"]) { _ in
            warnings.change { $0 += 1 }
        }
        try await listening(listener) { (events: inout Listener.Events.AsyncIterator) async throws in
            #expect(await events.next() == .reconnected)
            let before = proxy.accepted
            proxy.refuse()
            #expect(try await eventually { proxy.accepted >= before + 3 })
            #expect(warnings.value == 1)
            proxy.recover()
            #expect(await events.next() == .reconnected)
        }
    }

    @Test("A silent connection is found out by a probe and replaced")
    func probes() async throws {
        let proxy = try FaultyProxy(to: TestDatabase.current.settings)
        defer { proxy.close() }
        var settings = proxy.settings(TestDatabase.current.settings)
        settings.answerTimeout = .seconds(1)
        let outages = Shared<[PostgresError]>([])
        let listener = Listener(settings, channels: ["jobs"], probeInterval: .milliseconds(200)) { error in
            outages.change { $0.append(error) }
        }
        try await listening(listener) { (events: inout Listener.Events.AsyncIterator) async throws in
            #expect(await events.next() == .reconnected)
            proxy.fallSilent()
            #expect(try await eventually { outages.value.contains { $0.code == .answerTimeout } })
            proxy.recover()
            #expect(await events.next() == .reconnected)
        }
    }

    @Test("A probe loses no notification")
    func probesAndNotifications() async throws {
        var notifier = try await TestDatabase.current.connect()
        let listener = Listener(
            TestDatabase.current.settings, channels: ["jobs"], probeInterval: .milliseconds(1))
        try await listening(listener) { events in
            #expect(await events.next() == .reconnected)
            for number in 0..<100 {
                try await notifier.execute("select pg_notify('jobs', \(String(number)))")
                #expect(await events.next() == .notification(channel: "jobs", payload: String(number)))
            }
        }
    }

    @Test("Events end with the listener")
    func ends() async throws {
        let listener = Listener(TestDatabase.current.settings, channels: ["jobs"])
        let running = Task { await listener.run() }
        var events = listener.events.makeAsyncIterator()
        #expect(await events.next() == .reconnected)
        running.cancel()
        #expect(await events.next() == nil)
        await running.value
        var witness = try await TestDatabase.current.connect()
        #expect(try await eventually { try await listenerPIDs(&witness).isEmpty })
    }
}
