/// Programs for Debian's own Python, which has aiosmtpd and, in its standard library, a reader of messages.
enum PythonScripts {
    static let interpreter = "/usr/bin/python3"

    /// A real SMTP server: prints its port, then keeps each message and what it knows of the session in a folder.
    ///
    /// Arguments: folder, mode (`plain`, `starttls`, `implicit`), certificate, key, user, password.
    static let server = """
        import asyncio, json, logging, os, ssl, sys, warnings
        from aiosmtpd.smtp import SMTP, AuthResult

        folder, mode, certificate, key, user, password = sys.argv[1:7]
        context = None
        if mode != "plain":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)

        # It warns of AUTH without STARTTLS where TLS is there from the start, and reports handshakes that are refused.
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)

        class Keeper:
            count = 0
            async def handle_DATA(self, server, session, envelope):
                self.count += 1
                base = os.path.join(folder, "%04d" % self.count)
                with open(base + ".eml", "wb") as file:
                    file.write(envelope.original_content)
                about = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "peer": session.peer[1],
                         "encrypted": session.ssl is not None or mode == "implicit",
                         "authenticated": bool(session.authenticated), "host": session.host_name}
                with open(base + ".part", "w") as file:
                    json.dump(about, file)
                os.rename(base + ".part", base + ".json")
                return "250 2.0.0 kept as %04d" % self.count

        def check(server, session, envelope, mechanism, data):
            fits = data.login == user.encode() and data.password == password.encode()
            return AuthResult(success=fits, handled=False)

        async def main():
            keeper = Keeper()
            options = {}
            if user:
                options = dict(authenticator=check, auth_required=True, auth_require_tls=mode == "starttls")
            if mode == "starttls":
                options.update(tls_context=context, require_starttls=True)
            loop = asyncio.get_running_loop()
            server = await loop.create_server(lambda: SMTP(keeper, hostname="test.example.lv", **options),
                                              "127.0.0.1", 0, ssl=context if mode == "implicit" else None)
            print(server.sockets[0].getsockname()[1], flush=True)
            # The test closes our standard input when it is done.
            await loop.run_in_executor(None, sys.stdin.read)
            server.close()

        asyncio.run(main())
        """

    /// Reads a message from standard input and prints what a standards-abiding reader sees in it, as JSON.
    static let reader = """
        import email, email.policy, email.utils, json, sys

        raw = sys.stdin.buffer.read()
        message = email.message_from_bytes(raw, policy=email.policy.default)

        def part(p):
            content = p.get_content()
            if isinstance(content, str):
                # The lines of a message end with CR LF; those of a text in memory do not.
                content = content if p.get_filename() else content.replace("\\r\\n", "\\n")
            return {"type": p.get_content_type(), "charset": p.get_content_charset(),
                    "format": p.get_param("format"), "encoding": p["Content-Transfer-Encoding"],
                    "file": p.get_filename(), "disposition": p.get_content_disposition(),
                    "content": content if isinstance(content, str) else content.decode("utf-8")}

        print(json.dumps({
            "headers": [[name, str(value)] for name, value in message.items()],
            "from": [[a.display_name, a.addr_spec] for a in message["From"].addresses],
            "to": [[a.display_name, a.addr_spec] for a in message["To"].addresses],
            "date": message["Date"].datetime.isoformat(),
            "tree": [p.get_content_type() for p in message.walk()],
            "parts": [part(p) for p in message.walk() if not p.is_multipart()],
            "defects": [repr(d) for p in message.walk() for d in p.defects]
                       + [repr(d) for v in message.values() for d in v.defects],
            "longest": max(len(line) for line in raw.split(b"\\r\\n")),
            "bare": raw.replace(b"\\r\\n", b"").count(b"\\n") + raw.replace(b"\\r\\n", b"").count(b"\\r"),
        }))
        """
}
