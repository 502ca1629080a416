import Logging
import Mail
import Synchronization

/// The last step before a message is the mail server's: it is written into the journal, and only then do its last octets
/// go out.
final class Offer: Sendable {
    private let messageID: String
    private let lease: Int64
    private let journal: DeliveryJournal?
    private let failure = Mutex<String?>(nil)

    /// An offer of a message by an attempt; without a journal it is made without being noted.
    init(of messageID: String, lease: Int64, in journal: DeliveryJournal?) {
        self.messageID = messageID
        self.lease = lease
        self.journal = journal
    }

    /// Why the message was not offered, so that it surely was not sent; nil where it was, or did not come so far.
    var refusal: String? { failure.withLock { $0 } }

    /// Notes the offer; false where nothing may go out.
    func make() -> Bool {
        do {
            if try journal?.offer(messageID, lease: lease) ?? true { return true }
            failure.withLock {
                $0 = "another attempt has begun this message since: this one has slept through its lease"
            }
        } catch {
            failure.withLock { $0 = "\(error)" }
        }
        return false
    }

    /// Notes what came of it. A journal that fails now leaves it to the database to know.
    func note(_ result: DeliveryResult, digest: [UInt8], logger: Logger) {
        do {
            if case .accepted = result {
                try journal?.accepted(messageID, lease: lease, digest: digest)
            } else if !result.mayHaveBeenAccepted {
                try journal?.refused(messageID, lease: lease)
            }
        } catch {
            logger.warning("what became of a message could not be written into the journal: \(error)")
        }
    }
}

/// A message that was not sent since its journal would not have it.
struct NotOffered: Error, CustomStringConvertible {
    /// Why.
    let description: String
}
