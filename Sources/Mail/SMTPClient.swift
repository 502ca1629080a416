import Foundation

/// Delivers messages to one server over a fixed number of connections, each on a thread of its own.
///
/// libcurl blocks while it delivers; Swift's cooperative pool is only as wide as the machine's cores, so that blocking
/// it would hold up heartbeats. The threads sleep while there is nothing to deliver, and a connection that is still open
/// serves the next message.
package final class SMTPClient: Sendable {
    private let inbox: DeliveryInbox

    /// A client of a server.
    ///
    /// - Parameters:
    ///   - server: where to deliver to.
    ///   - timeouts: the limits of each stage.
    ///   - connections: how many messages are delivered at a time; the rest wait their turn.
    /// - Throws: `MailError` (`libraryUnusable`).
    package init(
        _ server: SMTPServer, timeouts: SMTPTimeouts = SMTPTimeouts(), connections: Int = 1
    ) throws(MailError) {
        precondition(connections > 0, "a client needs a connection")
        let inbox = DeliveryInbox()
        self.inbox = inbox
        // Made here and not on the thread, so that unusable settings are refused at once.
        for _ in 0..<connections {
            let session = Handover(try SMTPSession(server: server, timeouts: timeouts))
            let thread = Thread { Self.serve(inbox, with: session.take()) }
            thread.name = "smtp"
            thread.start()
        }
    }

    deinit {
        inbox.close()
    }

    /// Delivers one message and says what became of it. Cancelling the task ends the transfer within about a second.
    ///
    /// - Parameter mayComplete: asked once, on the connection's thread, right before the message's last octets go out:
    ///   until then the server cannot have taken it. Where it says no, the message is not sent (`unreachable` at
    ///   `content`).
    /// - Throws: `MailError` for a message that cannot be written; what the server does is the result.
    package func send(
        _ message: MailMessage, mayComplete: @escaping @Sendable () -> Bool = { true }
    ) async throws(MailError) -> DeliveryResult {
        let envelope = SMTPEnvelope(
            sender: "<\(message.returnPath.address)>", recipient: "<\(message.to.address)>",
            message: try message.encoded())
        let delivery = Delivery(envelope, mayComplete: mayComplete)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                inbox.add(delivery, answer: continuation)
            }
        } onCancel: {
            delivery.isCancelled.set()
            inbox.withdraw(delivery)
        }
    }

    /// Ends the connections once the deliveries under way are done; what still waits is given back as cancelled.
    package func close() {
        inbox.close()
    }

    /// A thread's life: one delivery after another until the client is closed.
    private static func serve(_ inbox: DeliveryInbox, with session: SMTPSession) {
        // Writing to a lost connection raises SIGPIPE, which would end the process; other signals are for its main
        // thread.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        while let (delivery, answer) = inbox.next() {
            answer.resume(returning: session.deliver(delivery))
        }
    }
}

/// Carries a value that is not Sendable to the one thread that will own it.
private final class Handover<Value>: @unchecked Sendable {
    // Unchecked: written once before the thread starts, read once by that thread, which is a happens-before order.
    private var value: Value?

    init(_ value: Value) {
        self.value = value
    }

    func take() -> Value {
        defer { value = nil }
        return value!
    }
}
