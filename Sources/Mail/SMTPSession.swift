import CCurl

/// One libcurl handle, and with it one connection that several messages share. Lives on one thread.
final class SMTPSession {
    /// The message in flight, which libcurl's callbacks reach by a pointer.
    private final class Transfer {
        let message: [UInt8]
        let isCancelled: CancellationFlag
        let mayComplete: @Sendable () -> Bool
        var offset = 0
        var dialogue: SMTPDialogue

        init(_ delivery: Delivery, dialogue: SMTPDialogue) {
            message = delivery.envelope.message
            isCancelled = delivery.isCancelled
            mayComplete = delivery.mayComplete
            self.dialogue = dialogue
        }
    }

    private let server: SMTPServer
    private let timeouts: SMTPTimeouts
    private let easy: UnsafeMutableRawPointer

    /// A session with a server; nothing is connected yet.
    init(server: SMTPServer, timeouts: SMTPTimeouts) throws(MailError) {
        guard Self.libraryIsReady, let easy = curl_easy_init() else {
            throw MailError(.libraryUnusable, "libcurl could not be started; the machine is out of memory")
        }
        self.server = server
        self.timeouts = timeouts
        self.easy = easy
        try configure()
    }

    deinit {
        // Says QUIT on a connection that is still open.
        curl_easy_cleanup(easy)
    }

    /// Delivers one message and waits for it: blocks the thread.
    func deliver(_ delivery: Delivery) -> DeliveryResult {
        let first = attempt(delivery, fresh: false)
        // A server may have closed an idle connection a moment ago. Before the recipient is named nothing has been
        // asked of it, so that a second try on a new connection cannot deliver twice.
        guard first.reused, !delivery.isCancelled.isSet else { return first.result }
        switch first.result {
        case .unreachable(let stage, _) where stage <= .sender:
            return attempt(delivery, fresh: true).result
        case .temporarilyRefused(let reply, let stage) where reply.code == 421 && stage <= .sender:
            return attempt(delivery, fresh: true).result
        default:
            return first.result
        }
    }

    private func attempt(_ delivery: Delivery, fresh: Bool) -> (result: DeliveryResult, reused: Bool) {
        let envelope = delivery.envelope
        let transfer = Transfer(delivery, dialogue: SMTPDialogue())
        let recipients = curl_slist_append(nil, envelope.recipient)
        defer { curl_slist_free_all(recipients) }
        let context = Unmanaged.passUnretained(transfer).toOpaque()
        let settings = [
            ccurl_set_text(easy, CURLOPT_MAIL_FROM, envelope.sender),
            ccurl_set_list(easy, CURLOPT_MAIL_RCPT, recipients),
            ccurl_set_offset(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(envelope.message.count)),
            ccurl_set_long(easy, CURLOPT_FRESH_CONNECT, fresh ? 1 : 0),
            ccurl_set_pointer(easy, CURLOPT_READDATA, context),
            ccurl_set_pointer(easy, CURLOPT_XFERINFODATA, context),
            ccurl_set_pointer(easy, CURLOPT_DEBUGDATA, context),
        ]
        guard settings.allSatisfy({ $0 == CURLE_OK }), recipients != nil else {
            return (.unreachable(at: .connection, detail: "libcurl is out of memory"), false)
        }
        let code = withExtendedLifetime(transfer) { curl_easy_perform(easy) }
        // Closing the connection later is traced too, when the transfer is gone.
        for option in [CURLOPT_READDATA, CURLOPT_XFERINFODATA, CURLOPT_DEBUGDATA] {
            ccurl_set_pointer(easy, option, nil)
        }
        var connections = 0
        ccurl_get_long(easy, CURLINFO_NUM_CONNECTS, &connections)
        if transfer.dialogue.stage == .connection && hasConnected {
            transfer.dialogue.connected(encryptsFirst: server.encryption == .implicit)
        }
        return (Self.result(of: code, in: transfer.dialogue, cancelled: delivery.isCancelled.isSet), connections == 0)
    }

    /// Whether this transfer's connection came about: its time is zero until then.
    private var hasConnected: Bool {
        var microseconds: curl_off_t = 0
        ccurl_get_offset(easy, CURLINFO_CONNECT_TIME_T, &microseconds)
        return microseconds > 0
    }

    /// What libcurl's code and the dialogue mean together.
    private static func result(of code: CURLcode, in dialogue: SMTPDialogue, cancelled: Bool) -> DeliveryResult {
        let stage = dialogue.stage
        if code == CURLE_OK, let reply = dialogue.reply { return .accepted(reply) }
        if let refusal = dialogue.refusal { return refusal }
        let detail = String(cString: curl_easy_strerror(code))
        switch code {
        case CURLE_ABORTED_BY_CALLBACK where cancelled: return .cancelled(at: stage)
        case CURLE_OPERATION_TIMEDOUT: return .timedOut(at: stage)
        case CURLE_USE_SSL_FAILED, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_INITFAILED,
            CURLE_SSL_INVALIDCERTSTATUS:
            return .tlsFailed(at: stage == .startTLS || stage == .hello ? .startTLS : .encryption, detail: detail)
        default: return .unreachable(at: stage, detail: detail)
        }
    }

    // MARK: Settings that hold for every message

    private func configure() throws(MailError) {
        let useSSL = server.encryption == .none ? CURLUSESSL_NONE : CURLUSESSL_ALL
        var settings = [
            ccurl_set_text(easy, CURLOPT_URL, server.transferURL),
            ccurl_set_text(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps"),
            // The environment's proxies are meant for browsers.
            ccurl_set_text(easy, CURLOPT_PROXY, ""),
            ccurl_set_long(easy, CURLOPT_USE_SSL, Int(useSSL.rawValue)),
            ccurl_set_long(easy, CURLOPT_SSL_VERIFYPEER, 1),
            ccurl_set_long(easy, CURLOPT_SSL_VERIFYHOST, 2),
            // Signals belong to the process, not to a library's thread.
            ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1),
            ccurl_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1),
            ccurl_set_long(easy, CURLOPT_UPLOAD, 1),
            ccurl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, timeouts.connect.wholeMilliseconds),
            ccurl_set_long(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, (timeouts.reply.wholeMilliseconds + 999) / 1000),
            ccurl_set_long(easy, CURLOPT_TIMEOUT_MS, timeouts.total.wholeMilliseconds),
            ccurl_set_long(easy, CURLOPT_NOPROGRESS, 0),
            ccurl_set_long(easy, CURLOPT_VERBOSE, 1),
            ccurl_set_read(easy, Self.read),
            ccurl_set_write(easy, Self.discard),
            ccurl_set_progress(easy, Self.progress),
            ccurl_set_trace(easy, Self.trace),
        ]
        if let user = server.user, let password = server.password {
            settings.append(ccurl_set_text(easy, CURLOPT_USERNAME, user))
            settings.append(ccurl_set_text(easy, CURLOPT_PASSWORD, password))
        }
        if let file = server.certificatesFile { settings.append(ccurl_set_text(easy, CURLOPT_CAINFO, file)) }
        guard let failure = settings.first(where: { $0 != CURLE_OK }) else { return }
        throw MailError(
            .libraryUnusable,
            "libcurl refused a setting: \(String(cString: curl_easy_strerror(failure))); it needs SMTP and OpenSSL")
    }

    private static let libraryIsReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private static func transfer(at context: UnsafeMutableRawPointer) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    /// Gives libcurl the next octets of the message; none when it is complete.
    private static let read: ccurl_read = { buffer, size, count, context in
        guard let buffer, let context else { return Int(CURL_READFUNC_ABORT) }
        let transfer = SMTPSession.transfer(at: context)
        let length = min(size * count, transfer.message.count - transfer.offset)
        guard length > 0 else { return 0 }
        transfer.dialogue.contentBegan()
        if transfer.offset + length == transfer.message.count, !transfer.mayComplete() {
            return Int(CURL_READFUNC_ABORT)
        }
        transfer.message.withUnsafeBytes { bytes in
            UnsafeMutableRawPointer(buffer)
                .copyMemory(from: bytes.baseAddress! + transfer.offset, byteCount: length)
        }
        transfer.offset += length
        // The size is known to libcurl: it does not ask again, and sends the final dot with these octets.
        if transfer.offset == transfer.message.count { transfer.dialogue.contentEnded() }
        return length
    }

    /// A server's answer is read from the trace; without this libcurl would print it.
    private static let discard: ccurl_write = { _, size, count, _ in size * count }

    /// Asked by libcurl at each step and about once a second while it waits: anything but zero ends the transfer.
    private static let progress: ccurl_progress = { context, _, _, _, _ in
        guard let context else { return 0 }
        return SMTPSession.transfer(at: context).isCancelled.isSet ? 1 : 0
    }

    private static let trace: ccurl_trace = { _, kind, data, length, context in
        guard let data, let context, kind == CURLINFO_HEADER_IN || kind == CURLINFO_HEADER_OUT else { return 0 }
        let transfer = SMTPSession.transfer(at: context)
        let line = UnsafeRawBufferPointer(start: data, count: length)
        if kind == CURLINFO_HEADER_IN {
            transfer.dialogue.received(line[...].trimmed)
        } else {
            transfer.dialogue.sent(line[...].trimmed)
        }
        return 0
    }
}

extension Duration {
    /// Milliseconds, rounded up, at least one: libcurl takes zero for "no limit".
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
    }
}

extension Slice<UnsafeRawBufferPointer> {
    /// The octets without the line break at their end.
    fileprivate var trimmed: ArraySlice<UInt8> {
        var bytes = Array(self)[...]
        while let last = bytes.last, last == 0x0D || last == 0x0A { bytes.removeLast() }
        return bytes
    }
}
