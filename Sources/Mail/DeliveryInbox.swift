import Dispatch
import Synchronization

/// A message with its envelope, ready for libcurl.
struct SMTPEnvelope: Sendable {
    /// The sender in angle brackets.
    let sender: String
    /// The recipient in angle brackets.
    let recipient: String
    /// The message's octets.
    let message: [UInt8]
}

/// A flag that one thread raises and another sees.
final class CancellationFlag: Sendable {
    private let raised = Atomic(false)

    /// Whether it was raised.
    var isSet: Bool { raised.load(ordering: .acquiring) }

    /// Raises it for good.
    func set() { raised.store(true, ordering: .releasing) }
}

/// One message that waits or is under way.
final class Delivery: Sendable {
    /// What is delivered.
    let envelope: SMTPEnvelope
    /// Asked right before the message's last octets go out; false ends the delivery.
    let mayComplete: @Sendable () -> Bool
    /// Raised where the caller has given up.
    let isCancelled = CancellationFlag()

    /// The delivery of a message with its envelope.
    init(_ envelope: SMTPEnvelope, mayComplete: @escaping @Sendable () -> Bool) {
        self.envelope = envelope
        self.mayComplete = mayComplete
    }
}

/// The deliveries that wait for a thread, in order.
final class DeliveryInbox: Sendable {
    /// Where the outcome is awaited.
    typealias Answer = CheckedContinuation<DeliveryResult, Never>

    private struct State {
        var waiting: [(delivery: Delivery, answer: Answer)] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let arrivals = DispatchSemaphore(value: 0)

    /// Takes a delivery, or answers at once where it is cancelled already or the client is closed.
    func add(_ delivery: Delivery, answer: Answer) {
        let isTaken = state.withLock { state in
            if state.isClosed || delivery.isCancelled.isSet { return false }
            state.waiting.append((delivery, answer))
            return true
        }
        if isTaken { arrivals.signal() } else { answer.resume(returning: .cancelled(at: .queued)) }
    }

    /// Answers a delivery that no thread has begun; one under way ends by its own flag.
    func withdraw(_ delivery: Delivery) {
        let answer = state.withLock { state -> Answer? in
            guard let index = state.waiting.firstIndex(where: { $0.delivery === delivery }) else { return nil }
            return state.waiting.remove(at: index).answer
        }
        answer?.resume(returning: .cancelled(at: .queued))
    }

    /// The next delivery; waits for one. Nil once the client is closed.
    func next() -> (delivery: Delivery, answer: Answer)? {
        while true {
            arrivals.wait()
            let (found, isClosed) = state.withLock { state in
                (state.waiting.isEmpty ? nil : state.waiting.removeFirst(), state.isClosed)
            }
            if let found { return found }
            if isClosed {
                // The signal is for every thread: pass it on.
                arrivals.signal()
                return nil
            }
        }
    }

    /// Answers what waits and lets the threads end.
    func close() {
        let abandoned = state.withLock { state in
            defer { state.waiting = [] }
            state.isClosed = true
            return state.waiting
        }
        for entry in abandoned { entry.answer.resume(returning: .cancelled(at: .queued)) }
        arrivals.signal()
    }
}
